//! What was seen, as plain data: clusters, hosts, datastores and VMs, there already or still to come.
//!
//! Clusters and datastores are told apart by an id of the server or, for what is to come, by a name. `waits`
//! says what must happen before a decision about the thing can be carried out.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use vim25::MoRef;
use vsphere::FindError;

use super::rules::Rules;
use super::spec::Remedy;
use crate::forecast::{FtCaps, PairToCome};
use crate::host::AgentState;

/// Everything that was seen.
#[derive(Debug, Clone, Default)]
pub(crate) struct Seen {
    pub(super) clusters: Vec<Cluster>,
    pub(super) hosts: Vec<Host>,
    /// Where each host is in that list, by name; may be left empty where there are few.
    pub(super) host_places: HashMap<String, usize>,
    /// By name. Names of one datacenter are unique.
    pub(super) datastores: BTreeMap<String, Datastore>,
    pub(super) vms: Vec<Vm>,
    /// Name of the host of every VM in the clusters that were read; of pairs, the primary's.
    pub(super) homes: HashMap<MoRef, String>,
    /// Declared VMs that were not found, as they were declared.
    pub(super) unknown: Vec<(String, FindError)>,
    /// Declared VMs that may be on hosts whose addition is blocked, and these hosts.
    pub(super) out_of_sight: Vec<String>,
    pub(super) stuck_hosts: Vec<String>,
    /// The declared cluster: its id, or why it was not found.
    pub(super) wanted_cluster: Option<Result<String, FindError>>,
    /// VMs about which vCenter was not asked, as there are so many.
    pub(super) not_asked: usize,
    /// Pairs that earlier tasks will make.
    pub(super) pairs_to_come: Vec<PairToCome>,
}

/// A cluster.
#[derive(Debug, Clone, Default)]
pub(super) struct Cluster {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) object: Option<MoRef>,
    pub(super) ha: bool,
    pub(super) host_monitoring: bool,
    pub(super) caps: FtCaps,
    /// VMs that HA does not restart.
    pub(super) not_restarted: BTreeSet<MoRef>,
    pub(super) rules: Rules,
    pub(super) waits: Vec<String>,
}

/// A host.
#[derive(Debug, Clone)]
pub(super) struct Host {
    pub(super) name: String,
    pub(super) object: Option<MoRef>,
    /// Id of its cluster.
    pub(super) cluster: Option<String>,
    pub(super) connected: bool,
    pub(super) in_maintenance: bool,
    pub(super) agent: AgentState,
    pub(super) vmotion: bool,
    pub(super) ft_logging: bool,
    pub(super) max_vcpus: Option<u32>,
    pub(super) max_memory_mb: Option<u32>,
    /// Reasons why it cannot do Fault Tolerance, in the API's words.
    pub(super) issues: Vec<String>,
    /// FT VMs on it now, primaries and secondaries, and their vCPUs.
    pub(super) ft_vms: u32,
    pub(super) ft_vcpus: u32,
    /// Its memory in MiB, if known, and what VMs on it reserve of that.
    pub(super) memory_mb: Option<u64>,
    pub(super) reserved_mb: u64,
    pub(super) waits: Vec<String>,
}

/// A datastore.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Datastore {
    pub(super) object: Option<MoRef>,
    /// Names of the hosts that have it.
    pub(super) hosts: BTreeSet<String>,
    /// Free space in MiB, if known.
    pub(super) free_mb: Option<u64>,
}

