//! What an entity does at the moment, as far as its statistics follow from it: [`Load`].

use vim25::enums::{HostSystemConnectionState, HostSystemPowerState, VirtualMachinePowerState};
use vim25::types::{
    ComputeResourceSummary, DatastoreSummary, HostListSummary, VirtualMachineSummary,
};
use vim25::{DataObject, MoRef, Value};

use crate::store::{Property, Reading, Snapshot};

use super::counter::Kind;

/// The figures that counters are worked out from.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Load {
    /// CPUs that share the work: virtual ones of a VM, cores of a host.
    pub(super) cpus: f64,
    /// What they can do at most, in MHz.
    pub(super) mhz: f64,
    /// What they do, in MHz.
    pub(super) used_mhz: f64,
    /// Memory in KiB.
    pub(super) memory: f64,
    /// Memory that is taken, in KiB.
    pub(super) consumed: f64,
    /// Memory that was touched lately, in KiB.
    pub(super) active: f64,
    /// Seconds since it was started.
    pub(super) uptime: f64,
    /// Storage in KiB: size and what is free of it.
    pub(super) storage: (f64, f64),
    /// Seconds that one sample stands for.
    pub(super) interval: f64,
    /// Seconds since the sample was taken.
    pub(super) age: f64,
}

impl Load {
    /// Part of the CPU that is used, from 0 to 1.
    pub(super) fn busy(&self) -> f64 {
        share(self.used_mhz, self.mhz)
    }

    /// Milliseconds of CPU time in a sample, of all CPUs together.
    pub(super) fn cpu_time(&self) -> f64 {
        self.interval * 1000.0 * self.cpus
    }

    fn add(&mut self, other: &Self) {
        self.cpus += other.cpus;
        self.mhz += other.mhz;
        self.used_mhz += other.used_mhz;
        self.memory += other.memory;
        self.consumed += other.consumed;
        self.active += other.active;
    }
}

/// `part` of `whole`, from 0 to 1; 0 of nothing.
pub(super) fn share(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { (part / whole).clamp(0.0, 1.0) } else { 0.0 }
}

/// The load of an entity; `None` when it does not work, so that nothing is measured.
pub(super) fn of(snapshot: &Snapshot, entity: &MoRef, kind: Kind) -> Option<Load> {
    let reading = Reading::of(snapshot);
    match kind {
        Kind::Vm => vm(&summary(&reading, entity)?),
        Kind::Host => host(&summary(&reading, entity)?),
        Kind::Datastore => Some(datastore(&summary(&reading, entity)?)),
        Kind::Cluster => {
            let mut load = sum(&reading, entity, "host", |part| host(&summary(&reading, part)?));
            let own: ComputeResourceSummary = summary(&reading, entity)?;
            load.mhz = f64::from(own.total_cpu);
            Some(load)
        }
        Kind::ResourcePool => {
            Some(sum(&reading, entity, "vm", |part| vm(&summary(&reading, part)?)))
        }
    }
}

fn host(summary: &HostListSummary) -> Option<Load> {
    let runs = summary.runtime.as_ref().is_some_and(|runtime| {
        runtime.connection_state == HostSystemConnectionState::Connected
            && runtime.power_state == HostSystemPowerState::PoweredOn
    });
    let hardware = summary.hardware.as_ref().filter(|_| runs)?;
    let stats = &summary.quick_stats;
    let consumed = kib(stats.overall_memory_usage);
    Some(Load {
        cpus: f64::from(hardware.num_cpu_cores),
        mhz: f64::from(hardware.num_cpu_cores) * f64::from(hardware.cpu_mhz),
        used_mhz: number(stats.overall_cpu_usage),
        memory: hardware.memory_size as f64 / 1024.0,
        consumed,
        active: consumed / 10.0,
        uptime: number(stats.uptime),
        ..Load::default()
    })
}

fn vm(summary: &VirtualMachineSummary) -> Option<Load> {
    if summary.runtime.power_state != VirtualMachinePowerState::PoweredOn {
        return None;
    }
    let (stats, config) = (&summary.quick_stats, &summary.config);
    Some(Load {
        cpus: number(config.num_cpu),
        mhz: number(summary.runtime.max_cpu_usage),
        used_mhz: number(stats.overall_cpu_usage),
        memory: kib(config.memory_size_mb),
        consumed: kib(stats.host_memory_usage),
        active: kib(stats.guest_memory_usage),
        uptime: number(stats.uptime_seconds),
        ..Load::default()
    })
}

fn datastore(summary: &DatastoreSummary) -> Load {
    let storage = (summary.capacity as f64 / 1024.0, summary.free_space as f64 / 1024.0);
    Load { storage, ..Load::default() }
}

fn number(figure: Option<i32>) -> f64 {
    f64::from(figure.unwrap_or(0).max(0))
}

fn kib(mib: Option<i32>) -> f64 {
    number(mib) * 1024.0
}

fn summary<T: DataObject + Clone>(reading: &Reading<'_>, entity: &MoRef) -> Option<T> {
    reading.property(entity, "summary")?.into_value().as_object::<T>().cloned()
}

/// The loads of all that `list` names, together.
fn sum(
    reading: &Reading<'_>,
    entity: &MoRef,
    list: &str,
    load: impl Fn(&MoRef) -> Option<Load>,
) -> Load {
    let parts = reading.property(entity, list).map(Property::into_value);
    let mut all = Load::default();
    let parts = parts.iter().flat_map(Value::morefs);
    parts.filter_map(load).for_each(|part| all.add(&part));
    all
}
