//! The devices of a clone: the same, with files, addresses and identities of their own.

use std::sync::Arc;

use vim25::Poly;
use vim25::types::{
    VirtualDevice, VirtualDeviceFileBackingInfo, VirtualDisk, VirtualDiskFlatVer2BackingInfo,
    VirtualEthernetCard,
};

use super::added_devices::identify;
use super::devices::Device;
use super::reach::Reach;

/// Copies the devices of a VM for one that is made at another place.
pub(super) fn copy_devices(devices: &[Device], reach: &Reach) -> Vec<Device> {
    let mut copied: Vec<Device> = Vec::new();
    for device in devices {
        let mut made: Poly<VirtualDevice> = (**device).clone();
        if made.downcast_ref::<VirtualDisk>().is_some() {
            forget_file(&mut made);
            // The site was found by its datastore.
            let _ = reach.put_file(&mut made, &copied);
        } else if let Some(card) = made.downcast_mut::<VirtualEthernetCard>()
            && card.address_type.as_deref() != Some("manual")
        {
            card.mac_address = None;
        } else {
            copied.push(device.clone());
            continue;
        }
        identify(&mut made, &copied, reach);
        copied.push(Arc::new(made));
    }
    copied
}

/// A copy is whole, whatever the disk it was made from is based on.
fn forget_file(made: &mut Poly<VirtualDevice>) {
    let Some(backing) = &mut made.backing else { return };
    if let Some(flat) = backing.downcast_mut::<VirtualDiskFlatVer2BackingInfo>() {
        (flat.parent, flat.uuid) = (None, None);
    }
    if let Some(file) = backing.downcast_mut::<VirtualDeviceFileBackingInfo>() {
        file.file_name = "".into();
    }
}
