//! What stands in the way of a deployment.

use orchestrator::Reason;
use ovf::{Capacity, Descriptor, NetworkProblem, PropertyProblem};

use super::place::{Placement, quoted};
use super::source::{Manifested, PackageSeen};
use super::spec::{Accepted, DiskFormat, Given, Spec};
use super::words::size;
use crate::lookup::reason;

/// All reasons why the package cannot be deployed there as declared.
pub(super) fn blocks(spec: &Spec, package: &PackageSeen, place: &Placement) -> Vec<Reason> {
    let checks = Checks { spec, package, descriptor: &package.descriptor };
    let mut found = place.missing.clone();
    found.extend(checks.kind());
    found.extend(checks.licence());
    found.extend(checks.manifest());
    found.extend(checks.networks(place));
    found.extend(checks.choices());
    found.extend(checks.space(place));
    found
}

struct Checks<'a> {
    spec: &'a Spec,
    package: &'a PackageSeen,
    descriptor: &'a Descriptor,
}

impl Checks<'_> {
    fn reason(
        &self,
        code: &'static str,
        cause: impl Into<String>,
        fix: impl Into<String>,
    ) -> Reason {
        reason(code, format!("cannot deploy `{}`", self.spec.name), cause, fix)
    }

    fn kind(&self) -> Option<Reason> {
        self.descriptor.is_collection.then(|| {
            let cause = "the package holds several VMs (a vApp)";
            self.reason("ovf-vapp", cause, "deploy its VMs one by one, each from its own package")
        })
    }

    fn licence(&self) -> Option<Reason> {
        let digest = self.descriptor.eula_sha256()?;
        let inspect = format!("read it with `lockstep ovf inspect {}`", self.spec.source);
        match &self.spec.accept_eula {
            Some(Accepted::Any) => None,
            Some(Accepted::Digest(accepted)) if *accepted == digest => None,
            Some(Accepted::Digest(accepted)) => {
                let cause = format!(
                    "the package's licence agreement has sha256:{digest}, accepted was \
                     sha256:{accepted}"
                );
                let fix = format!("{inspect}; if you accept it, write its digest");
                Some(self.reason("ovf-eula-changed", cause, fix))
            }
            None => {
                let cause =
                    format!("the package has a licence agreement (sha256:{digest}) to be accepted");
                let fix =
                    format!("{inspect}; if you accept it, write `accept_eula: sha256:{digest}`");
                Some(self.reason("ovf-eula-not-accepted", cause, fix))
            }
        }
    }

    fn manifest(&self) -> Option<Reason> {
        let absent = self.package.manifest == Manifested::No;
        (self.spec.require_manifest && absent).then(|| {
            let cause = "the package has no digests, so nobody can tell whether it is whole";
            let fix = "get one with a manifest, or leave `require_manifest` out";
            self.reason("ovf-no-manifest", cause, fix)
        })
    }

    fn networks(&self, place: &Placement) -> Vec<Reason> {
        let mapped = self.spec.networks.iter().map(|(name, _)| name.as_str());
        let problems = self.descriptor.check_networks(mapped);
        let told = |problem: &NetworkProblem| match problem {
            NetworkProblem::Unknown(_) => {
                let own: Vec<String> =
                    self.descriptor.networks.iter().map(|one| one.name.clone()).collect();
                let fix = match own.as_slice() {
                    [] => "leave it out; the package has none".to_owned(),
                    own => format!("its networks are {}", quoted(own)),
                };
                self.reason("ovf-network-unknown", problem.to_string(), fix)
            }
            NetworkProblem::Unmapped(name) => {
                let fix = format!(
                    "add it to `networks`, such as `{name}: NETWORK` with one of {}",
                    quoted(&place.candidates)
                );
                self.reason("ovf-network-unmapped", problem.to_string(), fix)
            }
        };
        problems.iter().map(told).collect()
    }

    /// Deployment option and properties.
    fn choices(&self) -> Vec<Reason> {
        let option = match self.descriptor.option(self.spec.deployment_option.as_deref()) {
            Ok(option) => option.map(|option| option.id.as_str()),
            Err(unknown) => {
                let options = &self.descriptor.deployment_options;
                let own: Vec<String> = options.iter().map(|one| one.id.clone()).collect();
                let fix = match own.as_slice() {
                    [] => "leave it out; the package has none".to_owned(),
                    own => format!("its options are {}", quoted(own)),
                };
                return vec![self.reason("ovf-option-unknown", unknown.to_string(), fix)];
            }
        };
        let given = self.spec.properties.iter().map(|(key, given)| match given {
            Given::Text(text) => (key.as_str(), Some(text.as_str())),
            Given::Secret(_) => (key.as_str(), None),
        });
        let problems = self.descriptor.check_properties(given, option);
        problems.iter().map(|problem| self.property(problem)).collect()
    }

    fn property(&self, problem: &PropertyProblem) -> Reason {
        let settable = || {
            let own = self.descriptor.properties().filter(|one| one.user_configurable);
            let own: Vec<String> = own.map(|one| one.key.clone()).collect();
            match own.as_slice() {
                [] => "leave it out; the package has none that can be set".to_owned(),
                own => format!("those that can be set are {}", quoted(own)),
            }
        };
        let (code, fix) = match problem {
            PropertyProblem::Unknown(_) => ("ovf-property-unknown", settable()),
            PropertyProblem::NotConfigurable(_) => ("ovf-property-fixed", settable()),
            PropertyProblem::Missing(key) => {
                ("ovf-property-missing", format!("add `{key}` to `properties`"))
            }
            PropertyProblem::Wrong { .. } => {
                ("ovf-property-wrong", "write a value that it takes".to_owned())
            }
        };
        self.reason(code, problem.to_string(), fix)
    }

    fn space(&self, place: &Placement) -> Option<Reason> {
        let needed = self.needed();
        (!place.datastore_name.is_empty() && needed > place.free).then(|| {
            let cause = format!(
                "its disks take {} ({}), and datastore `{}` has {} free",
                size(needed),
                self.spec.disk_format.name(),
                place.datastore_name,
                size(place.free)
            );
            let fix = "choose a datastore with more space, free some, or use `disk_format: thin`";
            self.reason("ovf-no-space", cause, fix)
        })
    }

    /// Bytes that the disks take at first.
    fn needed(&self) -> u64 {
        let disks = self.descriptor.disks.iter().map(|disk| {
            let capacity = match disk.capacity {
                Capacity::Bytes(bytes) => bytes,
                Capacity::Property { .. } => 0,
            };
            if self.spec.disk_format != DiskFormat::Thin {
                return capacity;
            }
            let file = disk.file.as_deref().and_then(|id| self.descriptor.file(id));
            let sent = file.and_then(|file| file.size).unwrap_or(0);
            disk.populated.unwrap_or(sent).min(capacity)
        });
        disks.fold(0, u64::saturating_add)
    }
}
