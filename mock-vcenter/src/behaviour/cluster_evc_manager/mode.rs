//! The table of EVC modes: [`EvcMode`], what it offers and which mode covers which.
//!
//! A mode of one chain covers the earlier ones of that chain. Which modes a server knows depends on its release.

use vim25::types::{
    EVCMode, HostFeatureCapability, HostFeatureMask, VirtualMachineFeatureRequirement,
};
use vim25::{Str, Version};

use crate::product::Product;

/// One mode of the table.
#[derive(Debug, PartialEq, Eq)]
pub struct EvcMode {
    /// Its key, such as `intel-ivybridge`.
    pub key: &'static str,
    label: &'static str,
    /// The API version of the first vCenter that has it.
    since: &'static str,
    /// Keys of the modes it covers, itself included.
    track: &'static [&'static str],
    /// CPU features it adds to the mode before it.
    adds: &'static [&'static str],
}

macro_rules! modes {
    ($($key:literal $label:literal $since:literal [$($track:literal)*] [$($add:literal)*];)*) => {
        &[$(EvcMode {
            key: $key, label: $label, since: $since, track: &[$($track),*], adds: &[$($add),*],
        }),*]
    };
}

#[rustfmt::skip]
const MODES: &[EvcMode] = modes! {
    "intel-merom" "Intel® \"Merom\" Generation" "4.0" ["merom"]
        ["intel" "cmpxchg16b" "ds" "lahf64" "lm" "mwait" "nx" "ss" "sse3" "ssse3"];
    "intel-penryn" "Intel® \"Penryn\" Generation" "4.0" ["merom" "penryn"] ["sse41"];
    "intel-nehalem" "Intel® \"Nehalem\" Generation" "4.0" ["merom" "penryn" "nehalem"] ["sse42" "popcnt" "rdtscp"];
    "intel-westmere" "Intel® \"Westmere\" Generation" "5.0" ["merom" "penryn" "nehalem" "westmere"] ["aes" "pclmulqdq"];
    "intel-sandybridge" "Intel® \"Sandy Bridge\" Generation" "5.0"
        ["merom" "penryn" "nehalem" "westmere" "sandybridge"] ["avx" "xsave" "xcr0_master_sse" "xcr0_master_ymm_h"];
    "intel-ivybridge" "Intel® \"Ivy Bridge\" Generation" "5.1"
        ["merom" "penryn" "nehalem" "westmere" "sandybridge" "ivybridge"] ["enfstrg" "f16c" "fsgsbase" "rdrand" "smep"];
    "intel-haswell" "Intel® \"Haswell\" Generation" "6.0"
        ["merom" "penryn" "nehalem" "westmere" "sandybridge" "ivybridge" "haswell"]
        ["avx2" "bmi1" "bmi2" "fma" "movbe" "abm" "invpcid"];
    "intel-broadwell" "Intel® \"Broadwell\" Generation" "6.5"
        ["merom" "penryn" "nehalem" "westmere" "sandybridge" "ivybridge" "haswell" "broadwell"]
        ["adx" "rdseed" "smap" "3dnprefetch"];
    "intel-skylake" "Intel® \"Skylake\" Generation" "6.7"
        ["merom" "penryn" "nehalem" "westmere" "sandybridge" "ivybridge" "haswell" "broadwell" "skylake"]
        ["avx512f" "avx512cd" "avx512bw" "avx512dq" "avx512vl" "clflushopt" "clwb" "pku" "xsavec"];
    "intel-cascadelake" "Intel® \"Cascade Lake\" Generation" "7.0.0.0"
        ["merom" "penryn" "nehalem" "westmere" "sandybridge" "ivybridge" "haswell" "broadwell" "skylake" "cascadelake"]
        ["avx512vnni"];
    "intel-icelake" "Intel® \"Ice Lake\" Generation" "7.0.2.0"
        ["merom" "penryn" "nehalem" "westmere" "sandybridge" "ivybridge" "haswell" "broadwell" "skylake" "cascadelake"
         "icelake"]
        ["sha" "gfni" "vaes" "vpclmulqdq" "avx512ifma" "avx512vbmi" "avx512bitalg" "umip" "rdpid"];
    "intel-sapphirerapids" "Intel® \"Sapphire Rapids\" Generation" "8.0.0.0"
        ["merom" "penryn" "nehalem" "westmere" "sandybridge" "ivybridge" "haswell" "broadwell" "skylake" "cascadelake"
         "icelake" "sapphirerapids"]
        ["amx_tile" "amx_int8" "amx_bf16" "avx512bf16" "avx512fp16"];
    "amd-rev-e" "AMD Opteron™ Generation 1" "4.0" ["rev-e"] ["amd" "lm" "nx" "sse3" "3dnow"];
    "amd-rev-f" "AMD Opteron™ Generation 2" "4.0" ["rev-e" "rev-f"] ["cmpxchg16b" "rdtscp"];
    "amd-greyhound-no3dnow" "AMD Opteron™ Gen. 3 (no 3DNow!™)" "4.1" ["no3dnow"] ["abm" "sse4a" "popcnt"];
    "amd-greyhound" "AMD Opteron™ Generation 3" "4.0" ["rev-e" "rev-f" "no3dnow" "greyhound"] ["3dnow"];
    "amd-bulldozer" "AMD Opteron™ Generation 4" "5.0" ["no3dnow" "bulldozer"]
        ["ssse3" "sse41" "sse42" "aes" "avx" "xsave" "xop" "fma4"];
    "amd-piledriver" "AMD Opteron™ \"Piledriver\" Generation" "5.5" ["no3dnow" "bulldozer" "piledriver"]
        ["f16c" "bmi1" "tbm" "fma"];
    "amd-steamroller" "AMD Opteron™ \"Steamroller\" Generation" "6.0"
        ["no3dnow" "bulldozer" "piledriver" "steamroller"] ["fsgsbase"];
    "amd-zen" "AMD \"Zen\" Generation" "6.7" ["no3dnow" "bulldozer" "piledriver" "steamroller" "zen"]
        ["avx2" "bmi2" "rdrand" "smep" "movbe" "adx" "rdseed" "smap" "clflushopt" "sha"];
    "amd-zen2" "AMD \"Zen 2\" Generation" "7.0.0.0" ["no3dnow" "bulldozer" "piledriver" "steamroller" "zen" "zen2"]
        ["clwb" "umip" "rdpid"];
    "amd-zen3" "AMD \"Zen 3\" Generation" "7.0.2.0"
        ["no3dnow" "bulldozer" "piledriver" "steamroller" "zen" "zen2" "zen3"] ["vaes" "vpclmulqdq" "pku" "invpcid"];
    "amd-zen4" "AMD \"Zen 4\" Generation" "8.0.0.0"
        ["no3dnow" "bulldozer" "piledriver" "steamroller" "zen" "zen2" "zen3" "zen4"] ["avx512f" "avx512vnni" "gfni"];
};

