//! What of a VM itself speaks against Fault Tolerance.

use vim25::enums::VmFaultToleranceConfigIssueReasonForIssue as Reason;
use vim25::types::{
    DeviceNotSupported, LocalizedMethodFault, ReplicationIncompatibleWithFT, VirtualCdrom,
    VirtualCdromIsoBackingInfo, VirtualDevice, VirtualDeviceDeviceBackingInfo,
    VirtualDeviceRemoteDeviceBackingInfo, VirtualDiskFlatVer2BackingInfo,
    VirtualDiskRawDiskMappingVer1BackingInfo, VirtualFloppy, VirtualMachineVideoCard,
    VirtualPCIPassthrough, VirtualParallelPort, VirtualSerialPort, VirtualSoundCard, VirtualUSB,
    VmConfigIncompatibleForFaultTolerance, VmFaultToleranceInvalidFileBacking,
};
use vim25::{MoRef, Poly, Str};

use crate::behaviour::host_system::{max_ft_memory, max_ft_vcpus};
use crate::behaviour::server::Quirk;
use crate::behaviour::virtual_machine::{VirtualMachine, disks, invalid_power_state};
use crate::fault::Fault;
use crate::product::Product;

use super::issues::issue;

/// Largest virtual disk under Fault Tolerance, in KB.
const MAX_DISK: i64 = 2 << 30;
/// Most virtual disks.
const MAX_DISKS: usize = 16;

/// Everything about the VM that speaks against Fault Tolerance on hosts of `product`.
pub(super) fn issues(id: &MoRef, vm: &VirtualMachine, product: Product) -> Vec<Fault> {
    let name = &vm.entity.name;
    let mut found = Vec::new();
    let mut add = |holds: bool, reason: Reason| {
        if holds {
            found.push(issue(&reason, id, name));
        }
    };
    let efi_is_fine = max_ft_vcpus(product) >= 8;
    let encryption_is_fine =
        vim25::Version::parse("7.0.2.0").is_some_and(|since| product.api().knows(since));
    add(vm.is_secondary(), Reason::FtSecondaryVm);
    add(vm.is_primary(), Reason::MoreThanOneSecondary);
    add(vm.has(Quirk::AgentVm), Reason::EsxAgentVm);
    add(!vm.snapshots.is_empty(), Reason::HasSnapshots);
    add(vm.cpus > max_ft_vcpus(product), Reason::TooManyVCPUs);
    add(vm.memory > max_ft_memory(product), Reason::TooMuchMemory);
    add(vm.has(Quirk::NestedHv), Reason::HasNestedHVConfiguration);
    add(vm.has(Quirk::EfiFirmware) && !efi_is_fine, Reason::HasEFIFirmware);
    add(vm.has(Quirk::Encrypted) && !encryption_is_fine, Reason::UnsupportedEncryptedDisk);
    add(vm.has(Quirk::FlashCache), Reason::HasVFlashConfiguration);
    add(vm.has(Quirk::StoragePolicy), Reason::UnsupportedSPBM);
    add(has_linked_clone(vm), Reason::HasLinkedCloneDisk);
    add(has_unsupported_disk(vm), Reason::HasUnsupportedDisk);
    add(has_3d(vm), Reason::Video3dEnabled);
    found.extend(vm.devices.iter().filter_map(|device| bad_device(device)));
    if vm.has(Quirk::Replicated) {
        let detail = ReplicationIncompatibleWithFT::default();
        found
            .push(Fault::new(detail, "vSphere Replication is configured for the virtual machine."));
    }
    found
}

/// A VM that is suspended or a template cannot have a secondary at all.
pub(super) fn check_kind(vm: &VirtualMachine) -> Result<(), Fault> {
    use vim25::enums::VirtualMachinePowerState as Power;
    if vm.is_template() {
        return Err(Fault::not_supported("The virtual machine is a template."));
    }
    if vm.power == Power::Suspended {
        return Err(invalid_power_state(&Power::Suspended, None));
    }
    Ok(())
}

