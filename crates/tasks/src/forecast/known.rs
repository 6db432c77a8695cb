//! The things that a forecast knows, as plain data.

/// All that is to come on one connection.
#[derive(Debug, Clone, Default)]
pub(crate) struct Known {
    /// Names of datacenters.
    pub(crate) datacenters: Vec<String>,
    pub(crate) clusters: Vec<ClusterToCome>,
    pub(crate) hosts: Vec<HostToCome>,
    /// Names of hosts whose addition is blocked: nothing is known of them.
    pub(crate) stuck_hosts: Vec<String>,
    /// Names of hosts that are there and will be connected, with an HA agent that is well.
    pub(crate) mended_hosts: Vec<String>,
    pub(crate) services: Vec<ServiceToCome>,
    pub(crate) pairs: Vec<PairToCome>,
    /// Names of VMs that are deployed.
    pub(crate) vms: Vec<String>,
}

/// A cluster as it will be, whether it exists already or not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ClusterToCome {
    pub(crate) datacenter: String,
    pub(crate) name: String,
    /// Whether it is there today, with other settings.
    pub(crate) exists: bool,
    pub(crate) ha: bool,
    pub(crate) caps: FtCaps,
    pub(crate) evc_mode: Option<String>,
    /// Whether anything of it is still to be done.
    pub(crate) changes: bool,
}

/// How many FT VMs and how many of their vCPUs one host may have; 0 means no check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FtCaps {
    pub(crate) vms: u32,
    pub(crate) vcpus: u32,
}

impl Default for FtCaps {
    /// What vCenter checks when the options are not set.
    fn default() -> Self {
        Self { vms: 4, vcpus: 8 }
    }
}

/// A host that will be added.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct HostToCome {
    pub(crate) datacenter: String,
    /// `None` for a standalone host.
    pub(crate) cluster: Option<String>,
    pub(crate) preview: HostPreview,
}

/// What a host says about itself before it is added.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct HostPreview {
    pub(crate) name: String,
    pub(crate) product: String,
    pub(crate) cpu_model: String,
    pub(crate) max_evc_mode: Option<String>,
    pub(crate) vmotion: bool,
    pub(crate) ft_logging: bool,
    pub(crate) max_ft_vcpus: Option<u32>,
    pub(crate) max_ft_memory_mb: Option<u32>,
    /// Reasons why the host cannot do Fault Tolerance, in the API's words.
    pub(crate) ft_issues: Vec<String>,
    pub(crate) datastores: Vec<String>,
    pub(crate) vms: Vec<VmPreview>,
}

/// A VM of a host that will be added.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct VmPreview {
    pub(crate) name: String,
    pub(crate) vcpus: u32,
    pub(crate) memory_mb: u32,
    pub(crate) powered_on: bool,
    pub(crate) template: bool,
    /// Made by a solution, such as a vCLS VM.
    pub(crate) agent: bool,
    /// Name of the datastore with its configuration.
    pub(crate) datastore: String,
}

/// A VMkernel adapter that will carry some traffic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ServiceToCome {
    pub(crate) host: String,
    /// In the API's words, such as `vmotion`.
    pub(crate) nic_type: &'static str,
}

/// A pair that will be made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct PairToCome {
    pub(crate) vm: String,
    pub(crate) vcpus: u32,
    /// The primary's and the secondary's.
    pub(crate) hosts: [String; 2],
    /// Memory in MiB that each half takes.
    pub(crate) memory_mb: u64,
    /// The secondary's files: name of the datastore and size in MiB.
    pub(crate) files: Vec<(String, u64)>,
}

impl Known {
    /// Adds what somebody else makes.
    pub(crate) fn add(&mut self, other: &Self) {
        let Self { datacenters, clusters, hosts, stuck_hosts, mended_hosts, services, pairs, vms } =
            other;
        self.datacenters.extend_from_slice(datacenters);
        self.clusters.extend_from_slice(clusters);
        self.hosts.extend_from_slice(hosts);
        self.stuck_hosts.extend_from_slice(stuck_hosts);
        self.mended_hosts.extend_from_slice(mended_hosts);
        self.services.extend_from_slice(services);
        self.pairs.extend_from_slice(pairs);
        self.vms.extend_from_slice(vms);
    }

    /// Whether there will be anything beside pairs that another task could count on.
    pub(crate) fn makes_something(&self) -> bool {
        let Self { datacenters, clusters, hosts, mended_hosts, services, vms, .. } = self;
        let names = [datacenters, mended_hosts, vms];
        names.iter().any(|names| !names.is_empty())
            || clusters.iter().any(|cluster| cluster.changes)
            || !hosts.is_empty()
            || !services.is_empty()
    }

    /// The cluster of that name in that datacenter.
    pub(crate) fn cluster(&self, datacenter: &str, name: &str) -> Option<&ClusterToCome> {
        self.clusters.iter().rev().find(|one| one.datacenter == datacenter && one.name == name)
    }

    /// The host of that name.
    pub(crate) fn host(&self, name: &str) -> Option<&HostToCome> {
        self.hosts.iter().find(|one| one.preview.name.eq_ignore_ascii_case(name))
    }

    /// Whether the addition of the host of that name is blocked.
    pub(crate) fn is_stuck(&self, name: &str) -> bool {
        self.stuck_hosts.iter().any(|one| one.eq_ignore_ascii_case(name))
    }

    /// Whether an adapter of that host will carry this traffic.
    pub(crate) fn carries(&self, host: &str, nic_type: &str) -> bool {
        self.services
            .iter()
            .any(|one| one.host.eq_ignore_ascii_case(host) && one.nic_type == nic_type)
    }
}
