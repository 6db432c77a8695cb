//! What a playbook declares about Fault Tolerance.

use std::collections::BTreeMap;
use std::time::Duration;

use playbook::Args;

use super::select::Select;

/// The declaration.
#[derive(Debug, Clone)]
pub(crate) struct Spec {
    /// Names, paths and patterns, each once.
    pub(super) vms: Vec<String>,
    pub(super) select: Select,
    pub(super) datacenter: Option<String>,
    pub(super) cluster: Option<String>,
    /// Host of the secondary; `None` to choose one.
    pub(super) host: Option<String>,
    pub(super) datastore: Option<String>,
    pub(super) metadata: Option<String>,
    /// Names and patterns of datastores to choose from.
    pub(super) datastores: Vec<String>,
    /// Datastore by a disk's label or key.
    pub(super) disks: BTreeMap<String, String>,
    pub(super) warnings: Warnings,
    pub(super) within: Duration,
}

/// What to do about warnings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Warnings {
    Accept,
    Refuse,
    /// Accept these reasons only.
    AcceptOnly(Vec<String>),
}

impl Warnings {
    pub(super) fn accept(&self, reason: &str) -> bool {
        match self {
            Self::Accept => true,
            Self::Refuse => false,
            Self::AcceptOnly(listed) => listed.iter().any(|one| one == reason),
        }
    }
}

impl From<&Args> for Spec {
    fn from(args: &Args) -> Self {
        let secondary = args.record("secondary");
        let text = |args: &Args, field: &str| args.opt_text(field).map(str::to_owned);
        let mut vms: Vec<String> = args.texts("vms").into_iter().map(str::to_owned).collect();
        let mut known = std::collections::BTreeSet::new();
        vms.retain(|vm| known.insert(vm.clone()));
        let disks = secondary.map("disks").iter();
        Self {
            vms,
            select: Select::from(args),
            datacenter: text(args, "datacenter"),
            cluster: text(args, "cluster"),
            host: text(secondary, "host").filter(|host| host != "auto"),
            datastore: text(secondary, "datastore"),
            metadata: text(secondary, "metadata_datastore"),
            datastores: secondary.texts("datastores").into_iter().map(str::to_owned).collect(),
            disks: disks
                .filter_map(|(disk, value)| Some((disk.clone(), value.as_text()?.to_owned())))
                .collect(),
            warnings: match args.opt_text("warnings") {
                Some("refuse") => Warnings::Refuse,
                Some(_) => Warnings::Accept,
                None => Warnings::AcceptOnly(
                    args.texts("warnings").into_iter().map(str::to_owned).collect(),
                ),
            },
            within: args.duration("within"),
        }
    }
}
