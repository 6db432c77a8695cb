//! An entity that is measured, and which series there are of it: [`Provider`].

use vim25::types::{
    PerfMetricId, VirtualAHCIController, VirtualController, VirtualDisk, VirtualIDEController,
    VirtualNVMEController,
};
use vim25::{MoRef, mo};

use crate::behaviour::host_system::HostSystem;
use crate::behaviour::virtual_machine::{VirtualMachine, adapters, disks};
use crate::fault::Fault;
use crate::store::Snapshot;

use super::counter::{Counter, Device, Kind};
use super::load::{self, Load};
use super::period::{HISTORICAL, Period, REAL_TIME};
use super::table::TABLE;

/// An entity with statistics.
pub(super) struct Provider<'a> {
    pub(super) entity: &'a MoRef,
    pub(super) kind: Kind,
    snapshot: &'a Snapshot,
}

/// One series of an entity: a counter and the instance, empty for the entity as a whole.
pub(super) struct Metric {
    pub(super) counter: &'static Counter,
    pub(super) instance: String,
    /// How many instances share what the entity does; 1 for the whole.
    pub(super) parts: usize,
}

impl Metric {
    /// Its name on the wire.
    pub(super) fn id(&self) -> PerfMetricId {
        PerfMetricId {
            counter_id: self.counter.key,
            instance: self.instance.as_str().into(),
            ..Default::default()
        }
    }
}

impl<'a> Provider<'a> {
    /// The entity with that id.
    ///
    /// # Errors
    /// `ManagedObjectNotFound`, or `InvalidArgument` for what is not measured.
    pub(super) fn find(snapshot: &'a Snapshot, entity: &'a MoRef) -> Result<Self, Fault> {
        if !snapshot.contains(entity) {
            return Err(Fault::object_not_found(entity));
        }
        let is_a = |kind: &str| mo::is_a(&entity.kind, kind);
        let kind = match () {
            () if is_a("VirtualMachine") => Kind::Vm,
            () if is_a("HostSystem") => Kind::Host,
            () if is_a("ComputeResource") => Kind::Cluster,
            () if is_a("ResourcePool") => Kind::ResourcePool,
            () if is_a("Datastore") => Kind::Datastore,
            () => return Err(Fault::invalid_argument("entity")),
        };
        Ok(Self { entity, kind, snapshot })
    }

    /// Only hosts measure in real time, themselves and their VMs.
    pub(super) fn has_real_time(&self) -> bool {
        matches!(self.kind, Kind::Vm | Kind::Host)
    }

    /// The period that counts when none is named.
    pub(super) fn finest(&self) -> Period {
        if self.has_real_time() { REAL_TIME } else { HISTORICAL[0] }
    }

    /// What it does now; `None` when it does not run, so that there are no samples.
    pub(super) fn load(&self) -> Option<Load> {
        load::of(self.snapshot, self.entity, self.kind)
    }

    /// The series kept at `period`; without one, all there are.
    pub(super) fn metrics(&self, period: Option<Period>) -> Vec<Metric> {
        let counters = TABLE.iter();
        counters.flat_map(|counter| self.metrics_of(counter, period)).collect()
    }

    /// Those of one counter.
    pub(super) fn metrics_of(
        &self,
        counter: &'static Counter,
        period: Option<Period>,
    ) -> Vec<Metric> {
        let Some(scope) = counter.scope(self.kind) else { return Vec::new() };
        let is_kept = |level: i32| match period {
            None => true,
            Some(period) => period.is_real_time() || level <= 1,
        };
        let mut found = Vec::new();
        if scope.has_whole() && is_kept(counter.levels.0) {
            found.push(Metric { counter, instance: String::new(), parts: 1 });
        }
        if let Some(device) = scope.device().filter(|_| is_kept(counter.levels.1)) {
            let instances = self.instances(device);
            let parts = instances.len();
            found.extend(instances.into_iter().map(|instance| Metric { counter, instance, parts }));
        }
        found
    }

    fn instances(&self, device: Device) -> Vec<String> {
        let numbers = |count: i32| (0..count).map(|number| number.to_string()).collect();
        if let Some(vm) = self.snapshot.get::<VirtualMachine>(self.entity) {
            return match device {
                Device::Cpu => numbers(vm.cpus),
                Device::Nic => adapters(&vm.devices).map(|nic| nic.key.to_string()).collect(),
                Device::Disk => disks(&vm.devices).map(|disk| address(vm, disk)).collect(),
            };
        }
        let Some(host) = self.snapshot.get::<HostSystem>(self.entity) else { return Vec::new() };
        match device {
            Device::Cpu => numbers(i32::from(host.server.hardware.cores()) * 2),
            Device::Nic => {
                host.server.network.pnics.iter().map(|nic| nic.device.to_string()).collect()
            }
            Device::Disk => Vec::new(),
        }
    }
}

/// Where a disk is attached, such as `scsi0:1`.
fn address(vm: &VirtualMachine, disk: &VirtualDisk) -> String {
    let device = vm.devices.iter().find(|device| Some(device.key) == disk.controller_key);
    let device = device.map(|device| device.as_object());
    let bus = device.and_then(|device| device.as_type::<VirtualController>());
    let family = match device {
        Some(one) if one.as_type::<VirtualIDEController>().is_some() => "ide",
        Some(one) if one.as_type::<VirtualAHCIController>().is_some() => "sata",
        Some(one) if one.as_type::<VirtualNVMEController>().is_some() => "nvme",
        _ => "scsi",
    };
    let bus = bus.map_or(0, |controller| controller.bus_number);
    format!("{family}{bus}:{}", disk.unit_number.unwrap_or(0))
}
