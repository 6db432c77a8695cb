//! The CD-ROM drive of a VM: what is in it, and how that is changed.

use vim25::enums::VirtualDeviceConfigSpecOperation;
use vim25::types::{
    VirtualAHCIController, VirtualCdrom, VirtualCdromIsoBackingInfo,
    VirtualCdromRemotePassthroughBackingInfo, VirtualController, VirtualDevice,
    VirtualDeviceConfigSpec, VirtualDeviceConnectInfo, VirtualDeviceFileBackingInfo,
    VirtualIDEController, VirtualMachineConfigSpec,
};
use vim25::{MoRef, Poly};
use vsphere::ObjectProperties;

/// Where the devices of a VM are.
pub(super) const DEVICES: &str = "config.hardware.device";
/// Drives on an IDE and on a SATA controller.
const IDE_UNITS: i32 = 2;
const SATA_UNITS: i32 = 30;
/// A key for a device that the server has not numbered yet.
const NEW: i32 = -201;

/// A VM as far as its drive is concerned.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct VmSeen {
    pub(super) object: MoRef,
    pub(super) is_on: bool,
    pub(super) drive: Drive,
}

/// Its first CD-ROM drive.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Drive {
    Here(VirtualCdrom),
    /// None, but this controller and unit are free; on a SATA one also while the VM runs.
    Space {
        controller: i32,
        unit: i32,
        hot: bool,
    },
    NoSpace,
}

impl VmSeen {
    pub(super) fn of(seen: &ObjectProperties) -> Self {
        Self {
            object: seen.object.clone(),
            is_on: seen.text("runtime.powerState") == Some("poweredOn"),
            drive: Drive::of(seen),
        }
    }

    /// The image that is in the drive.
    pub(super) fn image(&self) -> Option<&str> {
        let Drive::Here(cdrom) = &self.drive else { return None };
        let iso = cdrom.backing.as_ref()?.downcast_ref::<VirtualCdromIsoBackingInfo>()?;
        Some(&iso.file_name)
    }

    /// Whether the guest sees the drive's content, now or once it is started.
    pub(super) fn is_connected(&self) -> bool {
        let Drive::Here(cdrom) = &self.drive else { return false };
        let connection = cdrom.connectable.as_ref();
        connection.is_some_and(|to| to.start_connected && (to.connected || !self.is_on))
    }

    /// What puts this image into the drive.
    pub(super) fn insert(&self, file: &str, datastore: &MoRef) -> Option<VirtualMachineConfigSpec> {
        let base = VirtualDeviceFileBackingInfo {
            file_name: file.into(),
            datastore: Some(datastore.clone()),
            ..Default::default()
        };
        let iso = VirtualCdromIsoBackingInfo { base_: base };
        let (operation, mut cdrom) = match &self.drive {
            Drive::Here(cdrom) => (VirtualDeviceConfigSpecOperation::Edit, cdrom.clone()),
            Drive::Space { controller, unit, .. } => {
                let base = VirtualDevice {
                    key: NEW,
                    controller_key: Some(*controller),
                    unit_number: Some(*unit),
                    ..Default::default()
                };
                (VirtualDeviceConfigSpecOperation::Add, VirtualCdrom { base_: base })
            }
            Drive::NoSpace => return None,
        };
        cdrom.backing = Some(Poly::new(iso));
        cdrom.connectable = Some(Box::new(connection(true, self.is_on)));
        Some(change(operation, cdrom))
    }

    /// What empties the drive.
    pub(super) fn eject(&self) -> Option<VirtualMachineConfigSpec> {
        let Drive::Here(cdrom) = &self.drive else { return None };
        let mut cdrom = cdrom.clone();
        cdrom.backing = Some(Poly::new(VirtualCdromRemotePassthroughBackingInfo::default()));
        cdrom.connectable = Some(Box::new(connection(false, false)));
        Some(change(VirtualDeviceConfigSpecOperation::Edit, cdrom))
    }
}

impl Drive {
    fn of(seen: &ObjectProperties) -> Self {
        if let Some(cdrom) = seen.objects::<VirtualCdrom>(DEVICES).next() {
            return Self::Here(cdrom.clone());
        }
        let taken: Vec<(Option<i32>, Option<i32>)> = seen
            .objects::<VirtualDevice>(DEVICES)
            .map(|device| (device.controller_key, device.unit_number))
            .collect();
        let free = |controller: &VirtualController, units: i32| {
            let key = controller.key;
            let unit = (0..units).find(|unit| !taken.contains(&(Some(key), Some(*unit))))?;
            Some((key, unit))
        };
        let sata = seen.objects::<VirtualAHCIController>(DEVICES);
        if let Some((controller, unit)) = sata.into_iter().find_map(|one| free(one, SATA_UNITS)) {
            return Self::Space { controller, unit, hot: true };
        }
        let ide = seen.objects::<VirtualIDEController>(DEVICES);
        match ide.into_iter().find_map(|one| free(one, IDE_UNITS)) {
            Some((controller, unit)) => Self::Space { controller, unit, hot: false },
            None => Self::NoSpace,
        }
    }
}

fn connection(at_start: bool, now: bool) -> VirtualDeviceConnectInfo {
    VirtualDeviceConnectInfo {
        start_connected: at_start,
        allow_guest_control: true,
        connected: now,
        ..Default::default()
    }
}

fn change(
    operation: VirtualDeviceConfigSpecOperation,
    cdrom: VirtualCdrom,
) -> VirtualMachineConfigSpec {
    let device = VirtualDeviceConfigSpec {
        operation: Some(operation),
        device: Poly::new(cdrom),
        ..Default::default()
    };
    VirtualMachineConfigSpec { device_change: vec![Poly::new(device)], ..Default::default() }
}

#[cfg(test)]
mod tests {
    use vim25::Value;

    use super::*;

    fn vm(devices: Vec<Poly<VirtualDevice>>) -> VmSeen {
        let mut seen = ObjectProperties::new(MoRef::new("VirtualMachine", "vm-1"));
        let boxes = devices.into_iter().map(|device| Value::Object(device.into_box()));
        seen.set(DEVICES, Some(Value::array_of("VirtualDevice", boxes)));
        VmSeen::of(&seen)
    }

    #[test]
    fn a_vm_without_a_drive_gets_one_where_there_is_room() {
        let mut ide = VirtualIDEController::default();
        ide.base_.base_.key = 200;
        let mut disk = vim25::types::VirtualDisk::default();
        (disk.controller_key, disk.unit_number) = (Some(200), Some(0));
        let found = vm(vec![Poly::new(ide.clone()), Poly::new(disk)]);
        assert_eq!(found.drive, Drive::Space { controller: 200, unit: 1, hot: false });
        let mut sata = VirtualAHCIController::default();
        sata.base_.base_.base_.key = 15000;
        let found = vm(vec![Poly::new(ide), Poly::new(sata)]);
        assert_eq!(found.drive, Drive::Space { controller: 15000, unit: 0, hot: true });
        assert_eq!(vm(Vec::new()).drive, Drive::NoSpace);
    }
}
