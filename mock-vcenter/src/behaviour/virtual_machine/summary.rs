//! `runtime`, `summary`, `storage` and `disabledMethod` of a VM, worked out when read.

use vim25::enums::{
    VirtualMachineConnectionState, VirtualMachineFaultToleranceState, VirtualMachinePowerState,
    VirtualMachineRecordReplayState,
};
use vim25::types::{
    VirtualMachineConfigSummary, VirtualMachineGuestSummary, VirtualMachineRuntimeInfo,
    VirtualMachineRuntimeInfoDasProtectionState, VirtualMachineStorageInfo,
    VirtualMachineStorageSummary, VirtualMachineSummary, VirtualMachineUsageOnDatastore,
};
use vim25::{MoRef, Str, Value, WireEnum};

use crate::behaviour::cluster_compute_resource::{cluster_of, environment_browser_of};
use crate::behaviour::host_system::HostSystem;
use crate::behaviour::settings::Behaviour;
use crate::store::At;

use super::config;
use super::devices;
use super::guest_info::guest;
use super::object::VirtualMachine;
use super::quick_stats::quick_stats;

pub(super) fn runtime(vm: &VirtualMachine, at: &At<'_>) -> VirtualMachineRuntimeInfo {
    let host = vm.host.as_ref().and_then(|host| at.get::<HostSystem>(host));
    let connection = match host {
        Some(host) if host.is_connected() => VirtualMachineConnectionState::Connected,
        _ => VirtualMachineConnectionState::Disconnected,
    };
    let protection = VirtualMachineRuntimeInfoDasProtectionState {
        das_protected: vm.das_protected,
        ..Default::default()
    };
    let ha_is_on =
        host.and_then(|host| cluster_of(host, at)).is_some_and(|cluster| cluster.ha_is_on());
    VirtualMachineRuntimeInfo {
        host: vm.host.clone(),
        connection_state: connection,
        power_state: vm.power.clone(),
        fault_tolerance_state: vm.ft.state.clone(),
        das_vm_protection: (ha_is_on && vm.is_on()).then(|| Box::new(protection)),
        question: vm.question.as_ref().map(|question| Box::new(question.shown())),
        tools_installer_mounted: false,
        boot_time: vm.boot_time.clone(),
        suspend_time: vm.suspend_time.clone(),
        suspend_interval: i64::try_from(vm.suspended.as_secs()).ok(),
        max_cpu_usage: host.map(|host| host.server.hardware.cpu.mhz * vm.cpus),
        max_memory_usage: Some(vm.memory),
        num_mks_connections: 0,
        record_replay_state: VirtualMachineRecordReplayState::Inactive,
        clean_power_off: (!vm.is_on()).then_some(true),
        need_secondary_reason: vm.ft.need_secondary.as_ref().map(|reason| reason.as_str().into()),
        online_standby: false,
        min_required_evc_mode_key: vm.evc_mode.clone().filter(|_| vm.is_on()),
        consolidation_needed: false,
        paused: Some(false),
        snapshot_in_background: Some(false),
        ..Default::default()
    }
}

pub(super) fn summary(vm: &VirtualMachine, at: &At<'_>) -> VirtualMachineSummary {
    let guest = guest(vm, at);
    let status = vm.status();
    VirtualMachineSummary {
        vm: Some(at.this().clone()),
        runtime: runtime(vm, at),
        guest: Some(Box::new(VirtualMachineGuestSummary {
            guest_id: guest.guest_id,
            guest_full_name: guest.guest_full_name,
            tools_status: guest.tools_status,
            tools_version_status: guest.tools_version_status,
            tools_version_status2: guest.tools_version_status2,
            tools_running_status: guest.tools_running_status,
            host_name: guest.host_name,
            ip_address: guest.ip_address,
            hw_version: guest.hw_version,
            ..Default::default()
        })),
        config: config_summary(vm, at),
        storage: Some(Box::new(storage_summary(vm))),
        quick_stats: quick_stats(vm, at),
        overall_status: status,
        custom_value: vm.entity.custom_value.clone(),
        ..Default::default()
    }
}

/// The summary of a VM that is not in the inventory, as a host shows it to who may take it in.
pub(super) fn config_summary(vm: &VirtualMachine, at: &At<'_>) -> VirtualMachineConfigSummary {
    VirtualMachineConfigSummary {
        name: vm.entity.name.clone(),
        template: vm.is_template(),
        vm_path_name: vm.vmx.clone(),
        memory_size_mb: Some(vm.memory),
        cpu_reservation: i32::try_from(vm.cpu_allocation().reservation.unwrap_or(0)).ok(),
        memory_reservation: i32::try_from(vm.memory_reservation).ok(),
        num_cpu: Some(vm.cpus),
        num_ethernet_cards: i32::try_from(devices::adapters(&vm.devices).count()).ok(),
        num_virtual_disks: i32::try_from(devices::disks(&vm.devices).count()).ok(),
        uuid: Some(vm.uuid.clone()),
        instance_uuid: Some(vm.instance_uuid.clone()),
        guest_id: Some(vm.guest_id.clone()),
        guest_full_name: Some(config::guest_full_name(vm)),
        annotation: Some(vm.annotation.clone()),
        install_boot_required: Some(false),
        ft_info: config::ft_info(vm, at),
        managed_by: vm.managed_by(),
        tpm_present: Some(false),
        num_vmiop_backings: Some(0),
        hw_version: Some(vm.version.clone()),
        ..Default::default()
    }
}

