//! What an estate may have against Fault Tolerance: VMs, hosts and rules of clusters, each in one of many ways.

use vim25::enums::HostSystemConnectionState as Connection;
use vim25::types::{
    ClusterDasVmConfigInfo, ClusterDasVmSettings, ClusterHostGroup, ClusterRuleInfo,
    ClusterVmGroup, ClusterVmHostRuleInfo,
};
use vim25::{MoRef, Poly};

use crate::behaviour::cluster_compute_resource::ClusterComputeResource;
use crate::behaviour::deselect_vnic;
use crate::behaviour::host_system::HostSystem;
use crate::behaviour::server::{DiskKind, Power, Quirk, VmBlueprint};
use crate::behaviour::virtual_machine::VirtualMachine;
use crate::fault::Fault;
use crate::store::Transaction;

/// Ways in which a VM is unfit, the two of `set_rules` included.
const KINDS: u32 = 20;

/// The VM with a problem of this kind.
pub(super) fn flawed(mut vm: VmBlueprint, kind: u32) -> VmBlueprint {
    match kind % KINDS {
        0 => vm.with(Quirk::Snapshot),
        1 => vm.with_cpus(16),
        2 => vm.with(Quirk::ClientCdrom),
        3 => vm.with_disk(DiskKind::PhysicalRdm),
        4 => vm.with(Quirk::NestedHv),
        5 => vm.powered(Power::Suspended),
        6 => vm.with(Quirk::Video3d),
        7 => vm.with(Quirk::SerialPort),
        8 => {
            vm.memory = 192 * 1024;
            vm.powered(Power::Off)
        }
        9 => vm.with(Quirk::Replicated),
        10 => vm.with(Quirk::HostFloppy),
        11 => vm.with(Quirk::UsbDevice),
        12 => vm.with(Quirk::SoundCard),
        13 => vm.with(Quirk::Passthrough),
        14 => vm.with_disk(DiskKind::LinkedClone),
        15 => vm.with(Quirk::StoragePolicy),
        16 => vm.with(Quirk::FlashCache),
        17 => {
            vm.disks[0].gigabytes = 3000;
            vm
        }
        // The rules of its cluster are against it.
        _ => vm,
    }
}

/// Rules of the cluster against the VM `name`, for the kinds that are no property of the VM itself.
pub(super) fn set_rules(
    tx: &mut Transaction<'_>,
    cluster: &MoRef,
    name: &str,
    kind: u32,
) -> Result<(), Fault> {
    if kind % KINDS < 18 {
        return Ok(());
    }
    let view = tx.view();
    let is_it =
        |id: &&MoRef| view.get::<VirtualMachine>(id).is_some_and(|vm| vm.entity.name == name);
    let Some(id) = view.of_kind("VirtualMachine").iter().find(is_it).cloned() else {
        return Ok(());
    };
    let host = tx.get::<VirtualMachine>(&id)?.host.clone();
    let config = &mut tx.edit::<ClusterComputeResource>(cluster)?.config;
    if kind % KINDS == 18 {
        let settings = ClusterDasVmSettings {
            restart_priority: Some("disabled".into()),
            ..Default::default()
        };
        config.das_vm_config.push(ClusterDasVmConfigInfo {
            key: id,
            das_settings: Some(Box::new(settings)),
            ..Default::default()
        });
        return Ok(());
    }
    let (vms, hosts) = (format!("{name} alone"), format!("the host of {name}"));
    let mut group = ClusterVmGroup { vm: vec![id], ..Default::default() };
    group.base_.name = vms.as_str().into();
    config.group.push(Poly::new(group));
    let mut group = ClusterHostGroup { host: host.into_iter().collect(), ..Default::default() };
    group.base_.name = hosts.as_str().into();
    config.group.push(Poly::new(group));
    let base_ = ClusterRuleInfo {
        name: Some(format!("{name} stays where its licence is").into()),
        enabled: Some(true),
        mandatory: Some(true),
        ..Default::default()
    };
    config.rule.push(Poly::new(ClusterVmHostRuleInfo {
        base_,
        vm_group_name: Some(vms.as_str().into()),
        affine_host_group_name: Some(hosts.as_str().into()),
        ..Default::default()
    }));
    Ok(())
}

/// Takes from a host what Fault Tolerance needs, in one of several ways.
pub(super) fn make_unfit(tx: &mut Transaction<'_>, host: &MoRef, kind: u32) -> Result<(), Fault> {
    match kind % 5 {
        0 => deselect_vnic(tx, host, "vmotion", Some("vmk0")),
        1 => deselect_vnic(tx, host, "faultToleranceLogging", Some("vmk0")),
        2 => {
            tx.edit::<HostSystem>(host)?.connection = Connection::Disconnected;
            Ok(())
        }
        3 => {
            tx.edit::<HostSystem>(host)?.das_state = None;
            Ok(())
        }
        _ => {
            let hardware = &mut tx.edit::<HostSystem>(host)?.server.hardware;
            std::sync::Arc::make_mut(hardware).hv_enabled = false;
            Ok(())
        }
    }
}
