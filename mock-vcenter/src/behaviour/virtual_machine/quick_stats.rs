//! `summary.quickStats` of a VM: what it does at the moment, worked out when read.

use std::time::{Duration, SystemTime};

use vim25::DateTime;
use vim25::enums::{ManagedEntityStatus, VirtualMachineFaultToleranceState};
use vim25::types::{ResourceAllocationInfo, VirtualMachineQuickStats};

use crate::behaviour::cluster_compute_resource::cluster_of;
use crate::behaviour::host_system::HostSystem;
use crate::store::At;

use super::object::VirtualMachine;

pub(super) fn quick_stats(vm: &VirtualMachine, at: &At<'_>) -> VirtualMachineQuickStats {
    let running = vm.ft.state == VirtualMachineFaultToleranceState::Running;
    let on = |value: i32| Some(if vm.is_on() { value } else { 0 });
    let host = vm.host.as_ref().and_then(|host| at.get::<HostSystem>(host));
    let by_drs =
        host.and_then(|host| cluster_of(host, at)).is_some_and(|cluster| cluster.drs_is_on());
    let (demand, active) = (120 * vm.cpus, vm.memory / 10);
    let mhz = host.map_or(0, |host| host.server.hardware.cpu.mhz * vm.cpus);
    VirtualMachineQuickStats {
        overall_cpu_usage: on(125 * vm.cpus),
        overall_cpu_demand: on(demand),
        guest_memory_usage: on(active),
        host_memory_usage: on(vm.memory),
        guest_heartbeat_status: heartbeat(vm),
        // Hosts have room for all that runs on them, so that everybody gets what is asked for.
        distributed_cpu_entitlement: on(if by_drs { demand } else { 0 }),
        distributed_memory_entitlement: on(if by_drs { active } else { 0 }),
        static_cpu_entitlement: on(limited(mhz, &vm.cpu_allocation())),
        static_memory_entitlement: on(limited(vm.memory, &vm.memory_allocation())),
        granted_memory: on(vm.memory),
        active_memory: on(active),
        ballooned_memory: Some(0),
        swapped_memory: Some(0),
        compressed_memory: Some(0),
        ft_log_bandwidth: Some(if running { 2_400 } else { -1 }),
        ft_secondary_latency: Some(if running { 3 } else { -1 }),
        ft_latency_status: Some(if running {
            ManagedEntityStatus::Green
        } else {
            ManagedEntityStatus::Gray
        }),
        uptime_seconds: on(uptime(vm, at.now())),
        ..Default::default()
    }
}

pub(super) fn heartbeat(vm: &VirtualMachine) -> ManagedEntityStatus {
    if vm.is_on() { ManagedEntityStatus::Green } else { ManagedEntityStatus::Gray }
}

/// What the VM can use at most, within its limit.
fn limited(most: i32, allocation: &ResourceAllocationInfo) -> i32 {
    let limit = allocation.limit.filter(|limit| *limit >= 0);
    limit.and_then(|limit| i32::try_from(limit).ok()).map_or(most, |limit| limit.min(most))
}

/// Seconds since it was powered on that it was not suspended.
fn uptime(vm: &VirtualMachine, now: SystemTime) -> i32 {
    let ran = vm.boot_time.as_ref().map(|start| since(start, now)).unwrap_or_default();
    i32::try_from(ran.saturating_sub(vm.suspended).as_secs()).unwrap_or(i32::MAX)
}

/// How long ago something was.
pub(super) fn since(start: &DateTime, now: SystemTime) -> Duration {
    let start = start.to_system_time();
    start.and_then(|start| now.duration_since(start).ok()).unwrap_or_default()
}
