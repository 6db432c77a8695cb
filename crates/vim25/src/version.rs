//! Versions of the API, and which includes which.
//!
//! Versions are names, not numbers: a server may call its newest one `uA046D008`. Only the table of
//! known versions says which members a version has.

use std::fmt;

use crate::generated::versions::VERSIONS;

/// A version of the `vim25` API that this schema knows.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Version(pub(crate) u8);

/// One row of the version table.
pub(crate) struct VersionDesc {
    pub(crate) id: &'static str,
    pub(crate) includes: u64,
}

impl Version {
    /// The newest version of this schema: it includes every other one.
    pub const LATEST: Version = Version((VERSIONS.len() - 1) as u8);

    /// The version that a server calls `id` (for example `8.0.2.0`), if this schema knows it.
    pub fn parse(id: &str) -> Option<Version> {
        let found = VERSIONS.iter().position(|v| !id.is_empty() && v.id == id)?;
        u8::try_from(found).ok().map(Version)
    }

    /// The identifier used on the wire, for example `8.0.2.0`. Empty for the base versions that
    /// only mark members as older than any named version.
    pub fn id(self) -> &'static str {
        VERSIONS[usize::from(self.0)].id
    }

    /// Whether a client or server of this version knows a member that came with `since`.
    pub fn knows(self, since: Version) -> bool {
        self == since || VERSIONS[usize::from(self.0)].includes & (1 << since.0) != 0
    }

    /// Every version with an identifier, oldest first.
    pub fn all() -> impl DoubleEndedIterator<Item = Version> {
        (0..VERSIONS.len()).filter(|i| !VERSIONS[*i].id.is_empty()).map(|i| Version(i as u8))
    }
}

impl fmt::Debug for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Version({})", self.id())
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn newer_versions_include_older_ones_and_not_the_other_way_round() {
        let old = Version::parse("6.0").unwrap();
        let new = Version::parse("8.0.2.0").unwrap();
        assert!(new.knows(old) && new.knows(new));
        assert!(!old.knows(new));
        assert!(Version::all().all(|v| Version::LATEST.knows(v)));
        assert_eq!(Version::parse(""), None);
        assert_eq!(Version::parse("uA046D008"), None);
    }
}
