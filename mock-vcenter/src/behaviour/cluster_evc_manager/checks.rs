//! Whether a cluster can have an EVC mode, and whether a host can join a cluster that has one.

use vim25::types::{
    ActiveVMsBlockingEVC, DisconnectedHostsBlockingEVC, EVCAdmissionFailedCPUFeaturesForMode,
    EVCAdmissionFailedCPUModel, EVCAdmissionFailedCPUModelForMode, EVCAdmissionFailedCPUVendor,
    EVCAdmissionFailedVmActive, EVCModeIllegalByVendor, EVCModeUnsupportedByHosts,
    EVCUnsupportedByHostHardware, HeterogenousHostsBlockingEVC,
};
use vim25::{MoRef, Str};

use crate::behaviour::cluster_compute_resource::{ClusterComputeResource, hosts};
use crate::behaviour::host_system::HostSystem;
use crate::behaviour::virtual_machine::{RUNS_ON, VirtualMachine};
use crate::fault::Fault;
use crate::store::Snapshot;

use super::mode::EvcMode;

/// A reason against a mode and the hosts it holds for.
pub(super) struct Objection {
    pub(super) fault: Fault,
    pub(super) hosts: Vec<MoRef>,
}

type Member<'a> = (&'a MoRef, &'a HostSystem);

/// Everything that speaks against `mode` for the cluster.
pub(super) fn objections(snapshot: &Snapshot, cluster: &MoRef, mode: &EvcMode) -> Vec<Objection> {
    let members: Vec<Member<'_>> = hosts(cluster, snapshot)
        .iter()
        .filter_map(|id| Some((id, snapshot.get::<HostSystem>(id)?)))
        .collect();
    let mut found = Vec::new();
    let mut object = |fault: Option<Fault>, against: &[Member<'_>]| {
        let hosts = against.iter().map(|(id, _)| (*id).clone()).collect();
        found.extend(fault.map(|fault| Objection { fault, hosts }));
    };
    let cut = |test: &dyn Fn(&HostSystem) -> bool| -> Vec<Member<'_>> {
        members.iter().copied().filter(|(_, host)| test(host)).collect()
    };
    let disconnected = cut(&|host| !host.is_connected());
    object(blocked_by_disconnected(&disconnected), &disconnected);
    let incapable = cut(&|host| host.server.hardware.evc_mode().is_none());
    object(unsupported_hardware(&incapable), &incapable);
    let vendors: Vec<_> =
        members.iter().map(|(_, host)| host.server.hardware.cpu.vendor()).collect();
    if vendors.windows(2).any(|pair| pair[0] != pair[1]) {
        let fault = Fault::new(
            HeterogenousHostsBlockingEVC::default(),
            "The cluster has hosts with processors of different vendors.",
        );
        object(Some(fault), &members);
    }
    let foreign = cut(&|host| host.server.hardware.cpu.vendor() != mode.vendor());
    object(illegal_vendor(&foreign, mode), &foreign);
    let old = cut(&|host| {
        let hardware = &host.server.hardware;
        hardware.cpu.vendor() == mode.vendor()
            && !hardware.evc_mode().is_some_and(|reach| reach.covers(mode))
    });
    object(unsupported(&old, mode), &old);
    let busy: Vec<_> =
        members.iter().copied().filter(|(id, _)| has_vm_beyond(snapshot, id, mode)).collect();
    object(blocked_by_vms(&busy, mode), &busy);
    found
}

/// True when a running or suspended VM of the host has seen features that `mode` hides.
fn has_vm_beyond(snapshot: &Snapshot, host: &MoRef, mode: &EvcMode) -> bool {
    let vms = snapshot.referrers(host, RUNS_ON).iter();
    vms.filter_map(|vm| snapshot.get::<VirtualMachine>(vm)).any(|vm| {
        let seen = vm.evc_mode.as_deref().and_then(EvcMode::find);
        vm.is_on() && seen.is_some_and(|seen| !mode.covers(seen))
    })
}

