//! `VirtualMachine.config` and what belongs to it.

use vim25::enums::VirtualMachineToolsInstallType;
use vim25::types::{
    FaultToleranceConfigInfo, FaultTolerancePrimaryConfigInfo, FaultToleranceSecondaryConfigInfo,
    LatencySensitivity, OptionValue, ToolsConfigInfo, VirtualDisk, VirtualHardware,
    VirtualMachineBootOptions, VirtualMachineCapability, VirtualMachineConfigInfo,
    VirtualMachineConfigInfoDatastoreUrlPair, VirtualMachineDefaultPowerOpInfo,
    VirtualMachineFileInfo, VirtualMachineFileLayoutEx, VirtualMachineFileLayoutExFileInfo,
    VirtualMachineFlagInfo,
};
use vim25::{MoRef, Poly, Str, WireEnum};

use crate::behaviour::datastore::Datastore;
use crate::behaviour::server::Quirk;
use crate::store::{At, Reading, Snapshot};

use super::devices;
use super::object::{Pairing, VirtualMachine};
use super::settings::put_kept;

/// The operating system in words.
pub(super) fn guest_full_name(vm: &VirtualMachine) -> Str {
    match vm.guest_id.as_str() {
        "centos7_64Guest" => "CentOS 7 (64-bit)".into(),
        "centos64Guest" => "CentOS 4/5 (64-bit)".into(),
        "otherLinux64Guest" => "Other Linux (64-bit)".into(),
        "otherLinuxGuest" => "Other Linux (32-bit)".into(),
        "otherGuest" => "Other (32-bit)".into(),
        _ => vm.guest_id.clone(),
    }
}

/// The configuration of a VM, in the inventory or not.
pub(crate) fn config_of(vm: &VirtualMachine, snapshot: &Snapshot) -> VirtualMachineConfigInfo {
    info(vm, None, &At::new(Reading::of(snapshot), &vm.home))
}

/// The version of VMware Tools where they are installed.
pub(super) const TOOLS_VERSION: i32 = 12_389;

/// The configuration as the inventory shows it of the VM `id`; without an id, as it is outside.
pub(super) fn info(
    vm: &VirtualMachine,
    id: Option<&MoRef>,
    at: &At<'_>,
) -> VirtualMachineConfigInfo {
    let info = VirtualMachineConfigInfo {
        change_version: vm.change_version().into(),
        modified: vm.modified.clone(),
        name: vm.entity.name.clone(),
        guest_full_name: guest_full_name(vm),
        version: vm.version.clone(),
        uuid: vm.uuid.clone(),
        instance_uuid: Some(vm.instance_uuid.clone()),
        npiv_temporary_disabled: Some(true),
        template: vm.is_template(),
        guest_id: vm.guest_id.clone(),
        alternate_guest_name: Str::default(),
        annotation: Some(vm.annotation.clone()),
        files: files(vm),
        tools: Some(Box::new(tools(vm))),
        flags: flags(vm),
        default_power_ops: power_ops(),
        hardware: hardware(vm, id),
        cpu_allocation: Some(Box::new(vm.cpu_allocation())),
        memory_allocation: Some(Box::new(vm.memory_allocation())),
        latency_sensitivity: Some(Box::new(LatencySensitivity::default())),
        memory_hot_add_enabled: Some(vm.has_memory_hot_add()),
        cpu_hot_add_enabled: Some(vm.has_cpu_hot_add()),
        cpu_hot_remove_enabled: Some(vm.has_cpu_hot_remove()),
        extra_config: extra_config(vm),
        datastore_url: devices::datastores(vm).iter().filter_map(|id| url(id, at)).collect(),
        swap_placement: Some("inherit".into()),
        boot_options: Some(Box::new(VirtualMachineBootOptions::default())),
        ft_info: ft_info(vm, at),
        v_asserts_enabled: Some(false),
        change_tracking_enabled: Some(false),
        firmware: Some(vm.firmware().into()),
        max_mks_connections: Some(40),
        guest_auto_lock_enabled: Some(true),
        managed_by: vm.managed_by(),
        memory_reservation_locked_to_max: Some(vm.reservation_locked),
        nested_hv_enabled: Some(vm.has(Quirk::NestedHv)),
        v_pmc_enabled: Some(false),
        v_app_config: vm.v_app.as_deref().cloned().map(Poly::new),
        v_flash_cache_reservation: Some(if vm.has(Quirk::FlashCache) { 1 << 30 } else { 0 }),
        message_bus_tunnel_enabled: Some(false),
        ft_encryption_mode: Some("ftEncryptionOpportunistic".into()),
        migrate_encryption: Some("opportunistic".into()),
        ..Default::default()
    };
    put_kept(vm, info)
}

