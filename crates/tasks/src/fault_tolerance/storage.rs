//! Where the files of a secondary may go, and whether the hosts reach that.

use std::sync::Arc;

use orchestrator::Reason;
use vsphere::inventory::matches_pattern;

use super::checks::what;
use super::ground::{Among, Ground};
use super::seen::{Disk, Seen, Vm};
use super::spec::Spec;
use crate::lookup::reason;

/// What a file of a secondary is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Config,
    /// The tie-breaker.
    Metadata,
    /// The disk with this key.
    Disk(i32),
}

/// A file of a secondary and where it may go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wish {
    pub(super) part: Part,
    /// In MiB. What the disk may grow to: a thin disk fills up sooner or later.
    pub(super) size: u64,
    pub(super) among: Among,
    /// The primary's own datastore: a copy beside it is lost together with it.
    pub(super) beside: String,
}

/// Names of the datastores of a secondary.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Storage {
    pub(super) config: String,
    pub(super) metadata: String,
    /// By the disk's key.
    pub(super) disks: Vec<(i32, String)>,
}

/// The configuration with its logs, and the tie-breaker, in MiB.
const SMALL: u64 = 16;

/// The files of a secondary: as declared, else beside the primary's own files.
pub(super) fn wishes(ground: &Ground<'_>, cluster: &str, vm: &Vm) -> Vec<Wish> {
    let (spec, pool) = (ground.spec, ground.pool(cluster));
    let one = |name: &str| {
        let names: Arc<[String]> = [name.to_owned()].into();
        if name.is_empty() { Among::default() } else { ground.among(names) }
    };
    let anywhere = |own: &str| pool.cloned().unwrap_or_else(|| one(own));
    let declared = spec.datastore.as_deref();
    let config = declared.map_or_else(|| anywhere(&vm.datastore), one);
    let metadata = spec.metadata.as_deref().map_or_else(|| config.clone(), one);
    let beside = |part, size, among| Wish { part, size, among, beside: vm.datastore.clone() };
    let mut wishes =
        vec![beside(Part::Config, SMALL, config), beside(Part::Metadata, SMALL, metadata)];
    wishes.extend(vm.disks.iter().map(|disk| {
        let among = match (listed(spec, disk), pool, declared) {
            (Some(listed), ..) => one(listed),
            (None, Some(pool), _) => pool.clone(),
            (None, None, Some(declared)) => one(declared),
            (None, None, None) => one(&disk.datastore),
        };
        let beside = disk.datastore.clone();
        Wish { part: Part::Disk(disk.key), size: disk.size_mb, among, beside }
    }));
    wishes
}

impl Storage {
    /// From the datastore of each file.
    pub(super) fn of(chosen: impl Iterator<Item = (Part, String)>) -> Self {
        let mut storage = Self::default();
        for (part, datastore) in chosen {
            match part {
                Part::Config => storage.config = datastore,
                Part::Metadata => storage.metadata = datastore,
                Part::Disk(key) => storage.disks.push((key, datastore)),
            }
        }
        storage
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

/// Why the hosts of the two halves cannot work with any of the datastores that the files may be on. The hosts are
/// places in the list.
pub(super) fn against(
    wishes: &[Wish],
    ground: &Ground<'_>,
    vm: &Vm,
    (primary, secondary): (usize, usize),
) -> Vec<Reason> {
    let mut reasons = Vec::new();
    for wish in wishes {
        // The tie-breaker is for both.
        let also = (wish.part == Part::Metadata).then_some(primary);
        if wish.among.names.is_empty() || ground.reaches(&wish.among, secondary, also) {
            continue;
        }
        let new = no_datastore(&wish.among, ground, vm, secondary, also);
        if !reasons.contains(&new) {
            reasons.push(new);
        }
    }
    reasons
}

fn no_datastore(
    among: &Among,
    ground: &Ground<'_>,
    vm: &Vm,
    secondary: usize,
    also: Option<usize>,
) -> Reason {
    if among.places.is_empty() {
        return unknown(ground.seen, vm, &among.names);
    }
    let cut_off = also.filter(|_| ground.reaches(among, secondary, None)).unwrap_or(secondary);
    unreachable(vm, &among.names, &ground.seen.hosts[cut_off].name)
}

/// Declared datastores and patterns that fit none.
pub(super) fn unknown_datastores(spec: &Spec, seen: &Seen) -> Vec<String> {
    let fits = |text: &&String| !seen.datastores.keys().any(|name| matches_pattern(text, name));
    spec.datastores.iter().filter(fits).cloned().collect()
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

fn listed<'a>(spec: &'a Spec, disk: &Disk) -> Option<&'a str> {
    let listed = spec.disks.get(&disk.label).or_else(|| spec.disks.get(&disk.key.to_string()));
    listed.map(String::as_str)
}

fn in_words(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}

fn unknown(seen: &Seen, vm: &Vm, datastores: &[String]) -> Reason {
    let known: Vec<String> = seen.datastores.keys().cloned().collect();
    let cause = format!("no host of the cluster has a datastore {}", in_words(datastores));
    let fix = format!("write one of {}", in_words(&known));
    reason("ft-no-datastore", what(vm), cause, fix)
}

fn unreachable(vm: &Vm, datastores: &[String], host: &str) -> Reason {
    let cause = match datastores {
        [one] => format!("host `{host}` does not reach datastore `{one}`"),
        several => format!("host `{host}` reaches none of the datastores {}", in_words(several)),
    };
    let fix = "mount it on that host, or declare a shared one as `secondary.datastore` or \
               `secondary.metadata_datastore`";
    reason("ft-datastore-unreachable", what(vm), cause, fix)
}
