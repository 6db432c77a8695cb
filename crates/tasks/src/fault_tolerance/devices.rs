//! Devices that Fault Tolerance refuses.

use vim25::Poly;
use vim25::types::{
    VirtualCdrom, VirtualCdromIsoBackingInfo, VirtualDevice, VirtualDisk,
    VirtualDiskRawDiskMappingVer1BackingInfo, VirtualFloppy, VirtualFloppyImageBackingInfo,
    VirtualHardware, VirtualMachineVideoCard, VirtualPCIPassthrough, VirtualParallelPort,
    VirtualSerialPort, VirtualSoundCard, VirtualSriovEthernetCard, VirtualUSB,
};

use super::seen::BadDevice;
use super::spec::Remedy;

/// How a physical raw disk is called.
pub(super) const RAW_DISK: &str = "a disk that is a raw device in physical mode";

const CD: (&str, &str) = (
    "a CD drive that is a device of the host or client",
    "disconnect it, also at power-on (`remediate: [cdrom]` does), or give it an ISO file on a datastore that \
     both hosts reach",
);
const FLOPPY: (&str, &str) = (
    "a floppy drive that is a device of the host or client",
    "disconnect it, also at power-on (`remediate: [floppy]` does), remove it, or give it an image file",
);
const RAW: (&str, &str) = (RAW_DISK, "copy it to a virtual disk");
const VIDEO: (&str, &str) = ("a video card with 3D support", "switch 3D support off");
const REMOVE: &str = "remove the device";

/// The devices of a VM that Fault Tolerance refuses.
pub(super) fn bad_devices(hardware: &VirtualHardware) -> Vec<BadDevice> {
    hardware.device.iter().filter_map(bad_device).collect()
}

fn bad_device(device: &Poly<VirtualDevice>) -> Option<BadDevice> {
    let (sort, fix) = refused(device)?;
    let remedy = match (sort, fix) {
        CD => Some(Remedy::Cdrom),
        FLOPPY => Some(Remedy::Floppy),
        _ => None,
    };
    let label = device.device_info.as_ref().map(|info| info.label.as_str()).unwrap_or_default();
    let in_words = if label.is_empty() { sort.to_owned() } else { format!("{sort} (`{label}`)") };
    Some(BadDevice { in_words, fix, key: device.key, remedy })
}

/// The VMCI device is in every VM and is fine.
fn refused(device: &Poly<VirtualDevice>) -> Option<(&'static str, &'static str)> {
    let backing = device.backing.as_ref();
    if device.downcast_ref::<VirtualCdrom>().is_some() {
        let image =
            backing.is_some_and(|one| one.downcast_ref::<VirtualCdromIsoBackingInfo>().is_some());
        return (!image && is_used(device)).then_some(CD);
    }
    if device.downcast_ref::<VirtualFloppy>().is_some() {
        let image = backing
            .is_some_and(|one| one.downcast_ref::<VirtualFloppyImageBackingInfo>().is_some());
        return (!image && is_used(device)).then_some(FLOPPY);
    }
    if device.downcast_ref::<VirtualDisk>().is_some() {
        let raw = backing?.downcast_ref::<VirtualDiskRawDiskMappingVer1BackingInfo>()?;
        return (raw.compatibility_mode.as_deref() == Some("physicalMode")).then_some(RAW);
    }
    if let Some(card) = device.downcast_ref::<VirtualMachineVideoCard>() {
        return (card.enable3_d_support == Some(true)).then_some(VIDEO);
    }
    let impossible = [
        (device.downcast_ref::<VirtualSerialPort>().is_some(), "a serial port"),
        (device.downcast_ref::<VirtualParallelPort>().is_some(), "a parallel port"),
        (device.downcast_ref::<VirtualUSB>().is_some(), "a USB device"),
        (device.downcast_ref::<VirtualSoundCard>().is_some(), "a sound card"),
        (device.downcast_ref::<VirtualPCIPassthrough>().is_some(), "a passthrough PCI device"),
        (device.downcast_ref::<VirtualSriovEthernetCard>().is_some(), "an SR-IOV network card"),
    ];
    impossible.into_iter().find(|(is, _)| *is).map(|(_, sort)| (sort, REMOVE))
}

/// An empty drive that is not connected does no harm.
pub(super) fn is_used(device: &VirtualDevice) -> bool {
    device.connectable.as_ref().is_none_or(|one| one.connected || one.start_connected)
}

#[cfg(test)]
mod tests {
    use vim25::IsA;
    use vim25::types::{
        VirtualCdromRemotePassthroughBackingInfo, VirtualDeviceBackingInfo,
        VirtualDeviceConnectInfo, VirtualMachineVMCIDevice,
    };

    use super::*;

    fn drive(
        backing: impl vim25::DataObject + IsA<VirtualDeviceBackingInfo>,
        on: bool,
    ) -> VirtualCdrom {
        let connectable = VirtualDeviceConnectInfo { start_connected: on, ..Default::default() };
        let base_ = VirtualDevice {
            backing: Some(Poly::new(backing)),
            connectable: Some(Box::new(connectable)),
            ..Default::default()
        };
        VirtualCdrom { base_ }
    }

    #[test]
    fn only_devices_that_cannot_be_copied_are_refused() {
        let client = VirtualCdromRemotePassthroughBackingInfo::default;
        let iso = VirtualCdromIsoBackingInfo::default;
        let table: [(Poly<VirtualDevice>, bool); 6] = [
            (Poly::new(VirtualMachineVMCIDevice::default()), false),
            (Poly::new(drive(client(), false)), false),
            (Poly::new(drive(client(), true)), true),
            (Poly::new(drive(iso(), true)), false),
            (Poly::new(VirtualDisk::default()), false),
            (Poly::new(VirtualSerialPort::default()), true),
        ];
        for (device, refused) in table {
            let name = device.type_name().to_owned();
            let hardware = VirtualHardware { device: vec![device], ..Default::default() };
            assert_eq!(bad_devices(&hardware).len(), usize::from(refused), "{name}");
        }
    }
}