/// The pair as `config.ftInfo` shows it, worked out from both halves.
pub(super) fn ft_info(vm: &VirtualMachine, at: &At<'_>) -> Option<Poly<FaultToleranceConfigInfo>> {
    let partner = vm.partner()?;
    let other = at.get::<VirtualMachine>(partner);
    let halves: Vec<&VirtualMachine> = if vm.is_primary() {
        std::iter::once(vm).chain(other).collect()
    } else {
        other.into_iter().chain([vm]).collect()
    };
    let base = FaultToleranceConfigInfo {
        role: if vm.is_primary() { 1 } else { 2 },
        instance_uuids: halves.iter().map(|half| half.instance_uuid.clone()).collect(),
        config_paths: halves.iter().map(|half| half.vmx.clone()).collect(),
        orphaned: Some(other.is_none()),
        ..Default::default()
    };
    Some(match &vm.ft.pairing {
        Pairing::None => return None,
        Pairing::Primary { secondary } => Poly::new(FaultTolerancePrimaryConfigInfo {
            base_: base,
            secondaries: other.map(|_| secondary.clone()).into_iter().collect(),
        }),
        Pairing::Secondary { primary } => Poly::new(FaultToleranceSecondaryConfigInfo {
            base_: base,
            primary_vm: primary.clone(),
        }),
    })
}

fn files(vm: &VirtualMachine) -> VirtualMachineFileInfo {
    let directory: Str = format!("{}/", vm.directory()).into();
    VirtualMachineFileInfo {
        vm_path_name: Some(vm.vmx.clone()),
        snapshot_directory: Some(directory.clone()),
        suspend_directory: Some(directory.clone()),
        log_directory: Some(directory),
        ft_metadata_directory: vm.ft.metadata_directory.clone(),
        ..Default::default()
    }
}

fn tools(vm: &VirtualMachine) -> ToolsConfigInfo {
    let kind = if vm.tools_installed {
        VirtualMachineToolsInstallType::GuestToolsTypeOpenVMTools
    } else {
        VirtualMachineToolsInstallType::GuestToolsTypeUnknown
    };
    ToolsConfigInfo {
        tools_version: Some(if vm.tools_installed { TOOLS_VERSION } else { 0 }),
        tools_install_type: Some(kind.as_str().into()),
        last_install_info: Some(Box::default()),
        after_power_on: Some(true),
        after_resume: Some(true),
        before_guest_standby: Some(true),
        before_guest_shutdown: Some(true),
        tools_upgrade_policy: Some("manual".into()),
        sync_time_with_host: Some(false),
        ..Default::default()
    }
}

fn flags(vm: &VirtualMachine) -> VirtualMachineFlagInfo {
    let ft_type = if vm.partner().is_some() { "checkpointing" } else { "unset" };
    VirtualMachineFlagInfo {
        disable_acceleration: Some(false),
        enable_logging: Some(true),
        use_toe: Some(false),
        run_with_debug_info: Some(false),
        monitor_type: Some("release".into()),
        ht_sharing: Some("any".into()),
        snapshot_disabled: Some(false),
        snapshot_locked: Some(false),
        disk_uuid_enabled: Some(false),
        virtual_mmu_usage: Some("automatic".into()),
        virtual_exec_usage: Some("hvAuto".into()),
        snapshot_power_off_behavior: Some("powerOff".into()),
        record_replay_enabled: Some(false),
        fault_tolerance_type: Some(ft_type.into()),
        cbrc_cache_enabled: Some(false),
        vvtd_enabled: Some(false),
        vbs_enabled: Some(false),
        ..Default::default()
    }
}

fn power_ops() -> VirtualMachineDefaultPowerOpInfo {
    let soft = || Some(Str::from("soft"));
    VirtualMachineDefaultPowerOpInfo {
        power_off_type: soft(),
        suspend_type: Some("hard".into()),
        reset_type: soft(),
        default_power_off_type: soft(),
        default_suspend_type: Some("hard".into()),
        default_reset_type: soft(),
        standby_action: Some("checkpoint".into()),
        ..Default::default()
    }
}

