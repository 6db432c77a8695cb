//! The devices of a VM that is made from a configuration: real keys, labels, addresses and files.

use std::collections::BTreeMap;
use std::sync::Arc;

use vim25::Poly;
use vim25::types::{InvalidDeviceSpec, VirtualController, VirtualDevice, VirtualDisk};

use crate::behaviour::import::import_key;
use crate::fault::Fault;
use crate::storage::DatastorePath;

use super::added_devices::finish;
use super::devices::{Device, file_of, standard};
use super::numbering::{attach, controller_key, number as number_device};
use super::reach::Reach;

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

/// The devices and which of them have a file.
pub(super) fn build(
    wanted: &[Poly<VirtualDevice>],
    reach: &Reach,
    name: &str,
) -> Result<(Vec<Device>, Vec<NewDevice>), Fault> {
    let mut devices = standard();
    for device in &mut devices {
        if let Some(list) = Arc::make_mut(device).downcast_mut::<VirtualController>() {
            // Neither a drive nor a SCSI controller is there before the configuration says so.
            list.device.retain(|key| ![1000, 3000].contains(key));
        }
    }
    let mut keys = BTreeMap::new();
    let mut new = Vec::new();
    for (index, device) in wanted.iter().enumerate() {
        let Some(key) = controller_key(device) else { continue };
        keys.insert(device.key, key);
        if devices.iter().all(|known| known.key != key) {
            let mut made = device.clone();
            // What the client calls the controllers above is only known within the configuration.
            made.controller_key = None;
            number_device(&mut made, &devices).ok_or_else(|| bad(index))?;
            attach(&mut devices, made);
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
        reach.attach_network(&mut made).ok_or_else(|| bad(index))?;
        if made.downcast_ref::<VirtualDisk>().is_some() {
            reach.put_file(&mut made, &devices).ok_or_else(|| bad(index))?;
        } else {
            reach.put_image(&mut made);
        }
        finish(&mut made, &devices, reach).ok_or_else(|| bad(index))?;
        if let Some(file) = file_of(&made) {
            let import_key = import_key(name, wanted, device);
            let place = import_key.rsplit('/').next().unwrap_or_default().to_owned();
            let disk = made.downcast_ref::<VirtualDisk>();
            let capacity = disk.map_or(0, |disk| disk.capacity_in_kb * 1024);
            let (key, is_disk) = (made.key, disk.is_some());
            new.push(NewDevice { key, import_key, place, file, is_disk, capacity });
        }
        attach(&mut devices, made);
    }
    Ok((devices, new))
}

/// The fault for a device that cannot be as it was asked for.
pub(super) fn bad(index: usize) -> Fault {
    let device_index = i32::try_from(index).unwrap_or(0);
    let detail = InvalidDeviceSpec { device_index, ..Default::default() };
    Fault::new(detail, format!("Invalid configuration for device '{index}'."))
}