impl EvcMode {
    /// The mode called `key`, of whatever release.
    #[must_use]
    pub fn find(key: &str) -> Option<&'static Self> {
        MODES.iter().find(|mode| mode.key == key)
    }

    /// The mode called `key`, if `product` has it.
    #[must_use]
    pub fn supported(product: Product, key: &str) -> Option<&'static Self> {
        Self::find(key).filter(|mode| mode.is_known_to(product))
    }

    /// The modes that `product` offers.
    pub fn all(product: Product) -> impl Iterator<Item = &'static Self> {
        MODES.iter().filter(move |mode| mode.is_known_to(product))
    }

    /// `intel` or `amd`.
    #[must_use]
    pub fn vendor(&self) -> &'static str {
        self.key.split('-').next().unwrap_or_default()
    }

    /// True when a CPU that reaches this mode also reaches `other`.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        self.vendor() == other.vendor() && other.track.iter().all(|key| self.track.contains(key))
    }

    /// The newest mode of this mode's chain that `product` knows: what a host of a newer generation shows on
    /// an older server.
    #[must_use]
    pub fn newest_for(&self, product: Product) -> Option<&'static Self> {
        Self::all(product).filter(|mode| self.covers(mode)).last()
    }

    /// The mode as the API shows it.
    #[must_use]
    pub fn as_wire(&self) -> EVCMode {
        let mut mode = EVCMode::default();
        mode.key = self.key.into();
        mode.label = self.label.into();
        mode.summary = format!("Hosts with processors of at least: {}", self.label).into();
        mode.vendor = self.vendor().into();
        mode.track = self.track.iter().map(|key| Str::from(*key)).collect();
        mode.vendor_tier = self.tier();
        mode.feature_capability = self.capabilities("1");
        mode.feature_mask = self.masks();
        mode.feature_requirement = self.requirements();
        mode
    }

    /// What a host that reaches this mode can do.
    #[must_use]
    pub fn capabilities(&self, value: &str) -> Vec<HostFeatureCapability> {
        let one = |(key, feature): (String, &str)| HostFeatureCapability {
            key: key.into(),
            feature_name: feature.into(),
            value: value.into(),
            ..Default::default()
        };
        self.features().map(|feature| one((format!("cpuid.{feature}"), feature))).collect()
    }

    /// What hosts show to VMs under this mode.
    #[must_use]
    pub fn masks(&self) -> Vec<HostFeatureMask> {
        let one = |feature: &str| HostFeatureMask {
            key: format!("cpuid.{feature}").into(),
            feature_name: format!("cpuid.{feature}").into(),
            value: "Val:1".into(),
            ..Default::default()
        };
        self.features().map(one).collect()
    }

    /// What a VM started under this mode asks of a host.
    #[must_use]
    pub fn requirements(&self) -> Vec<VirtualMachineFeatureRequirement> {
        let one = |feature: &str| VirtualMachineFeatureRequirement {
            key: format!("cpuid.{feature}").into(),
            feature_name: format!("cpuid.{feature}").into(),
            value: "Bool:Min:1".into(),
            ..Default::default()
        };
        self.features().map(one).collect()
    }

    fn features(&self) -> impl Iterator<Item = &'static str> {
        let mut seen = Vec::new();
        for mode in MODES.iter().filter(|mode| self.covers(mode)) {
            seen.extend(
                mode.adds
                    .iter()
                    .copied()
                    .filter(|feature| !seen.contains(feature))
                    .collect::<Vec<_>>(),
            );
        }
        seen.into_iter()
    }

    fn tier(&self) -> i32 {
        let of_vendor = MODES.iter().filter(|mode| mode.vendor() == self.vendor());
        let position = of_vendor.take_while(|mode| mode.key != self.key).count();
        i32::try_from(position).unwrap_or(0) + 1
    }

    fn is_known_to(&self, product: Product) -> bool {
        Version::parse(self.since).is_some_and(|since| product.api().knows(since))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::product::Role;

    #[test]
    fn a_mode_covers_the_earlier_ones_of_its_vendor_only() {
        let mode = |key| EvcMode::find(key).unwrap();
        assert!(mode("intel-ivybridge").covers(mode("intel-westmere")));
        assert!(mode("intel-ivybridge").covers(mode("intel-ivybridge")));
        assert!(!mode("intel-westmere").covers(mode("intel-ivybridge")));
        assert!(!mode("amd-zen4").covers(mode("intel-merom")));
        // The chain with 3DNow! ends with the third generation.
        assert!(!mode("amd-bulldozer").covers(mode("amd-greyhound")));
        assert!(mode("amd-bulldozer").covers(mode("amd-greyhound-no3dnow")));
    }

    #[test]
    fn an_older_server_offers_fewer_modes() {
        let keys = |release| -> Vec<_> {
            let product = Product::new(Role::Vcenter, release).unwrap();
            EvcMode::all(product).map(|mode| mode.key).collect()
        };
        assert!(
            keys("6.0").contains(&"intel-haswell") && !keys("6.0").contains(&"intel-broadwell")
        );
        assert!(keys("8.0.3").contains(&"intel-sapphirerapids"));
        let old = Product::new(Role::Vcenter, "6.0").unwrap();
        let newest = EvcMode::find("intel-icelake").unwrap().newest_for(old).unwrap();
        assert_eq!(newest.key, "intel-haswell");
    }
}
