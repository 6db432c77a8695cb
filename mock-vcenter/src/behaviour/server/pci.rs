//! The PCI devices of a host: its physical adapters, where the network says they are.

use vim25::types::{HostPciDevice, PhysicalNic};

/// PCI class of Ethernet controllers.
const ETHERNET: i16 = 0x0200;
/// PCI vendor Intel.
const INTEL: u16 = 0x8086;
/// The 82599ES, which the driver `ixgben` is for.
const DEVICE_82599ES: i16 = 0x10fb;
/// Such a device on an adapter X520-2.
const ADAPTER_X520_2: i16 = 0x7a11;

/// The device of a physical adapter; `None` for an address that is none.
pub(super) fn of_pnic(pnic: &PhysicalNic) -> Option<HostPciDevice> {
    let (_, place) = pnic.pci.split_once(':')?;
    let (bus, place) = place.split_once(':')?;
    let (slot, function) = place.split_once('.')?;
    let byte = |text: &str| u8::from_str_radix(text, 16).ok().map(u8::cast_signed);
    Some(HostPciDevice {
        id: pnic.pci.clone(),
        class_id: ETHERNET,
        bus: byte(bus)?,
        slot: byte(slot)?,
        function: byte(function)?,
        vendor_id: INTEL.cast_signed(),
        sub_vendor_id: INTEL.cast_signed(),
        vendor_name: "Intel Corporation".into(),
        device_id: DEVICE_82599ES,
        sub_device_id: ADAPTER_X520_2,
        device_name: "82599ES 10-Gigabit SFI/SFP+ Network Connection".into(),
        ..Default::default()
    })
}
