//! What of a cluster and of its hosts speaks against Fault Tolerance: HA, adapters, licences, caps, memory.

use vim25::enums::HostCapabilityFtUnsupportedReason as HostReason;
use vim25::enums::VmFaultToleranceConfigIssueReasonForIssue as Reason;
use vim25::types::{
    FaultToleranceNotLicensed, FaultToleranceVmNotDasProtected, HostIncompatibleForFaultTolerance,
    InsufficientHostMemoryCapacityFault, VmFaultToleranceTooManyFtVcpusOnHost,
    VmSmpFaultToleranceTooManyVMsOnHost,
};
use vim25::{MoRef, WireEnum};

use crate::behaviour::cluster_compute_resource::{ClusterComputeResource, cluster_of};
use crate::behaviour::host_system::{HostSystem, ft_issues, max_ft_vcpus};
use crate::behaviour::license;
use crate::behaviour::settings::FaultTolerance;
use crate::behaviour::virtual_machine::{RUNS_ON, VirtualMachine};
use crate::fault::Fault;
use crate::store::Snapshot;

use super::issues::{issue, named_issue};

/// Memory that a VM under Fault Tolerance takes beside its own, in megabytes.
const OVERHEAD: i64 = 1536;
/// Slowest link that is not warned about, in Mb/s.
const FAST_LINK: i32 = 10_000;

/// The host's name and itself.
fn host<'a>(snapshot: &'a Snapshot, id: &MoRef) -> Result<&'a HostSystem, Fault> {
    snapshot.get::<HostSystem>(id).ok_or_else(|| Fault::object_not_found(id))
}

/// What of HA speaks against Fault Tolerance for a VM.
pub(super) fn cluster_issues(
    snapshot: &Snapshot,
    id: &MoRef,
    vm: &VirtualMachine,
) -> Result<Vec<Fault>, Fault> {
    let Some(on) = &vm.host else { return Err(Fault::invalid_state("The VM has no host.")) };
    let Some(cluster) = cluster_of(host(snapshot, on)?, snapshot) else {
        return Err(Fault::not_supported("The virtual machine is not in a cluster with HA."));
    };
    let mut found = Vec::new();
    if !cluster.ha_is_on() {
        found.push(issue(&Reason::HaNotEnabled, id, &vm.entity.name));
    } else if restart_is_off(cluster, id) {
        let detail = FaultToleranceVmNotDasProtected {
            vm: id.clone(),
            vm_name: vm.entity.name.clone(),
            ..Default::default()
        };
        found.push(Fault::new(detail, "HA does not restart this virtual machine."));
    }
    Ok(found)
}

fn restart_is_off(cluster: &ClusterComputeResource, vm: &MoRef) -> bool {
    let entries = &cluster.config.das_vm_config;
    entries.iter().find(|entry| entry.key == *vm).is_some_and(|entry| {
        let priority = entry.das_settings.as_ref().and_then(|das| das.restart_priority.as_deref());
        priority == Some("disabled")
    })
}

/// What of a host speaks against Fault Tolerance for a VM with so many vCPUs. Without HA in the cluster, that
/// is said once for the VM and not again for every agent.
pub(super) fn host_issues(
    snapshot: &Snapshot,
    id: &MoRef,
    vm: &VirtualMachine,
) -> Result<Vec<Fault>, Fault> {
    let found = host(snapshot, id)?;
    let name = &found.entity.name;
    let mut issues = Vec::new();
    if !found.is_active() {
        issues.push(issue(&Reason::HostInactive, id, name));
    }
    let ha_is_on = cluster_of(found, snapshot).is_some_and(ClusterComputeResource::ha_is_on);
    for reason in ft_issues(found, snapshot) {
        match reason {
            HostReason::HaAgentIssue if !ha_is_on || !found.is_active() => {}
            HostReason::FtNotLicensed => issues.push(not_licensed(name)),
            HostReason::CpuHvUnsupported => issues.push(bad_processor(name)),
            other => issues.push(named_issue(other.as_str(), id, name)),
        }
    }
    let allowed = license::edition(&found.server.license, snapshot).ft_vcpus(found.server.product);
    // More than any edition allows is said of the VM already.
    let possible = vm.cpus <= max_ft_vcpus(found.server.product);
    if possible && (1..vm.cpus).contains(&allowed) {
        issues.push(issue(&Reason::TooManyVCPUs, id, name));
    }
    Ok(issues)
}

