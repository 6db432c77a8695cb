//! Where the files of a secondary go, and whether the hosts reach that.

use orchestrator::Reason;

use super::checks::what;
use super::seen::{Disk, Seen, Vm};
use super::spec::Spec;
use crate::lookup::reason;

/// Names of the datastores of a secondary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Storage {
    pub(super) config: String,
    pub(super) metadata: String,
    /// By the disk's key.
    pub(super) disks: Vec<(i32, String)>,
}

impl Storage {
    /// As declared, else beside the primary's own files.
    pub(super) fn of(spec: &Spec, vm: &Vm) -> Self {
        let config = spec.datastore.clone().unwrap_or_else(|| vm.datastore.clone());
        let metadata = spec.metadata.clone().unwrap_or_else(|| config.clone());
        let place = |disk: &Disk| {
            let listed = declared(spec, disk).or(spec.datastore.as_ref());
            listed.cloned().unwrap_or_else(|| disk.datastore.clone())
        };
        let disks = vm.disks.iter().map(|disk| (disk.key, place(disk))).collect();
        Self { config, metadata, disks }
    }

    /// Why the hosts of the two halves cannot work with it.
    pub(super) fn against(&self, seen: &Seen, vm: &Vm, secondary: &str) -> Vec<Reason> {
        let mut wanted: Vec<(&str, &str)> =
            vec![(&self.config, secondary), (&self.metadata, secondary)];
        wanted.extend(self.disks.iter().map(|(_, datastore)| (datastore.as_str(), secondary)));
        wanted.extend(vm.host.as_deref().map(|primary| (self.metadata.as_str(), primary)));
        wanted.sort_unstable();
        wanted.dedup();
        let missing = wanted.into_iter().filter_map(|(datastore, host)| {
            // Nothing is known of a VM's own datastore when the server does not show its files.
            if datastore.is_empty() {
                return None;
            }
            match seen.datastores.get(datastore) {
                None => Some(unknown(seen, vm, datastore)),
                Some(known) if !known.hosts.contains(host) => {
                    Some(unreachable(vm, datastore, host))
                }
                Some(_) => None,
            }
        });
        let mut reasons: Vec<Reason> = missing.collect();
        reasons.dedup();
        reasons
    }

    /// For people.
    pub(super) fn in_words(&self) -> String {
        let mut names: Vec<&str> = vec![&self.config];
        names.extend(self.disks.iter().map(|(_, datastore)| datastore.as_str()));
        names.sort_unstable();
        names.dedup();
        names.join(", ")
    }
}

/// Declared disks that none of the VMs has.
pub(super) fn unknown_disks(spec: &Spec, seen: &Seen) -> Vec<String> {
    // Disks of VMs that are still to come are not known yet.
    if seen.vms.iter().any(|vm| vm.object.is_none()) {
        return Vec::new();
    }
    let names = spec.disks.keys().filter(|name| {
        let fits = |disk: &Disk| disk.label == **name || disk.key.to_string() == **name;
        !seen.vms.iter().any(|vm| vm.disks.iter().any(fits))
    });
    names.cloned().collect()
}

fn declared<'a>(spec: &'a Spec, disk: &Disk) -> Option<&'a String> {
    spec.disks.get(&disk.label).or_else(|| spec.disks.get(&disk.key.to_string()))
}

fn unknown(seen: &Seen, vm: &Vm, datastore: &str) -> Reason {
    let known: Vec<String> = seen.datastores.keys().map(|name| format!("`{name}`")).collect();
    let cause = format!("no host of the cluster has a datastore `{datastore}`");
    let fix = format!("write one of {}", known.join(", "));
    reason("ft-no-datastore", what(vm), cause, fix)
}

fn unreachable(vm: &Vm, datastore: &str, host: &str) -> Reason {
    let cause = format!("host `{host}` does not reach datastore `{datastore}`");
    let fix = "mount it on that host, or declare a shared one as `secondary.datastore` or \
               `secondary.metadata_datastore`";
    reason("ft-datastore-unreachable", what(vm), cause, fix)
}
