//! EVC modes as a server lists them, and which CPU can live in which.
//!
//! Keys are never compared with a list of our own: what a server supports is what counts.

use orchestrator::TaskError;
use vim25::MoRef;
use vim25::types::{Capability, EVCMode};
use vsphere::Reader;

use crate::trouble::reading;

/// One EVC mode.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mode {
    pub(crate) key: String,
    pub(crate) label: String,
    pub(crate) vendor: String,
    track: Vec<String>,
    tier: i32,
}

impl From<&EVCMode> for Mode {
    fn from(mode: &EVCMode) -> Self {
        Self {
            key: mode.key.to_string(),
            label: mode.label.to_string(),
            vendor: mode.vendor.to_string(),
            track: mode.track.iter().map(ToString::to_string).collect(),
            tier: mode.vendor_tier,
        }
    }
}

impl Mode {
    /// Has a CPU of this mode everything that `other` promises?
    pub(crate) fn covers(&self, other: &Self) -> bool {
        self.tier >= other.tier && other.track.iter().all(|track| self.track.contains(track))
    }
}

/// The mode with that key.
pub(crate) fn find<'a>(modes: &'a [Mode], key: &str) -> Option<&'a Mode> {
    modes.iter().find(|mode| mode.key == key)
}

/// The keys that an operator could have meant by `wanted`: those of its vendor, else all.
pub(crate) fn choices(modes: &[Mode], wanted: &str) -> String {
    let vendor = wanted.split('-').next().unwrap_or_default();
    let alike: Vec<&Mode> = modes.iter().filter(|mode| mode.key.starts_with(vendor)).collect();
    let shown = if alike.is_empty() { modes.iter().collect() } else { alike };
    shown.iter().map(|mode| format!("`{}`", mode.key)).collect::<Vec<_>>().join(", ")
}

/// The modes that a server supports.
pub(crate) async fn supported(reader: &Reader) -> Result<Vec<Mode>, TaskError> {
    let instance = MoRef::new("ServiceInstance", "ServiceInstance");
    let seen = reader.retrieve(&instance, &["capability"]).await;
    let seen = seen.map_err(|error| reading("the EVC modes of vCenter").failed(error))?;
    let capability = seen.object::<Capability>("capability");
    Ok(capability
        .map(|one| one.supported_evc_mode.iter().map(Mode::from).collect())
        .unwrap_or_default())
}

#[cfg(test)]
pub(crate) fn mode(key: &str, vendor: &str, track: &[&str], tier: i32) -> Mode {
    Mode {
        key: key.to_owned(),
        label: key.to_owned(),
        vendor: vendor.to_owned(),
        track: track.iter().map(ToString::to_string).collect(),
        tier,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mode_covers_another_only_within_its_track_and_tier() {
        let sandy = mode("intel-sandybridge", "intel", &["intel"], 5);
        let ivy = mode("intel-ivybridge", "intel", &["intel"], 6);
        let amd = mode("amd-zen", "amd", &["amd"], 9);
        assert!(ivy.covers(&sandy) && ivy.covers(&ivy));
        assert!(!sandy.covers(&ivy));
        assert!(!amd.covers(&sandy), "a higher tier of another vendor is no superset");
        assert_eq!(choices(&[sandy.clone(), amd.clone()], "intel-x"), "`intel-sandybridge`");
        assert_eq!(choices(&[sandy, amd], "ivy"), "`intel-sandybridge`, `amd-zen`");
    }
}