pub(super) fn storage(vm: &VirtualMachine) -> VirtualMachineStorageInfo {
    let usage = devices::datastores(vm).into_iter().map(|datastore| {
        let disks = devices::disks(&vm.devices)
            .filter(|disk| devices::disk_datastore(disk) == Some(&datastore));
        let (committed, total) = disks.fold((0, 0), |(committed, total), disk| {
            (committed + devices::committed(disk), total + disk.capacity_in_kb * 1024)
        });
        VirtualMachineUsageOnDatastore {
            datastore,
            committed,
            uncommitted: total - committed,
            unshared: committed,
            ..Default::default()
        }
    });
    VirtualMachineStorageInfo {
        per_datastore_usage: usage.collect(),
        timestamp: vm.modified.clone(),
        ..Default::default()
    }
}

fn storage_summary(vm: &VirtualMachine) -> VirtualMachineStorageSummary {
    let usage = storage(vm).per_datastore_usage;
    VirtualMachineStorageSummary {
        committed: usage.iter().map(|usage| usage.committed).sum(),
        uncommitted: usage.iter().map(|usage| usage.uncommitted).sum(),
        unshared: usage.iter().map(|usage| usage.unshared).sum(),
        timestamp: vm.modified.clone(),
        ..Default::default()
    }
}

pub(super) fn environment_browser(vm: &VirtualMachine, at: &At<'_>) -> Option<MoRef> {
    let host = at.get::<HostSystem>(vm.host.as_ref()?)?;
    environment_browser_of(host.entity.parent.as_ref()?, at)
}

const FT_OPERATIONS: &[&str] = &[
    "MakePrimaryVM_Task",
    "TerminateFaultTolerantVM_Task",
    "DisableSecondaryVM_Task",
    "EnableSecondaryVM_Task",
    "TurnOffFaultToleranceForVM_Task",
];
const FT_CREATE: &[&str] = &["CreateSecondaryVM_Task", "CreateSecondaryVMEx_Task"];
const REFUSED_UNDER_FT: &[&str] = &[
    "CreateSnapshot_Task",
    "CreateSnapshotEx_Task",
    "RevertToCurrentSnapshot_Task",
    "RemoveAllSnapshots_Task",
    "MarkAsTemplate",
    "UnregisterVM",
    "Destroy_Task",
];

/// Names of the methods that cannot be called on the VM in its present state.
pub(super) fn disabled_methods(vm: &VirtualMachine, at: &At<'_>) -> Value {
    let power: &[&str] = match vm.power {
        VirtualMachinePowerState::PoweredOn => {
            &["PowerOnVM_Task", "MarkAsTemplate", "UpgradeVM_Task"]
        }
        VirtualMachinePowerState::Suspended => {
            &["SuspendVM_Task", "ResetVM_Task", "UpgradeVM_Task"]
        }
        _ => &["PowerOffVM_Task", "SuspendVM_Task", "ResetVM_Task", "ShutdownGuest"],
    };
    let state = &vm.ft.state;
    let mut names: Vec<&str> = power.to_vec();
    if vm.partner().is_none() {
        names.extend(FT_OPERATIONS);
        if vm.is_template() {
            names.extend(FT_CREATE);
            names.push("PowerOnVM_Task");
        }
    } else {
        names.extend(FT_CREATE);
        names.extend(REFUSED_UNDER_FT);
        if vm.is_secondary() {
            names.extend(FT_OPERATIONS);
            names.extend(["PowerOnVM_Task", "PowerOffVM_Task", "ReconfigVM_Task"]);
        }
        if *state != VirtualMachineFaultToleranceState::Running {
            names.extend(["MakePrimaryVM_Task", "TerminateFaultTolerantVM_Task"]);
        }
        names.push(if *state == VirtualMachineFaultToleranceState::Disabled {
            "DisableSecondaryVM_Task"
        } else {
            "EnableSecondaryVM_Task"
        });
    }
    let told = at.get::<Behaviour>(&Behaviour::id());
    let told =
        told.and_then(|told| told.fault_tolerance.disabled_methods.get(vm.entity.name.as_str()));
    names.extend(told.into_iter().flatten().map(String::as_str));
    names.extend(vm.entity.disabled_method.iter().map(Str::as_str));
    names.sort_unstable();
    names.dedup();
    Value::array_of("string", names.into_iter().map(Value::from))
}
