//! The managed object `ResourcePool`.

use vim25::enums::{ManagedEntityStatus, SharesLevel};
use vim25::types::{
    ResourceAllocationInfo, ResourceConfigSpec, ResourcePoolQuickStats, ResourcePoolResourceUsage,
    ResourcePoolRuntimeInfo, ResourcePoolSummary, SharesInfo,
};
use vim25::{MoRef, Value};

use crate::behaviour::cluster_compute_resource::hosts;
use crate::behaviour::host_system::HostSystem;
use crate::behaviour::virtual_machine::{IN_POOL, VirtualMachine, shared_out};
use crate::inventory::{CHILD_OF, Entity};
use crate::store::{At, Links, ManagedObject, Property, Snapshot, Transaction};

/// The link from a root pool to its cluster or compute resource.
const POOL_OF: &str = "pool of";

/// A resource pool.
#[derive(Clone)]
pub struct ResourcePool {
    /// What it has in common with other entities. A root pool's parent is its owner.
    pub entity: Entity,
    /// The cluster or compute resource whose resources it shares out.
    pub owner: MoRef,
    /// How CPU is shared out to it, in MHz.
    pub cpu: ResourceAllocationInfo,
    /// How memory is shared out to it, in megabytes.
    pub memory: ResourceAllocationInfo,
}

/// The shares of a pool at the normal level.
const NORMAL_SHARES: i32 = 4000;

/// What a pool gets that asks for nothing.
fn usual() -> ResourceAllocationInfo {
    ResourceAllocationInfo {
        reservation: Some(0),
        expandable_reservation: Some(true),
        limit: Some(-1),
        shares: Some(Box::new(SharesInfo {
            shares: NORMAL_SHARES,
            level: SharesLevel::Normal,
            ..Default::default()
        })),
        ..Default::default()
    }
}

impl ResourcePool {
    /// The pools below a pool.
    #[must_use]
    pub fn descendants(snapshot: &Snapshot, pool: &MoRef) -> Vec<MoRef> {
        let mut found: Vec<MoRef> = snapshot.referrers(pool, CHILD_OF).to_vec();
        let mut next = 0;
        while next < found.len() {
            found.extend(snapshot.referrers(&found[next], CHILD_OF).iter().cloned());
            next += 1;
        }
        found
    }

    /// A pool that asks for nothing.
    #[must_use]
    pub fn new(entity: Entity, owner: &MoRef) -> Self {
        Self { entity, owner: owner.clone(), cpu: usual(), memory: usual() }
    }

    /// Takes what is set of an allocation of CPU and of memory.
    pub(super) fn put(&mut self, cpu: &ResourceAllocationInfo, memory: &ResourceAllocationInfo) {
        self.cpu = shared_out(&self.cpu, cpu, NORMAL_SHARES);
        self.memory = shared_out(&self.memory, memory, NORMAL_SHARES);
    }

    fn config(&self, this: &MoRef) -> ResourceConfigSpec {
        ResourceConfigSpec {
            entity: Some(this.clone()),
            cpu_allocation: self.cpu.clone(),
            memory_allocation: self.memory.clone(),
            scale_descendants_shares: Some("disabled".into()),
            ..Default::default()
        }
    }

    fn runtime(&self, at: &At<'_>) -> ResourcePoolRuntimeInfo {
        let (mut mhz, mut bytes) = (0, 0);
        for host in hosts(&self.owner, at).iter().filter_map(|host| at.get::<HostSystem>(host)) {
            mhz += i64::from(host.server.hardware.total_mhz());
            bytes += host.server.hardware.memory;
        }
        let vms = at.referrers(IN_POOL).iter().filter_map(|vm| at.get::<VirtualMachine>(vm));
        let reserved = vms.filter(|vm| vm.is_on()).map(|vm| vm.memory_reservation << 20);
        let reserved = reserved.fold(0, i64::saturating_add);
        let usage = |total: i64, used: i64| ResourcePoolResourceUsage {
            reservation_used: used,
            reservation_used_for_vm: used,
            unreserved_for_pool: total - used,
            unreserved_for_vm: total - used,
            max_usage: total,
            ..Default::default()
        };
        ResourcePoolRuntimeInfo {
            memory: usage(bytes, reserved),
            cpu: usage(mhz, 0),
            overall_status: ManagedEntityStatus::Green,
            ..Default::default()
        }
    }

    /// How its resources are shared out among the pools and VMs in it.
    fn children(&self, at: &At<'_>) -> Value {
        let pools = at.referrers(CHILD_OF).iter();
        let pools = pools.filter_map(|id| Some(at.get::<Self>(id)?.config(id)));
        let vms = at.referrers(IN_POOL).iter();
        let vms = vms.filter_map(|id| Some(at.get::<VirtualMachine>(id)?.resource_config(id)));
        let all = pools.chain(vms).map(Value::object);
        Value::array_of("ResourceConfigSpec", all)
    }

    fn summary(&self, at: &At<'_>) -> ResourcePoolSummary {
        ResourcePoolSummary {
            name: self.entity.name.clone(),
            config: self.config(at.this()),
            runtime: self.runtime(at),
            quick_stats: Some(Box::<ResourcePoolQuickStats>::default()),
            configured_memory_mb: Some(0),
            ..Default::default()
        }
    }
}

impl ManagedObject for ResourcePool {
    fn kind(&self) -> &'static str {
        "ResourcePool"
    }

    fn property<'a>(&'a self, name: &str, at: &At<'a>) -> Option<Property<'a>> {
        match name {
            "owner" => Property::of(self.owner.clone()),
            "config" => Property::object(self.config(at.this())),
            "runtime" => Property::object(self.runtime(at)),
            "summary" => Property::object(self.summary(at)),
            "resourcePool" => Property::refs(at.referrers(CHILD_OF)),
            "vm" => Property::refs(at.referrers(IN_POOL)),
            "childConfiguration" => Property::of(self.children(at)),
            // A root pool hangs below its owner, but is none of the owner's hosts.
            "parent" if self.entity.parent.is_none() => Property::of(self.owner.clone()),
            _ => self.entity.property(name, at),
        }
    }

    fn links(&self, links: &mut Links) {
        self.entity.links(links);
        if self.entity.parent.is_none() {
            links.add(POOL_OF, &self.owner);
        }
    }
}

/// Adds the root pool of a cluster or compute resource.
pub fn add_root(tx: &mut Transaction<'_>, owner: &MoRef) -> MoRef {
    tx.create("resgroup", ResourcePool::new(Entity::new("Resources", None), owner))
}
