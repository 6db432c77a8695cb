//! Kinds of things that can be looked up.

use std::fmt;

use vim25::mo;

/// What is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A datacenter.
    Datacenter,
    /// A folder of any sort.
    Folder,
    /// A cluster.
    Cluster,
    /// A cluster, or the compute resource of a standalone host.
    ComputeResource,
    /// A host.
    Host,
    /// A virtual machine that is no FT secondary.
    VirtualMachine,
    /// A resource pool or vApp.
    ResourcePool,
    /// A datastore.
    Datastore,
    /// A network or distributed port group.
    Network,
    /// A distributed switch.
    DistributedSwitch,
}

impl Kind {
    /// The managed type that all of this kind are or extend.
    #[must_use]
    pub fn managed_type(self) -> &'static str {
        match self {
            Self::Datacenter => "Datacenter",
            Self::Folder => "Folder",
            Self::Cluster => "ClusterComputeResource",
            Self::ComputeResource => "ComputeResource",
            Self::Host => "HostSystem",
            Self::VirtualMachine => "VirtualMachine",
            Self::ResourcePool => "ResourcePool",
            Self::Datastore => "Datastore",
            Self::Network => "Network",
            Self::DistributedSwitch => "DistributedVirtualSwitch",
        }
    }

    /// The folder of a datacenter in which things of this kind are.
    pub(crate) fn folder(self) -> Option<&'static str> {
        match self {
            Self::Datacenter | Self::Folder => None,
            Self::Cluster | Self::ComputeResource | Self::Host | Self::ResourcePool => Some("host"),
            Self::VirtualMachine => Some("vm"),
            Self::Datastore => Some("datastore"),
            Self::Network | Self::DistributedSwitch => Some("network"),
        }
    }

    /// Is an object of managed type `name` of this kind?
    pub(crate) fn covers(self, name: &str) -> bool {
        name == self.managed_type() || mo::is_a(name, self.managed_type())
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Datacenter => "datacenter",
            Self::Folder => "folder",
            Self::Cluster => "cluster",
            Self::ComputeResource => "cluster or standalone host",
            Self::Host => "host",
            Self::VirtualMachine => "VM",
            Self::ResourcePool => "resource pool",
            Self::Datastore => "datastore",
            Self::Network => "network",
            Self::DistributedSwitch => "distributed switch",
        })
    }
}
