//! The devices of a VM that is made from a configuration: real keys, labels, addresses and files.

use std::collections::BTreeMap;
use std::sync::Arc;

use vim25::Poly;
use vim25::types::{
    Description, InvalidDeviceSpec, VirtualAHCIController, VirtualCdrom,
    VirtualCdromIsoBackingInfo, VirtualController, VirtualDevice, VirtualDeviceConnectInfo,
    VirtualDeviceFileBackingInfo, VirtualDisk, VirtualEthernetCard, VirtualFloppy,
    VirtualIDEController, VirtualPCIController, VirtualPS2Controller, VirtualSCSIController,
    VirtualSIOController, VirtualUSBController,
};

use crate::behaviour::import::import_key;
use crate::fault::Fault;
use crate::storage::DatastorePath;

use super::create::{Site, file};
use super::devices::{Device, standard};

/// A device that has a file.
#[derive(Clone, Debug)]
pub struct NewDevice {
    /// Its key.
    pub key: i32,
    /// What the package calls it.
    pub import_key: String,
    /// The path of its controller and its place there, as in `VirtualLsiLogicController0:0`.
    pub place: String,
    /// Its file.
    pub file: DatastorePath,
    /// It is a disk.
    pub is_disk: bool,
    /// Size of the disk in bytes.
    pub capacity: i64,
}

/// How many of each kind there are.
#[derive(Default)]
struct Count {
    disks: i32,
    drives: i32,
    adapters: i32,
    others: i32,
}

/// The devices and which of them have a file.
pub(super) fn build(
    wanted: Vec<Poly<VirtualDevice>>,
    site: &Site,
    name: &str,
    number: u64,
) -> Result<(Vec<Device>, Vec<NewDevice>), Fault> {
    let mut devices: Vec<Poly<VirtualDevice>> =
        standard().into_iter().map(Arc::unwrap_or_clone).collect();
    for device in &mut devices {
        if let Some(ide) = device.downcast_mut::<VirtualIDEController>() {
            ide.device.clear();
        }
    }
    let mut keys = BTreeMap::new();
    let mut count = Count::default();
    let mut new = Vec::new();
    for device in &wanted {
        let mut made = device.clone();
        let Some(key) = controller_key(device) else { continue };
        keys.insert(device.key, key);
        if devices.iter().all(|known| known.key != key) {
            made.key = key;
            devices.push(made);
        }
    }
    for (index, device) in wanted.iter().enumerate() {
        if controller_key(device).is_some() {
            continue;
        }
        let mut made = device.clone();
        if let Some(controller) = device.controller_key {
            let known = keys.get(&controller).copied();
            let fixed = devices.iter().any(|other| other.key == controller).then_some(controller);
            made.controller_key = Some(known.or(fixed).ok_or_else(|| bad(index))?);
        }
        count.finish(&mut made, site, name, number, &devices);
        if let Some(file) = file_of(&made) {
            let import_key = import_key(name, &wanted, device);
            let place = import_key.rsplit('/').next().unwrap_or_default().to_owned();
            let disk = made.downcast_ref::<VirtualDisk>();
            let capacity = disk.map_or(0, |disk| disk.capacity_in_kb * 1024);
            let (key, is_disk) = (made.key, disk.is_some());
            new.push(NewDevice { key, import_key, place, file, is_disk, capacity });
        }
        attach(&mut devices, &made);
        devices.push(made);
    }
    Ok((devices.into_iter().map(Arc::new).collect(), new))
}

fn bad(index: usize) -> Fault {
    let device_index = i32::try_from(index).unwrap_or(0);
    let detail = InvalidDeviceSpec { device_index, ..Default::default() };
    Fault::new(detail, format!("Invalid configuration for device '{index}'."))
}

/// The real key of a controller; `None` for other devices.
fn controller_key(device: &Poly<VirtualDevice>) -> Option<i32> {
    let controller = device.downcast_ref::<VirtualController>()?;
    let bus = controller.bus_number;
    let is = |yes: bool, base: i32| yes.then_some(base + bus);
    is(device.downcast_ref::<VirtualIDEController>().is_some(), 200)
        .or(is(device.downcast_ref::<VirtualSCSIController>().is_some(), 1000))
        .or(is(device.downcast_ref::<VirtualAHCIController>().is_some(), 15_000))
        .or(is(device.downcast_ref::<VirtualUSBController>().is_some(), 7000))
        .or(is(device.downcast_ref::<VirtualPS2Controller>().is_some(), 300))
        .or(is(device.downcast_ref::<VirtualPCIController>().is_some(), 100))
        .or(is(device.downcast_ref::<VirtualSIOController>().is_some(), 400))
        .or(Some(14_000 + bus))
}

