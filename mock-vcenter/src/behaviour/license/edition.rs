//! What a licence key stands for: [`Edition`].

use vim25::types::{KeyAnyValue, LicenseManagerLicenseInfo};
use vim25::{Str, Value};

use crate::product::Product;

/// The key of the evaluation licence.
pub const EVALUATION: &str = "00000-00000-00000-00000-00000";

/// What a licence allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edition {
    /// Everything, for sixty days.
    Evaluation,
    /// vSphere Enterprise Plus.
    EnterprisePlus,
    /// vSphere Standard.
    Standard,
    /// vSphere Essentials: neither vMotion nor Fault Tolerance.
    Essentials,
    /// vCenter Server.
    Vcenter,
}

impl Edition {
    /// The edition of a key; `None` for what is no key. The first letter decides: `E`nterprise Plus,
    /// `S`tandard, `N` for Essentials, `V`Center; any other well-formed key is Enterprise Plus.
    #[must_use]
    pub fn of(key: &str) -> Option<Self> {
        if key.is_empty() || key == EVALUATION {
            return Some(Self::Evaluation);
        }
        let is_group = |group: &str| {
            group.len() == 5 && group.bytes().all(|letter| letter.is_ascii_alphanumeric())
        };
        let groups: Vec<_> = key.split('-').collect();
        if groups.len() != 5 || !groups.iter().all(|group| is_group(group)) {
            return None;
        }
        Some(match key.as_bytes()[0].to_ascii_uppercase() {
            b'S' => Self::Standard,
            b'N' => Self::Essentials,
            b'V' => Self::Vcenter,
            _ => Self::EnterprisePlus,
        })
    }

    /// True when running VMs may move between hosts.
    #[must_use]
    pub fn has_vmotion(self) -> bool {
        !matches!(self, Self::Essentials | Self::Vcenter)
    }

    /// Most vCPUs of a VM under Fault Tolerance; 0 without it.
    #[must_use]
    pub fn ft_vcpus(self, product: Product) -> i32 {
        match self {
            Self::Evaluation | Self::EnterprisePlus => {
                crate::behaviour::host_system::max_ft_vcpus(product)
            }
            Self::Standard => 2,
            Self::Essentials | Self::Vcenter => 0,
        }
    }

    fn names(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Evaluation => ("eval", "Evaluation Mode", ""),
            Self::EnterprisePlus => {
                ("esx.enterprisePlus.cpuPackage", "vSphere Enterprise Plus", "cpuPackage")
            }
            Self::Standard => ("esx.standard.cpuPackage", "vSphere Standard", "cpuPackage"),
            Self::Essentials => ("esx.essentials.cpuPackage", "vSphere Essentials", "cpuPackage"),
            Self::Vcenter => ("vc.standard.instance", "vCenter Server Standard", "server"),
        }
    }

    /// The number of processors (or servers) a key covers; 0 for no limit.
    #[must_use]
    pub fn total(self) -> i32 {
        match self {
            Self::Evaluation => 0,
            Self::Essentials => 6,
            Self::Vcenter => 1,
            Self::EnterprisePlus | Self::Standard => 64,
        }
    }

    /// The licence as the API shows it.
    #[must_use]
    pub fn info(self, key: &str, used: i32) -> LicenseManagerLicenseInfo {
        let (edition, name, unit) = self.names();
        let shown = if key.is_empty() { EVALUATION } else { key };
        LicenseManagerLicenseInfo {
            license_key: shown.into(),
            edition_key: edition.into(),
            name: name.into(),
            total: self.total(),
            used: Some(used),
            cost_unit: unit.into(),
            properties: self.features(),
            ..Default::default()
        }
    }

    fn features(self) -> Vec<KeyAnyValue> {
        let mut features: Vec<(&str, &str)> = Vec::new();
        if self.has_vmotion() {
            features.push(("vmotion:9", "vSphere vMotion"));
        }
        match self {
            Self::Evaluation | Self::EnterprisePlus => {
                features.extend([
                    ("ft:8", "vSphere FT (up to 8 virtual CPUs)"),
                    ("drs", "vSphere DRS"),
                ]);
            }
            Self::Standard => features.push(("ft:2", "vSphere FT (up to 2 virtual CPUs)")),
            Self::Essentials | Self::Vcenter => {}
        }
        features.push(("das", "vSphere HA"));
        let property = |(key, name): (&str, &str)| {
            let feature = vim25::types::KeyValue {
                key: key.into(),
                value: name.into(),
                ..Default::default()
            };
            any("feature", Value::object(feature))
        };
        features.into_iter().map(property).collect()
    }
}

/// A key with a value of any type.
pub(super) fn any(key: &str, value: Value) -> KeyAnyValue {
    let mut property = KeyAnyValue::default();
    property.key = Str::from(key);
    property.value = value;
    property
}
