//! What the server fills in on a device it takes in: addresses, sizes, identities, how it is connected.

use vim25::enums::SharesLevel;
use vim25::types::{
    SharesInfo, VirtualCdrom, VirtualDevice, VirtualDeviceConnectInfo, VirtualDisk,
    VirtualDiskFlatVer2BackingInfo, VirtualDiskRawDiskMappingVer1BackingInfo, VirtualEthernetCard,
    VirtualEthernetCardResourceAllocation, VirtualFloppy,
};
use vim25::{Poly, Str};

use super::devices::{self, Device};
use super::numbering;
use super::reach::Reach;

/// Finishes a device that is added to `known`: see [`numbering::number`] for its place and key.
///
/// `reach` is that of the VM it is added to.
pub(super) fn finish(
    made: &mut Poly<VirtualDevice>,
    known: &[Device],
    reach: &Reach,
) -> Option<()> {
    let is_on = reach.is_on;
    if let Some(disk) = made.downcast_mut::<VirtualDisk>() {
        put_capacity(disk, None)?;
        put_kind(disk);
        share_storage(disk);
    }
    numbering::number(made, known)?;
    identify(made, known, reach);
    if let Some(card) = made.downcast_mut::<VirtualEthernetCard>() {
        share_traffic(card);
        connect(made, true, is_on);
    } else if made.downcast_ref::<VirtualCdrom>().is_some()
        || made.downcast_ref::<VirtualFloppy>().is_some()
    {
        connect(made, false, is_on);
    }
    Some(())
}

/// Gives a disk an identity and an adapter an address, unless they have one.
pub(super) fn identify(made: &mut Poly<VirtualDevice>, known: &[Device], reach: &Reach) {
    if made.downcast_ref::<VirtualDisk>().is_some() {
        identify_disk(made, reach.number);
    }
    let adapters = devices::adapters(known).count();
    if let Some(card) = made.downcast_mut::<VirtualEthernetCard>() {
        let adapter = u64::try_from(adapters).unwrap_or(0) + 1;
        put_address(card, reach.number, adapter, reach.is_assigned);
    }
}

/// What a file of a disk is when nobody says: thick, in one piece, part of snapshots.
fn put_kind(disk: &mut VirtualDisk) {
    let Some(backing) = &mut disk.backing else { return };
    let Some(flat) = backing.downcast_mut::<VirtualDiskFlatVer2BackingInfo>() else { return };
    if flat.disk_mode.is_empty() {
        flat.disk_mode = "persistent".into();
    }
    flat.thin_provisioned.get_or_insert(false);
    flat.split.get_or_insert(false);
    flat.write_through.get_or_insert(false);
}

fn normal_shares(shares: i32) -> SharesInfo {
    SharesInfo { shares, level: SharesLevel::Normal, ..Default::default() }
}

/// How the storage's work is shared out to a disk when nobody says.
pub(super) fn share_storage(disk: &mut VirtualDisk) {
    let normal = || Box::new(normal_shares(1000));
    disk.shares.get_or_insert_with(normal);
    let given = disk.storage_io_allocation.get_or_insert_with(Box::default);
    given.limit.get_or_insert(-1);
    given.shares.get_or_insert_with(normal);
    given.reservation.get_or_insert(0);
}

/// What an adapter may do and gets of its network when nobody says.
pub(super) fn share_traffic(card: &mut VirtualEthernetCard) {
    card.wake_on_lan_enabled.get_or_insert(true);
    card.resource_allocation.get_or_insert_with(|| {
        Box::new(VirtualEthernetCardResourceAllocation {
            reservation: Some(0),
            share: normal_shares(50),
            limit: Some(-1),
            ..Default::default()
        })
    });
}

/// Most bytes of a disk: 62 TB.
const MAX_DISK: i64 = 62 << 40;

/// Makes both sizes of a disk agree: a new size in bytes counts before one in kilobytes.
///
/// `None` for a size that no disk has.
pub(super) fn put_capacity(disk: &mut VirtualDisk, old: Option<&VirtualDisk>) -> Option<()> {
    let is_size = |bytes: i64| (0..=MAX_DISK).contains(&bytes);
    if !is_size(disk.capacity_in_kb.checked_mul(1024)?)
        || !disk.capacity_in_bytes.is_none_or(is_size)
    {
        return None;
    }
    let old_bytes = old.map(|old| old.capacity_in_bytes.unwrap_or(old.capacity_in_kb * 1024));
    let bytes = disk.capacity_in_bytes.filter(|bytes| *bytes > 0 && Some(*bytes) != old_bytes);
    match bytes {
        Some(bytes) => disk.capacity_in_kb = bytes / 1024,
        None if disk.capacity_in_kb <= 0 => {
            disk.capacity_in_kb = old.map_or(0, |old| old.capacity_in_kb);
        }
        None => {}
    }
    disk.capacity_in_bytes = Some(bytes.unwrap_or(disk.capacity_in_kb * 1024));
    Some(())
}

/// The identity of a disk's file, unless it has one.
pub(super) fn identify_disk(made: &mut Poly<VirtualDevice>, number: u64) {
    let key = made.key;
    let Some(backing) = &mut made.backing else { return };
    let uuid = || Str::from(grouped(&format!("6000C290-{key:04x}-{number:016x}")));
    if let Some(flat) = backing.downcast_mut::<VirtualDiskFlatVer2BackingInfo>() {
        flat.uuid.get_or_insert_with(uuid);
    } else if let Some(raw) = backing.downcast_mut::<VirtualDiskRawDiskMappingVer1BackingInfo>() {
        raw.uuid.get_or_insert_with(uuid);
    }
}

/// The digits of an identity in groups of eight, four, four, four and twelve.
fn grouped(digits: &str) -> String {
    let digits = format!("{:0<32}", digits.replace('-', ""));
    let parts = [0..8, 8..12, 12..16, 16..20, 20..32];
    let parts = parts.map(|range| digits.get(range).unwrap_or_default().to_owned());
    parts.join("-")
}

/// The hardware address of an adapter, unless it has one. A server above hosts assigns it where a host would generate
/// one.
pub(super) fn put_address(
    card: &mut VirtualEthernetCard,
    number: u64,
    adapter: u64,
    is_assigned: bool,
) {
    let has_address = card.mac_address.as_ref().is_some_and(|address| !address.is_empty());
    let is_generated = card.address_type.as_deref().is_none_or(|kind| kind == "generated");
    if is_assigned && is_generated && !has_address {
        card.address_type = Some("assigned".into());
    }
    card.address_type
        .get_or_insert_with(|| if is_assigned { "assigned" } else { "generated" }.into());
    if has_address {
        return;
    }
    let [.., high, middle, low] = (number * 16 + adapter).to_be_bytes();
    // The vendor's two ranges: one for servers that assign, one for hosts that generate.
    let address = if card.address_type.as_deref() == Some("assigned") {
        format!("00:50:56:{:02x}:{middle:02x}:{low:02x}", 0xa0 | (high & 0x1f))
    } else {
        format!("00:0c:29:{:02x}:{middle:02x}:{low:02x}", 0x80 | (high & 0x3f))
    };
    card.mac_address = Some(address.into());
}

fn connect(made: &mut Poly<VirtualDevice>, at_start: bool, is_on: bool) {
    let state = made.connectable.get_or_insert_with(|| {
        Box::new(VirtualDeviceConnectInfo {
            start_connected: at_start,
            connected: at_start && is_on,
            allow_guest_control: true,
            ..Default::default()
        })
    });
    state.status.get_or_insert_with(|| if is_on { "ok".into() } else { "untried".into() });
}