fn named(members: &[Member<'_>]) -> (Vec<MoRef>, Vec<Str>) {
    let ids = members.iter().map(|(id, _)| (*id).clone()).collect();
    (ids, members.iter().map(|(_, host)| host.entity.name.clone()).collect())
}

fn blocked_by_disconnected(members: &[Member<'_>]) -> Option<Fault> {
    let detail = DisconnectedHostsBlockingEVC::default();
    (!members.is_empty()).then(|| Fault::new(detail, "A host of the cluster is disconnected."))
}

fn unsupported_hardware(members: &[Member<'_>]) -> Option<Fault> {
    let (host, host_name) = named(members);
    let detail = EVCUnsupportedByHostHardware { host, host_name, ..Default::default() };
    (!members.is_empty())
        .then(|| Fault::new(detail, "The hardware of a host does not support EVC."))
}

fn illegal_vendor(members: &[Member<'_>], mode: &EvcMode) -> Option<Fault> {
    let (_, host) = members.first()?;
    let detail = EVCModeIllegalByVendor {
        cluster_cpu_vendor: host.server.hardware.cpu.vendor().into(),
        mode_cpu_vendor: mode.vendor().into(),
        ..Default::default()
    };
    Some(Fault::new(detail, "The EVC mode is for processors of another vendor."))
}

fn unsupported(members: &[Member<'_>], mode: &EvcMode) -> Option<Fault> {
    let (host, host_name) = named(members);
    let names = host_name.join(", ");
    let detail = EVCModeUnsupportedByHosts {
        evc_mode: Some(mode.key.into()),
        host,
        host_name,
        ..Default::default()
    };
    (!members.is_empty())
        .then(|| Fault::new(detail, format!("Hosts cannot reach the EVC mode: {names}.")))
}

fn blocked_by_vms(members: &[Member<'_>], mode: &EvcMode) -> Option<Fault> {
    let (host, host_name) = named(members);
    let detail = ActiveVMsBlockingEVC {
        evc_mode: Some(mode.key.into()),
        host,
        host_name,
        ..Default::default()
    };
    (!members.is_empty()).then(|| {
        Fault::new(detail, "Running virtual machines use processor features that the mode hides.")
    })
}

/// Why a host cannot join a cluster, as far as EVC is concerned. `runs_vms` tells whether VMs run on it.
///
/// # Errors
/// One of the `EVCAdmissionFailed` faults.
pub fn admit(
    snapshot: &Snapshot,
    cluster: &MoRef,
    host: &HostSystem,
    runs_vms: bool,
) -> Result<(), Fault> {
    let key =
        snapshot.get::<ClusterComputeResource>(cluster).and_then(|found| found.evc_mode.as_deref());
    let Some(mode) = key.and_then(EvcMode::find) else { return Ok(()) };
    let hardware = &host.server.hardware;
    let Some(reach) = hardware.evc_mode() else {
        let detail = EVCAdmissionFailedCPUModel::default();
        return Err(Fault::new(detail, "The host's processor does not support EVC."));
    };
    if hardware.cpu.vendor() != mode.vendor() {
        let detail = EVCAdmissionFailedCPUVendor {
            cluster_cpu_vendor: mode.vendor().into(),
            host_cpu_vendor: hardware.cpu.vendor().into(),
            ..Default::default()
        };
        return Err(Fault::new(detail, "The host's processor is of another vendor."));
    }
    if !reach.covers(mode) {
        let detail = EVCAdmissionFailedCPUModelForMode {
            current_evc_mode_key: mode.key.into(),
            ..Default::default()
        };
        return Err(Fault::new(
            detail,
            "The host's processor is too old for the cluster's EVC mode.",
        ));
    }
    if !hardware.hv_enabled {
        let detail = EVCAdmissionFailedCPUFeaturesForMode {
            current_evc_mode_key: mode.key.into(),
            ..Default::default()
        };
        return Err(Fault::new(detail, "Processor features that EVC needs are off in the BIOS."));
    }
    if runs_vms && !mode.covers(reach) {
        let detail = EVCAdmissionFailedVmActive::default();
        let message =
            "The host has running virtual machines that use features beyond the EVC mode.";
        return Err(Fault::new(detail, message));
    }
    Ok(())
}