fn not_licensed(name: &str) -> Fault {
    let detail = FaultToleranceNotLicensed { host_name: Some(name.into()), ..Default::default() };
    Fault::new(detail, format!("The host '{name}' is not licensed for Fault Tolerance."))
}

fn bad_processor(name: &str) -> Fault {
    let detail = HostIncompatibleForFaultTolerance {
        host_name: Some(name.into()),
        reason: Some("processor".into()),
        ..Default::default()
    };
    Fault::new(
        detail,
        format!("The processor of the host '{name}' does not support Fault Tolerance."),
    )
}

/// Things that are worth a word and stop nothing.
pub(super) fn warnings(
    snapshot: &Snapshot,
    hosts: &[MoRef],
    settings: &FaultTolerance,
) -> Vec<Fault> {
    let mut found = Vec::new();
    for id in hosts {
        let Some(host) = snapshot.get::<HostSystem>(id) else { continue };
        let speed = host.server.network.speed_of("faultToleranceLogging");
        if speed > 0 && speed < FAST_LINK {
            found.push(issue(&Reason::InsufficientBandwidth, id, &host.entity.name));
        }
        let named = settings.warnings.iter();
        found.extend(named.map(|reason| named_issue(reason, id, &host.entity.name)));
    }
    found
}

/// Refuses when one more half with so many vCPUs goes beyond what a host may carry. Primaries and secondaries
/// count alike. `leaving` is a half that does not count because it is about to move.
pub(super) fn check_caps(
    snapshot: &Snapshot,
    id: &MoRef,
    cpus: i32,
    leaving: Option<&MoRef>,
    settings: &FaultTolerance,
) -> Result<(), Fault> {
    let found = host(snapshot, id)?;
    let (mut vms, mut vcpus) = (1, cpus);
    for other in snapshot.referrers(id, RUNS_ON).iter().filter(|other| Some(*other) != leaving) {
        let half = snapshot.get::<VirtualMachine>(other).filter(|vm| vm.partner().is_some());
        vms += i32::from(half.is_some());
        vcpus += half.map_or(0, |half| half.cpus);
    }
    let cluster = cluster_of(found, snapshot);
    let limit = |key: &str, default: i32| {
        cluster.and_then(|cluster| cluster.das_number(key)).unwrap_or(default)
    };
    let name = &found.entity.name;
    let max_vms = limit("das.maxftvmsperhost", settings.max_vms_per_host);
    if max_vms > 0 && vms > max_vms {
        let detail = VmSmpFaultToleranceTooManyVMsOnHost {
            host_name: Some(name.clone()),
            max_num_smp_ft_vms: max_vms,
            ..Default::default()
        };
        let message =
            format!("The host '{name}' may carry {max_vms} virtual machines with Fault Tolerance.");
        return Err(Fault::new(detail, message));
    }
    let max_vcpus = limit("das.maxftvcpusperhost", settings.max_vcpus_per_host);
    if max_vcpus > 0 && vcpus > max_vcpus {
        let detail = VmFaultToleranceTooManyFtVcpusOnHost {
            host_name: Some(name.clone()),
            max_num_ft_vcpus: max_vcpus,
            ..Default::default()
        };
        let message =
            format!("The host '{name}' may carry {max_vcpus} vCPUs with Fault Tolerance.");
        return Err(Fault::new(detail, message));
    }
    Ok(())
}

/// Refuses when a host cannot reserve all memory of a half with `memory` megabytes.
pub(super) fn check_memory(
    snapshot: &Snapshot,
    id: &MoRef,
    this: &MoRef,
    memory: i32,
) -> Result<(), Fault> {
    let found = host(snapshot, id)?;
    let others = snapshot.referrers(id, RUNS_ON).iter().filter(|other| *other != this);
    let reserved: i64 = others
        .filter_map(|other| snapshot.get::<VirtualMachine>(other))
        .filter(|vm| vm.is_on() || vm.partner().is_some())
        .map(|vm| vm.memory_reservation + if vm.partner().is_some() { OVERHEAD } else { 0 })
        .sum();
    let unreserved = (found.server.hardware.memory >> 20) - 4096 - reserved;
    let requested = i64::from(memory) + OVERHEAD;
    if requested <= unreserved {
        return Ok(());
    }
    let mut detail = InsufficientHostMemoryCapacityFault::default();
    detail.host = Some(id.clone());
    detail.unreserved = unreserved << 20;
    detail.requested = requested << 20;
    Err(Fault::new(detail, format!("The host '{}' cannot reserve the memory.", found.entity.name)))
}
