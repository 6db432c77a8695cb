//! What becomes of a device that a client edits: it keeps all that the client left out.

use vim25::types::{
    VirtualController, VirtualDevice, VirtualDeviceFileBackingInfo, VirtualDisk,
    VirtualDiskFlatVer2BackingInfo, VirtualEthernetCard,
};
use vim25::{Poly, Str};

use super::added_devices::put_capacity;

/// The device as it is after the edit.
///
/// `None` when it becomes a device of another type, or a smaller disk.
pub(super) fn edited(
    old: &Poly<VirtualDevice>,
    edit: &Poly<VirtualDevice>,
) -> Option<Poly<VirtualDevice>> {
    if old.type_name() != edit.type_name() {
        return None;
    }
    let mut edit = edit.clone();
    let unset = |text: &Option<Str>| text.as_deref().is_some_and(str::is_empty);
    edit.unit_number = edit.unit_number.filter(|unit| *unit >= 0);
    if let Some(card) = edit.downcast_mut::<VirtualEthernetCard>()
        && unset(&card.mac_address)
    {
        card.mac_address = None;
    }
    put_files(&mut edit, old);
    let mut made: Poly<VirtualDevice> =
        Poly::try_from_box(old.as_object().overlaid(edit.as_object())).ok()?;
    if let (Some(disk), Some(old)) =
        (made.downcast_mut::<VirtualDisk>(), old.downcast_ref::<VirtualDisk>())
    {
        let asked = edit.downcast_ref::<VirtualDisk>()?;
        disk.capacity_in_kb = asked.capacity_in_kb;
        disk.capacity_in_bytes = asked.capacity_in_bytes;
        put_capacity(disk, Some(old))?;
        if disk.capacity_in_kb < old.capacity_in_kb {
            return None;
        }
    }
    // What sits on a controller is said by the devices there, never by the controller.
    if let (Some(controller), Some(old)) =
        (made.downcast_mut::<VirtualController>(), old.downcast_ref::<VirtualController>())
    {
        controller.device.clone_from(&old.device);
        controller.bus_number = old.bus_number;
    }
    Some(made)
}

/// The members of a backing that must be there are empty where they stay as they are; another file is another backing.
fn put_files(edit: &mut Poly<VirtualDevice>, old: &Poly<VirtualDevice>) {
    let (Some(backing), Some(old)) = (&mut edit.backing, &old.backing) else { return };
    if let (Some(flat), Some(old)) = (
        backing.downcast_mut::<VirtualDiskFlatVer2BackingInfo>(),
        old.downcast_ref::<VirtualDiskFlatVer2BackingInfo>(),
    ) && flat.disk_mode.is_empty()
    {
        flat.disk_mode.clone_from(&old.disk_mode);
    }
    if let (Some(file), Some(old)) = (
        backing.downcast_mut::<VirtualDeviceFileBackingInfo>(),
        old.downcast_ref::<VirtualDeviceFileBackingInfo>(),
    ) && file.file_name.is_empty()
    {
        file.file_name.clone_from(&old.file_name);
    }
}