/// A declared VM.
#[derive(Debug, Clone)]
pub(super) struct Vm {
    /// Its name, or its path where names repeat.
    pub(super) subject: String,
    pub(super) object: Option<MoRef>,
    /// Name of its host; `None` when the server does not say.
    pub(super) host: Option<String>,
    pub(super) power: Power,
    pub(super) vcpus: u32,
    pub(super) memory_mb: u32,
    /// What it reserves of that now.
    pub(super) reserved_mb: u64,
    /// What it reserves when it runs.
    pub(super) memory_reservation_mb: u64,
    pub(super) template: bool,
    /// Managed by a solution, such as a vCLS VM.
    pub(super) agent: bool,
    pub(super) snapshots: bool,
    pub(super) nested_hv: bool,
    /// Name of the datastore with its configuration.
    pub(super) datastore: String,
    pub(super) disks: Vec<Disk>,
    /// What its files occupy, in MiB.
    pub(super) occupied_mb: u64,
    /// A flash read cache is reserved for it.
    pub(super) flash_cache: bool,
    /// CPUs or memory can be added while it runs.
    pub(super) hot_plug: bool,
    pub(super) bad_devices: Vec<BadDevice>,
    pub(super) ft: Ft,
    /// What vCenter says against it.
    pub(super) issues: Vec<Issue>,
    /// A vim task that is turning Fault Tolerance on now.
    pub(super) turning_on: Option<MoRef>,
    /// What the server would not show of it, so that nothing can be decided.
    pub(super) unreadable: Option<String>,
}

/// Whether a VM runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Power {
    On,
    Off,
    Suspended,
}

/// A virtual disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Disk {
    pub(super) key: i32,
    pub(super) label: String,
    /// Name of its datastore.
    pub(super) datastore: String,
    /// Its size in MiB; 0 when not known.
    pub(super) size_mb: u64,
    /// It holds only what differs from another disk.
    pub(super) linked: bool,
}

/// A device that Fault Tolerance refuses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct BadDevice {
    /// With its article.
    pub(super) in_words: String,
    /// What to do about it.
    pub(super) fix: &'static str,
    /// Its key.
    pub(super) key: i32,
    /// What of `remediate` removes the obstacle.
    pub(super) remedy: Option<Remedy>,
}

/// A VM's Fault Tolerance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Ft {
    Off,
    Primary(Pair),
    /// It is the secondary of another.
    Secondary,
}

/// What is seen of a pair on its primary.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Pair {
    /// `faultToleranceState`.
    pub(super) state: String,
    /// `needSecondaryReason`.
    pub(super) reason: Option<String>,
    pub(super) orphaned: bool,
    pub(super) secondary: Option<MoRef>,
    /// Name of the secondary's host.
    pub(super) secondary_host: Option<String>,
    /// Name of the datastore with the secondary's configuration.
    pub(super) secondary_datastore: Option<String>,
    /// HA restarts it; `None` when the server does not say.
    pub(super) das_protected: Option<bool>,
}

/// Something that speaks against Fault Tolerance on a VM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Issue {
    /// The API's reason or fault.
    pub(super) reason: String,
    pub(super) cause: String,
    pub(super) fix: Option<String>,
    pub(super) is_warning: bool,
}

impl Seen {
    pub(super) fn host(&self, name: &str) -> Option<&Host> {
        self.host_place(name).map(|at| &self.hosts[at])
    }

    /// To be called when the list of hosts is as it will be; without it, finding one takes longer.
    pub(super) fn note_host_places(&mut self) {
        let places = self.hosts.iter().enumerate().map(|(at, host)| (host.name.clone(), at));
        self.host_places = places.collect();
    }

    /// Where a host is in the list.
    pub(super) fn host_place(&self, name: &str) -> Option<usize> {
        let known = self.host_places.get(name).copied();
        let known = known.filter(|at| self.hosts.get(*at).is_some_and(|host| host.name == name));
        known.or_else(|| self.hosts.iter().position(|host| host.name == name))
    }

    pub(super) fn cluster(&self, id: &str) -> Option<&Cluster> {
        self.clusters.iter().find(|cluster| cluster.id == id)
    }

    /// The cluster of a VM's host.
    pub(super) fn cluster_of(&self, vm: &Vm) -> Option<&Cluster> {
        let host = self.host(vm.host.as_deref()?)?;
        self.cluster(host.cluster.as_deref()?)
    }
}

impl Vm {
    /// The host and vCPUs of its pair, if it has one.
    pub(super) fn pair(&self) -> Option<&Pair> {
        match &self.ft {
            Ft::Primary(pair) => Some(pair),
            Ft::Off | Ft::Secondary => None,
        }
    }
}
