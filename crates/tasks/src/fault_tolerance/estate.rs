//! What secondaries are placed in: what is left on each host and datastore, and what each VM needs.
//!
//! What is not known, such as the memory of a host that is still to come, is not limited.

use std::collections::{BTreeMap, HashMap};

use placement::{Datastore, DatastoreId, Estate, File, Host, HostId, VmId};

use super::capacity::Load;
use super::seen::{self, Seen, Vm};
use super::storage::{Part, Wish};

/// Memory in MiB that one half of a pair takes beside its own: vSphere's documentation says 1 to 2 GB.
pub(super) const OVERHEAD: u64 = 1536;
/// Memory in MiB that the hypervisor keeps for itself: the least that ESXi can be installed with is 4 GB.
pub(super) const HYPERVISOR: u64 = 4096;
/// More than there ever is, and little enough to be added to.
pub(super) const UNLIMITED: u64 = u64::MAX / 4;

/// A VM that needs a secondary, and what it may use.
#[derive(Debug, Clone)]
pub(super) struct Wanting<'a> {
    pub(super) vm: &'a Vm,
    /// Places in the list of hosts: its own, and those that may take the secondary.
    pub(super) home: usize,
    pub(super) hosts: Vec<usize>,
    /// Whether the operator named the host.
    pub(super) is_pinned: bool,
    pub(super) files: Vec<Wish>,
}

impl Wanting<'_> {
    /// Files of which it is known where they may go.
    pub(super) fn placed_files(&self) -> impl Iterator<Item = &Wish> {
        self.files.iter().filter(|file| !file.among.names.is_empty())
    }
}

/// Memory in MiB of each half: all of the VM's and the overhead; nothing when the size is not known.
pub(super) fn memory_of(vm: &Vm) -> u64 {
    if vm.memory_mb == 0 { 0 } else { u64::from(vm.memory_mb) + OVERHEAD }
}

/// Everything as the placement wants it. Hosts and datastores keep their order.
pub(super) fn estate(seen: &Seen, wanting: &[Wanting<'_>], load: impl Fn(&str) -> Load) -> Estate {
    let names: HashMap<&str, usize> =
        seen.datastores.keys().enumerate().map(|(at, name)| (name.as_str(), at)).collect();
    let mut reached: BTreeMap<&str, Vec<DatastoreId>> = BTreeMap::new();
    for (at, datastore) in seen.datastores.values().enumerate() {
        for host in &datastore.hosts {
            reached.entry(host).or_default().push(DatastoreId(at));
        }
    }
    let hosts = seen.hosts.iter().map(|host| {
        let datastores = reached.get(host.name.as_str()).cloned().unwrap_or_default();
        host_of(seen, host, load(&host.name), datastores)
    });
    Estate {
        hosts: hosts.collect(),
        datastores: seen.datastores.iter().map(|(name, one)| datastore(seen, name, one)).collect(),
        vms: wanting.iter().map(|one| vm_of(one, &names)).collect(),
        apart: apart(seen, wanting).into_iter().map(|(_, vms)| vms).collect(),
    }
}

fn host_of(seen: &Seen, host: &seen::Host, load: Load, datastores: Vec<DatastoreId>) -> Host {
    let cluster = host.cluster.as_deref();
    let cluster = seen.clusters.iter().position(|one| Some(one.id.as_str()) == cluster);
    let caps = cluster.map(|at| seen.clusters[at].caps);
    let left = |cap: Option<u32>, load: u32| {
        cap.filter(|cap| *cap != 0).map(|cap| cap.saturating_sub(load))
    };
    let coming = seen.pairs_to_come.iter();
    let coming = coming.filter(|pair| pair.hosts.contains(&host.name)).map(|pair| pair.memory_mb);
    let taken = HYPERVISOR + host.reserved_mb + coming.sum::<u64>();
    Host {
        name: host.name.clone(),
        cluster: cluster.unwrap_or(usize::MAX),
        vms_left: left(caps.map(|caps| caps.vms), load.vms),
        vcpus_left: left(caps.map(|caps| caps.vcpus), load.vcpus),
        memory_left: host.memory_mb.map_or(UNLIMITED, |all| all.saturating_sub(taken)),
        datastores,
        carried: load.vms,
    }
}

fn datastore(seen: &Seen, name: &str, found: &seen::Datastore) -> Datastore {
    let files = seen.pairs_to_come.iter().flat_map(|pair| &pair.files);
    let coming: u64 = files.filter(|(on, _)| on == name).map(|(_, size)| size).sum();
    let free = found.free_mb.map_or(UNLIMITED, |free| free.saturating_sub(coming));
    Datastore { name: name.to_owned(), free }
}

fn vm_of(wanting: &Wanting<'_>, names: &HashMap<&str, usize>) -> placement::Vm {
    let id = |name: &String| names.get(name.as_str()).copied().map(DatastoreId);
    let memory = memory_of(wanting.vm);
    let files = wanting.placed_files().map(|wish| {
        let among = wish.among.places.iter().copied().map(DatastoreId).collect();
        File {
            size: wish.size,
            shared: wish.part == Part::Metadata,
            pinned: None,
            avoid: id(&wish.beside),
            among: Some(among),
        }
    });
    placement::Vm {
        name: wanting.vm.subject.clone(),
        host: HostId(wanting.home),
        vcpus: wanting.vm.vcpus,
        memory,
        more_memory: memory.saturating_sub(wanting.vm.reserved_mb),
        allowed: Some(wanting.hosts.iter().copied().map(HostId).collect()),
        pinned: wanting.hosts.first().copied().filter(|_| wanting.is_pinned).map(HostId),
        files: files.collect(),
    }
}

/// The groups that stay apart, with whether the rule is mandatory and its name.
pub(super) fn apart<'a>(
    seen: &'a Seen,
    wanting: &[Wanting<'_>],
) -> Vec<(&'a super::rules::Apart, Vec<VmId>)> {
    let rules = seen.clusters.iter().flat_map(|cluster| &cluster.rules.apart);
    let groups = rules.map(|rule| {
        let is_in =
            |one: &Wanting<'_>| one.vm.object.as_ref().is_some_and(|vm| rule.vms.contains(vm));
        let members = wanting.iter().enumerate().filter(|(_, one)| is_in(one));
        (rule, members.map(|(at, _)| VmId(at)).collect())
    });
    groups.filter(|(_, members): &(_, Vec<VmId>)| members.len() > 1).collect()
}