impl Count {
    /// Key, label and what else the server decides.
    fn finish(
        &mut self,
        made: &mut Poly<VirtualDevice>,
        site: &Site,
        name: &str,
        number: u64,
        known: &[Poly<VirtualDevice>],
    ) {
        let (key, label) = if made.downcast_ref::<VirtualDisk>().is_some() {
            let suffix = if self.disks == 0 { String::new() } else { format!("_{}", self.disks) };
            self.disks += 1;
            put_file(made, site, &format!("{name}{suffix}.vmdk"));
            (2000, format!("Hard disk {}", self.disks))
        } else if made.downcast_ref::<VirtualCdrom>().is_some() {
            self.drives += 1;
            let image = file_of_image(made);
            if let Some(image) = image.as_deref().and_then(|it| it.strip_prefix("ovf:/file/")) {
                put_file(made, site, image);
            }
            (3000, format!("CD/DVD drive {}", self.drives))
        } else if made.downcast_ref::<VirtualEthernetCard>().is_some() {
            self.adapters += 1;
            put_address(made, number, self.adapters);
            (4000, format!("Network adapter {}", self.adapters))
        } else if made.downcast_ref::<VirtualFloppy>().is_some() {
            (8000, "Floppy drive 1".to_owned())
        } else {
            self.others += 1;
            (13_000, format!("Device {}", self.others))
        };
        let taken = |key: i32| known.iter().any(|other| other.key == key);
        made.key = (key..).find(|key| !taken(*key)).unwrap_or(key);
        let summary = match made.downcast_ref::<VirtualDisk>() {
            Some(disk) => format!("{} KB", disk.capacity_in_kb),
            None => label.clone(),
        };
        let description =
            Description { label: label.into(), summary: summary.into(), ..Default::default() };
        made.device_info = Some(Poly::new(description));
    }
}

fn put_file(made: &mut Poly<VirtualDevice>, site: &Site, name: &str) {
    let Some(backing) = &mut made.backing else { return };
    if let Some(backing) = backing.downcast_mut::<VirtualDeviceFileBackingInfo>() {
        backing.file_name = file(site, name).into();
        backing.datastore = Some(site.datastore.clone());
    }
}

fn file_of_image(made: &Poly<VirtualDevice>) -> Option<String> {
    let backing = made.backing.as_ref()?.downcast_ref::<VirtualCdromIsoBackingInfo>()?;
    Some(backing.file_name.to_string())
}

/// The file of a device on a datastore of this server.
fn file_of(made: &Poly<VirtualDevice>) -> Option<DatastorePath> {
    let backing = made.backing.as_ref()?.downcast_ref::<VirtualDeviceFileBackingInfo>()?;
    DatastorePath::parse(&backing.file_name).filter(|path| !path.path.is_root())
}

fn put_address(made: &mut Poly<VirtualDevice>, number: u64, adapter: i32) {
    let [.., high, middle, low] = number.to_be_bytes();
    let last = low.wrapping_mul(8).wrapping_add(adapter.to_be_bytes()[3]);
    if let Some(card) = made.downcast_mut::<VirtualEthernetCard>() {
        let made = || format!("00:0c:29:{:02x}:{middle:02x}:{last:02x}", 0x80 | (high & 0x3f));
        card.mac_address = card.mac_address.clone().or_else(|| Some(made().into()));
        card.address_type.get_or_insert_with(|| "generated".into());
    }
    made.unit_number = Some(6 + adapter);
    made.controller_key = Some(100);
    let state = made.connectable.get_or_insert_with(|| {
        Box::new(VirtualDeviceConnectInfo {
            start_connected: true,
            allow_guest_control: true,
            ..Default::default()
        })
    });
    state.status = Some("untried".into());
}

/// Lists the device with its controller.
fn attach(devices: &mut [Poly<VirtualDevice>], made: &Poly<VirtualDevice>) {
    let controller = devices.iter_mut().find(|known| Some(known.key) == made.controller_key);
    if let Some(controller) = controller.and_then(|it| it.downcast_mut::<VirtualController>()) {
        controller.device.push(made.key);
    }
}
