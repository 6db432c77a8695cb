//! Which server is played: [`Product`], a vCenter or an ESXi host of some release.

use vim25::types::AboutInfo;
use vim25::{Str, Version};

/// What kind of server answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// vCenter Server.
    Vcenter,
    /// One ESXi host by itself.
    Esxi,
}

#[derive(Debug, PartialEq, Eq)]
struct Release {
    version: &'static str,
    api: &'static str,
    vcenter_build: &'static str,
    esxi_build: &'static str,
    /// The newest virtual hardware that its hosts run.
    hardware: i32,
}

const RELEASES: &[Release] = &[
    Release {
        version: "5.5.0",
        api: "5.5",
        vcenter_build: "2001466",
        esxi_build: "1746018",
        hardware: 10,
    },
    Release {
        version: "6.0.0",
        api: "6.0",
        vcenter_build: "5112533",
        esxi_build: "3620759",
        hardware: 11,
    },
    Release {
        version: "6.5.0",
        api: "6.5",
        vcenter_build: "5973321",
        esxi_build: "5969303",
        hardware: 13,
    },
    Release {
        version: "6.7.0",
        api: "6.7.3",
        vcenter_build: "18485166",
        esxi_build: "17700523",
        hardware: 15,
    },
    Release {
        version: "7.0.3",
        api: "7.0.3.2",
        vcenter_build: "21290409",
        esxi_build: "21930508",
        hardware: 19,
    },
    Release {
        version: "8.0.3",
        api: "8.0.3.0",
        vcenter_build: "24022515",
        esxi_build: "24022510",
        hardware: 21,
    },
    Release {
        version: "9.1.0",
        api: "9.1.0.0",
        vcenter_build: "25100000",
        esxi_build: "25100000",
        hardware: 22,
    },
];

const DEFAULT_RELEASE: &str = "8.0.3";

/// Virtual hardware that ESXi hosts run, oldest first. The numbers between are of other products.
const HARDWARE_VERSIONS: &[i32] = &[4, 7, 8, 9, 10, 11, 13, 14, 15, 17, 18, 19, 20, 21, 22];

/// The product that a mock plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Product {
    role: Role,
    release: &'static Release,
}

impl Product {
    /// The product of `role` in a release: `5.5`, `6.0`, `6.5`, `6.7`, `7.0.3`, `8.0.3`, `9.1`, or any of these with
    /// further parts. `None` for others.
    #[must_use]
    pub fn new(role: Role, release: &str) -> Option<Self> {
        let release = RELEASES.iter().find(|known| {
            known.version == release || known.version.strip_suffix(".0") == Some(release)
        })?;
        Some(Self { role, release })
    }

    /// The product of `role` in the release played when none is named.
    #[must_use]
    pub fn current(role: Role) -> Self {
        let newest = &RELEASES[RELEASES.len() - 1];
        Self::new(role, DEFAULT_RELEASE).unwrap_or(Self { role, release: newest })
    }

    /// The names of all releases that can be played.
    pub fn releases() -> impl Iterator<Item = &'static str> {
        RELEASES.iter().map(|release| release.version)
    }

    /// vCenter or ESXi.
    #[must_use]
    pub fn role(self) -> Role {
        self.role
    }

    /// The release, such as `8.0.3`.
    #[must_use]
    pub fn version(self) -> &'static str {
        self.release.version
    }

    /// The build of an ESXi host of this release.
    #[must_use]
    pub fn esxi_build(self) -> &'static str {
        self.release.esxi_build
    }

    /// The newest virtual hardware that hosts of this release run.
    #[must_use]
    pub fn newest_hardware_version(self) -> i32 {
        self.release.hardware
    }

    /// All virtual hardware that hosts of this release run, oldest first.
    pub fn hardware_versions(self) -> impl Iterator<Item = i32> {
        let newest = self.newest_hardware_version();
        HARDWARE_VERSIONS.iter().copied().take_while(move |version| *version <= newest)
    }

    /// The newest version of the API that it speaks.
    #[must_use]
    pub fn api(self) -> Version {
        Version::parse(self.release.api).unwrap_or(Version::LATEST)
    }

    /// The id of an object that vCenter and ESXi name differently.
    #[must_use]
    pub fn id(self, vcenter: &'static str, esxi: &'static str) -> &'static str {
        match self.role {
            Role::Vcenter => vcenter,
            Role::Esxi => esxi,
        }
    }

    /// The version a client asks for with `id`, if this product speaks it. Since 7.0 ids have four parts; the first two
    /// alone mean the first version of that release.
    #[must_use]
    pub fn negotiate(self, id: &str) -> Option<Version> {
        let first = || Version::parse(&format!("{id}.0.0"));
        Version::parse(id).or_else(first).filter(|version| self.api().knows(*version))
    }

    /// The versions it speaks, newest first.
    #[must_use]
    pub fn versions(self) -> Vec<Version> {
        let api = self.api();
        let spoken = |version: &Version| api.knows(*version) && !version.id().starts_with("2.");
        Version::all().filter(spoken).rev().collect()
    }

    /// `AboutInfo` of this product.
    #[must_use]
    pub fn about(self, instance_uuid: &Str) -> AboutInfo {
        let (name, build, line, api_type) = match self.role {
            Role::Vcenter => {
                ("VMware vCenter Server", self.release.vcenter_build, "vpx", "VirtualCenter")
            }
            Role::Esxi => ("VMware ESXi", self.release.esxi_build, "embeddedEsx", "HostAgent"),
        };
        let major: Vec<_> = self.version().split('.').take(2).collect();
        AboutInfo {
            name: name.into(),
            full_name: format!("{name} {} build-{build}", self.version()).into(),
            vendor: "VMware, Inc.".into(),
            version: self.version().into(),
            patch_level: Some("00000".into()),
            build: build.into(),
            locale_version: Some("INTL".into()),
            locale_build: Some("000".into()),
            os_type: self.id("linux-x64", "vmnix-x86").into(),
            product_line_id: line.into(),
            api_type: api_type.into(),
            api_version: self.release.api.into(),
            instance_uuid: (self.role == Role::Vcenter).then(|| instance_uuid.clone()),
            license_product_name: Some(
                self.id("VMware VirtualCenter Server", "VMware ESX Server").into(),
            ),
            license_product_version: Some(major.join(".").into()),
            ..Default::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_release_speaks_a_version_of_the_schema() {
        for release in RELEASES {
            assert!(Version::parse(release.api).is_some(), "{}", release.api);
            let product = Product::new(Role::Vcenter, release.version).unwrap();
            let spoken = product.versions();
            assert_eq!(spoken[0].id(), release.api);
            assert_eq!(spoken.last().unwrap().id(), "4.0");
        }
    }

    #[test]
    fn an_older_product_refuses_newer_versions() {
        let old = Product::new(Role::Vcenter, "6.5").unwrap();
        assert!(old.negotiate("6.5").is_some() && old.negotiate("5.5").is_some());
        assert!(old.negotiate("8.0.3.0").is_none());
        assert!(old.negotiate("uA046D008").is_none());
        assert!(old.negotiate("7.0").is_none());
        let new = Product::current(Role::Vcenter);
        assert_eq!(new.negotiate("7.0").map(Version::id), Some("7.0.0.0"));
        assert!(new.negotiate("9.0").is_none() && new.negotiate("7.5").is_none());
        assert_eq!(Product::current(Role::Esxi).version(), "8.0.3");
        assert!(Product::new(Role::Vcenter, "3.5").is_none());
    }
}