/// The hardware; in an inventory, disks have identities that tell them apart within it.
fn hardware(vm: &VirtualMachine, id: Option<&MoRef>) -> VirtualHardware {
    let number = id.map(|id| id.value.trim_start_matches(|letter: char| !letter.is_ascii_digit()));
    let shown = |device: &devices::Device| {
        let mut shown = (**device).clone();
        if let (Some(number), Some(disk)) = (number, shown.downcast_mut::<VirtualDisk>()) {
            disk.disk_object_id = Some(format!("{number}-{}", disk.key).into());
        }
        shown
    };
    VirtualHardware {
        num_cpu: vm.cpus,
        num_cores_per_socket: Some(vm.cores_per_socket()),
        memory_mb: vm.memory,
        virtual_ich7_m_present: Some(false),
        virtual_smc_present: Some(false),
        device: vm.devices.iter().map(shown).collect(),
        ..Default::default()
    }
}

fn extra_config(vm: &VirtualMachine) -> Vec<Poly<OptionValue>> {
    let option = |(key, value): &(Str, Str)| {
        Poly::new(OptionValue {
            key: key.clone(),
            value: Some(value.clone().into()),
            ..Default::default()
        })
    };
    vm.extra_config.iter().map(option).collect()
}

fn url(id: &MoRef, at: &At<'_>) -> Option<VirtualMachineConfigInfoDatastoreUrlPair> {
    let datastore = at.get::<Datastore>(id)?;
    Some(VirtualMachineConfigInfoDatastoreUrlPair {
        name: datastore.entity.name.clone(),
        url: datastore.url.clone(),
        ..Default::default()
    })
}

pub(super) fn capability() -> VirtualMachineCapability {
    VirtualMachineCapability {
        snapshot_operations_supported: true,
        multiple_snapshots_supported: true,
        snapshot_config_supported: true,
        powered_off_snapshots_supported: true,
        memory_snapshots_supported: true,
        revert_to_snapshot_supported: true,
        quiesced_snapshots_supported: true,
        console_preferences_supported: true,
        cpu_feature_mask_supported: true,
        s1_acpi_management_supported: true,
        tools_auto_update_supported: true,
        swap_placement_supported: true,
        tools_sync_time_supported: true,
        virtual_mmu_usage_supported: true,
        disk_shares_supported: true,
        boot_options_supported: true,
        boot_retry_options_supported: true,
        setting_video_ram_size_supported: true,
        change_tracking_supported: true,
        multiple_cores_per_socket_supported: true,
        host_based_replication_supported: true,
        guest_auto_lock_supported: true,
        memory_reservation_lock_supported: true,
        feature_requirement_supported: true,
        powered_on_monitor_type_change_supported: true,
        nested_hv_supported: true,
        v_pmc_supported: true,
        secure_boot_supported: Some(true),
        per_vm_evc_supported: Some(true),
        ..Default::default()
    }
}

/// The files of a VM with their sizes.
pub(crate) fn files_of(vm: &VirtualMachine) -> Vec<(Str, i64)> {
    layout(vm).file.into_iter().map(|file| (file.name, file.size)).collect()
}

pub(super) fn layout(vm: &VirtualMachine) -> VirtualMachineFileLayoutEx {
    let mut file = Vec::new();
    let mut add = |name: Str, kind: &str, size: i64| {
        file.push(VirtualMachineFileLayoutExFileInfo {
            key: i32::try_from(file.len()).unwrap_or(0),
            name,
            type_: kind.into(),
            size,
            unique_size: Some(size),
            accessible: Some(true),
            ..Default::default()
        });
    };
    add(vm.vmx.clone(), "config", 3000);
    add(vm.vmx.replace(".vmx", ".nvram").into(), "nvram", 8684);
    for disk in devices::disks(&vm.devices) {
        let backing = disk.backing.as_ref();
        let file = backing.and_then(|backing| {
            backing.downcast_ref::<vim25::types::VirtualDeviceFileBackingInfo>()
        });
        if let Some(file) = file {
            add(file.file_name.clone(), "diskDescriptor", 500);
            let extent = file.file_name.replace(".vmdk", "-flat.vmdk");
            add(extent.into(), "diskExtent", devices::committed(disk));
        }
    }
    VirtualMachineFileLayoutEx { file, timestamp: vm.modified.clone(), ..Default::default() }
}
