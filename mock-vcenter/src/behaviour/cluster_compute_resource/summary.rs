//! `summary` of clusters and of hosts that stand alone: sums over their hosts.

use vim25::enums::ManagedEntityStatus;
use vim25::methods::GetResourceUsage;
use vim25::types::{
    ClusterComputeResourceSummary, ClusterDasAdmissionControlInfo,
    ClusterFailoverLevelAdmissionControlInfo, ClusterFailoverLevelAdmissionControlPolicy,
    ClusterFailoverResourcesAdmissionControlInfo, ClusterFailoverResourcesAdmissionControlPolicy,
    ClusterResourceUsageSummary, ClusterUsageSummary, ComputeResourceSummary, DatastoreSummary,
    HostListSummary,
};
use vim25::{DataObject, MoRef, Poly};

use crate::behaviour::host_system::HostSystem;
use crate::behaviour::virtual_machine::{RUNS_ON, VirtualMachine};
use crate::dispatch::Call;
use crate::fault::Fault;
use crate::store::{At, Reading};

use super::object::{ClusterComputeResource, hosts};

pub(super) fn of_hosts(at: &At<'_>) -> ComputeResourceSummary {
    let mut sum =
        ComputeResourceSummary { overall_status: ManagedEntityStatus::Green, ..Default::default() };
    for host in hosts(at.this(), at).iter().filter_map(|host| at.get::<HostSystem>(host)) {
        let hardware = &host.server.hardware;
        sum.num_hosts += 1;
        sum.total_cpu += hardware.total_mhz();
        sum.total_memory += hardware.memory;
        sum.num_cpu_cores = sum.num_cpu_cores.saturating_add(hardware.cores());
        sum.num_cpu_threads = sum.num_cpu_threads.saturating_add(hardware.cores() * 2);
        if host.is_active() {
            sum.num_effective_hosts += 1;
            sum.effective_cpu += hardware.total_mhz();
            sum.effective_memory += (hardware.memory >> 20) - 4096;
        } else {
            sum.overall_status = ManagedEntityStatus::Yellow;
        }
    }
    sum
}

pub(super) fn of_cluster(
    cluster: &ClusterComputeResource,
    at: &At<'_>,
) -> ClusterComputeResourceSummary {
    let base = of_hosts(at);
    let spare = (base.num_effective_hosts - 1).max(0);
    ClusterComputeResourceSummary {
        current_failover_level: if cluster.ha_is_on() { spare } else { 0 },
        admission_control_info: admission_control(cluster, base.num_effective_hosts),
        num_vmotions: 0,
        usage_summary: Some(Box::new(usage(&base, at))),
        current_evc_mode_key: cluster.evc_mode.clone(),
        base_: base,
        ..Default::default()
    }
}

/// What the hosts of a cluster and their datastores have, and what is used of it by their own account.
pub(super) fn resource_usage(
    call: &Call,
    _: GetResourceUsage,
) -> Result<ClusterResourceUsageSummary, Fault> {
    let snapshot = call.snapshot();
    let at = At::new(Reading::of(&snapshot), call.this());
    let all = of_hosts(&at);
    let mut usage = ClusterResourceUsageSummary {
        cpu_capacity_m_hz: all.total_cpu,
        mem_capacity_mb: i32::try_from(all.total_memory >> 20).unwrap_or(i32::MAX),
        p_mem_available_mb: Some(0),
        p_mem_capacity_mb: Some(0),
        ..Default::default()
    };
    for host in summaries::<HostListSummary>(&at, hosts(at.this(), &at)) {
        usage.cpu_used_m_hz += host.quick_stats.overall_cpu_usage.unwrap_or(0);
        usage.mem_used_mb += host.quick_stats.overall_memory_usage.unwrap_or(0);
    }
    let datastores = at.property_of(at.this(), "datastore");
    let datastores = datastores.iter().flat_map(|all| all.items());
    let datastores: Vec<MoRef> = datastores.filter_map(|one| one.as_moref().cloned()).collect();
    for datastore in summaries::<DatastoreSummary>(&at, &datastores) {
        usage.storage_capacity_mb += datastore.capacity >> 20;
        usage.storage_used_mb += (datastore.capacity - datastore.free_space) >> 20;
    }
    Ok(usage)
}

fn summaries<T: DataObject>(at: &At<'_>, of: &[MoRef]) -> Vec<T> {
    let summaries = of.iter().filter_map(|id| at.property_of(id, "summary"));
    summaries.filter_map(|summary| summary.into_object().ok()).collect()
}

fn admission_control(
    cluster: &ClusterComputeResource,
    hosts: i32,
) -> Option<Poly<ClusterDasAdmissionControlInfo>> {
    let das = &cluster.config.das_config;
    if !cluster.ha_is_on() || das.admission_control_enabled == Some(false) {
        return None;
    }
    let policy = das.admission_control_policy.as_ref()?;
    let percent = if hosts < 2 { 0 } else { 100 / hosts };
    if policy.downcast_ref::<ClusterFailoverResourcesAdmissionControlPolicy>().is_some() {
        return Some(Poly::new(ClusterFailoverResourcesAdmissionControlInfo {
            current_cpu_failover_resources_percent: percent,
            current_memory_failover_resources_percent: percent,
            ..Default::default()
        }));
    }
    let level = policy.downcast_ref::<ClusterFailoverLevelAdmissionControlPolicy>()?;
    Some(Poly::new(ClusterFailoverLevelAdmissionControlInfo {
        current_failover_level: level.failover_level.min((hosts - 1).max(0)),
        ..Default::default()
    }))
}

fn usage(base: &ComputeResourceSummary, at: &At<'_>) -> ClusterUsageSummary {
    let (mut total, mut off, mut cpu, mut memory) = (0, 0, 0, 0);
    let all = hosts(at.this(), at).iter().flat_map(|host| at.referrers_of(host, RUNS_ON));
    for vm in all.filter_map(|vm| at.get::<VirtualMachine>(vm)) {
        total += 1;
        if vm.is_on() {
            cpu += vm.cpus * 125;
            memory += vm.memory;
        } else {
            off += 1;
        }
    }
    ClusterUsageSummary {
        total_cpu_capacity_mhz: base.total_cpu,
        total_mem_capacity_mb: i32::try_from(base.total_memory >> 20).unwrap_or(i32::MAX),
        cpu_demand_mhz: cpu,
        mem_demand_mb: memory,
        cpu_entitled_mhz: cpu,
        mem_entitled_mb: memory,
        powered_off_vm_count: off,
        total_vm_count: total,
        ..Default::default()
    }
}
