//! What is to be placed, and on what: [`Estate`]. All sizes are MiB.

use serde::{Deserialize, Serialize};

/// A host by its place in [`Estate::hosts`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct HostId(pub usize);

/// A datastore by its place in [`Estate::datastores`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct DatastoreId(pub usize);

/// A virtual machine by its place in [`Estate::vms`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct VmId(pub usize);

/// Hosts, datastores, and virtual machines that need a secondary.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Estate {
    /// The hosts.
    pub hosts: Vec<Host>,
    /// The datastores.
    pub datastores: Vec<Datastore>,
    /// The virtual machines, each on its host already.
    pub vms: Vec<Vm>,
    /// Groups of virtual machines that must not share a host, neither as primary nor as secondary.
    #[serde(default)]
    pub apart: Vec<Vec<VmId>>,
}

/// A host with what is left on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Host {
    /// Its name.
    pub name: String,
    /// Hosts of one cluster stand in for each other; others never do.
    pub cluster: usize,
    /// How many more FT machines it may carry, primaries and secondaries alike; `None` is not limited.
    pub vms_left: Option<u32>,
    /// How many more vCPUs of FT machines it may carry; `None` is not limited.
    pub vcpus_left: Option<u32>,
    /// Memory that can still be reserved.
    pub memory_left: u64,
    /// Datastores it can write to.
    pub datastores: Vec<DatastoreId>,
    /// FT machines that it carries already: those with fewer come first.
    #[serde(default)]
    pub carried: u32,
}

/// A datastore with what is left on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Datastore {
    /// Its name.
    pub name: String,
    /// Space that may be used.
    pub free: u64,
}

/// A virtual machine that needs a secondary.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vm {
    /// Its name.
    pub name: String,
    /// Where the primary runs.
    pub host: HostId,
    /// Its vCPUs.
    pub vcpus: u32,
    /// Memory that its secondary reserves, overhead included.
    pub memory: u64,
    /// Memory that the primary's host has to reserve in addition.
    #[serde(default)]
    pub more_memory: u64,
    /// The hosts a secondary may run on; `None` is every host of the cluster but its own.
    #[serde(default)]
    pub allowed: Option<Vec<HostId>>,
    /// The host the operator wants.
    #[serde(default)]
    pub pinned: Option<HostId>,
    /// The files of the secondary.
    pub files: Vec<File>,
}

/// One file of a secondary.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct File {
    /// Its size.
    pub size: u64,
    /// Whether the primary's host must reach it as well, as the tie-breaker.
    #[serde(default)]
    pub shared: bool,
    /// The datastore the operator wants.
    #[serde(default)]
    pub pinned: Option<DatastoreId>,
    /// A datastore to stay away from where possible: the one that the primary uses.
    #[serde(default)]
    pub avoid: Option<DatastoreId>,
    /// The datastores it may be on; `None` is every one that the host reaches.
    #[serde(default)]
    pub among: Option<Vec<DatastoreId>>,
}

impl Estate {
    /// The host.
    #[must_use]
    pub fn host(&self, id: HostId) -> &Host {
        &self.hosts[id.0]
    }

    /// The virtual machine.
    #[must_use]
    pub fn vm(&self, id: VmId) -> &Vm {
        &self.vms[id.0]
    }

    /// Where the secondary of `vm` may run as far as cluster, groups and pins go, in the order of the hosts.
    pub fn candidates(&self, vm: VmId) -> impl Iterator<Item = HostId> + '_ {
        let vm = self.vm(vm);
        let cluster = self.host(vm.host).cluster;
        (0..self.hosts.len()).map(HostId).filter(move |host| {
            *host != vm.host
                && self.host(*host).cluster == cluster
                && vm.allowed.as_ref().is_none_or(|allowed| allowed.contains(host))
                && vm.pinned.is_none_or(|pinned| pinned == *host)
        })
    }
}
