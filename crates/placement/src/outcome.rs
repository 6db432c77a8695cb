//! What came of it: [`Outcome`] with a [`Placement`] or the [`Obstacle`]s of every virtual machine.

use serde::Serialize;

use crate::estate::{DatastoreId, HostId, VmId};

/// Where a secondary goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Placement {
    /// Its host.
    pub host: HostId,
    /// The datastore of each of its files, in their order.
    pub datastores: Vec<DatastoreId>,
}

/// What keeps a secondary from a place. The order is that of the checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub enum Obstacle {
    /// The primary's host may carry no more FT machines.
    PrimaryVms,
    /// The primary's host may carry no more vCPUs of FT machines.
    PrimaryVcpus,
    /// The primary's host cannot reserve the memory.
    PrimaryMemory,
    /// No host is allowed at all.
    NoHost,
    /// Another machine of a group that is kept apart is there.
    Apart(HostId),
    /// The host may carry no more FT machines.
    Vms(HostId),
    /// The host may carry no more vCPUs of FT machines.
    Vcpus(HostId),
    /// The host cannot reserve the memory.
    Memory(HostId),
    /// The host reaches no datastore that the file could be on.
    Unreachable(HostId),
    /// The datastores that the host reaches are too full.
    Space(HostId),
}

/// Every virtual machine with its place, or with what is in the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// In the order of the estate.
    pub vms: Vec<Result<Placement, Vec<Obstacle>>>,
}

impl Outcome {
    /// How many have a place.
    #[must_use]
    pub fn placed(&self) -> usize {
        self.vms.iter().filter(|vm| vm.is_ok()).count()
    }

    /// Those without a place.
    pub fn unplaced(&self) -> impl Iterator<Item = VmId> + '_ {
        self.vms.iter().enumerate().filter(|(_, vm)| vm.is_err()).map(|(at, _)| VmId(at))
    }
}