fn has_linked_clone(vm: &VirtualMachine) -> bool {
    disks(&vm.devices).any(|disk| {
        let backing = disk.backing.as_ref();
        backing
            .and_then(|backing| backing.downcast_ref::<VirtualDiskFlatVer2BackingInfo>())
            // A snapshot gives disks a parent too, but is reported as what it is.
            .is_some_and(|flat| flat.parent.is_some() && vm.snapshots.is_empty())
    })
}

fn has_unsupported_disk(vm: &VirtualMachine) -> bool {
    let is_physical = |backing: &Poly<vim25::types::VirtualDeviceBackingInfo>| {
        backing
            .downcast_ref::<VirtualDiskRawDiskMappingVer1BackingInfo>()
            .is_some_and(|raw| raw.compatibility_mode.as_deref() == Some("physicalMode"))
    };
    disks(&vm.devices).count() > MAX_DISKS
        || disks(&vm.devices).any(|disk| {
            disk.capacity_in_kb > MAX_DISK || disk.backing.as_ref().is_some_and(is_physical)
        })
}

fn has_3d(vm: &VirtualMachine) -> bool {
    vm.devices.iter().any(|device| {
        device
            .downcast_ref::<VirtualMachineVideoCard>()
            .is_some_and(|video| video.enable3_d_support == Some(true))
    })
}

fn bad_device(device: &Poly<VirtualDevice>) -> Option<Fault> {
    let backing = device.backing.as_ref();
    let from_device = backing.is_some_and(|backing| {
        backing.downcast_ref::<VirtualDeviceDeviceBackingInfo>().is_some()
            || backing.downcast_ref::<VirtualDeviceRemoteDeviceBackingInfo>().is_some()
    });
    let connected =
        device.connectable.as_ref().is_none_or(|state| state.connected || state.start_connected);
    let is_iso = backing
        .is_some_and(|backing| backing.downcast_ref::<VirtualCdromIsoBackingInfo>().is_some());
    if device.downcast_ref::<VirtualCdrom>().is_some() && from_device && connected && !is_iso {
        return Some(bad_backing("virtualCdrom", device));
    }
    if device.downcast_ref::<VirtualFloppy>().is_some() && from_device && connected {
        return Some(bad_backing("virtualFloppy", device));
    }
    if device.downcast_ref::<VirtualSerialPort>().is_some() {
        return Some(bad_backing("virtualSerialPort", device));
    }
    if device.downcast_ref::<VirtualParallelPort>().is_some() {
        return Some(bad_backing("virtualParallelPort", device));
    }
    let impossible = device.downcast_ref::<VirtualUSB>().is_some()
        || device.downcast_ref::<VirtualSoundCard>().is_some()
        || device.downcast_ref::<VirtualPCIPassthrough>().is_some();
    impossible.then(|| unsupported_device(device))
}

fn bad_backing(kind: &str, device: &Poly<VirtualDevice>) -> Fault {
    let backing = device.backing.as_ref();
    let file = backing
        .and_then(|backing| backing.downcast_ref::<vim25::types::VirtualDeviceFileBackingInfo>())
        .map(|file| file.file_name.clone());
    let detail = VmFaultToleranceInvalidFileBacking {
        backing_type: Some(kind.into()),
        backing_filename: file,
        ..Default::default()
    };
    Fault::new(
        detail,
        format!(
            "The device '{}' has a backing that Fault Tolerance does not support.",
            label(device)
        ),
    )
}

fn label(device: &VirtualDevice) -> Str {
    device.device_info.as_ref().map(|info| info.label.clone()).unwrap_or_default()
}

fn unsupported_device(device: &Poly<VirtualDevice>) -> Fault {
    let mut inner = DeviceNotSupported::default();
    inner.device = label(device);
    inner.reason = Some("Fault Tolerance".into());
    let message = format!("The device '{}' is not supported with Fault Tolerance.", label(device));
    let fault = LocalizedMethodFault {
        fault: Poly::new(inner),
        localized_message: Some(message.as_str().into()),
        ..Default::default()
    };
    let mut detail = VmConfigIncompatibleForFaultTolerance::default();
    detail.fault = Some(Box::new(fault));
    Fault::new(detail, message)
}
