//! The device changes of a reconfiguration: devices are added, edited and removed.

use std::collections::BTreeMap;
use std::sync::Arc;

use vim25::enums::VirtualDeviceConfigSpecOperation as Operation;
use vim25::types::{VirtualController, VirtualDevice, VirtualDeviceConfigSpec, VirtualDisk};
use vim25::{MoRef, Poly};

use crate::fault::Fault;
use crate::store::Transaction;

use super::added_devices::finish;
use super::devices::Device;
use super::edited_devices::edited;
use super::new_devices::bad;
use super::numbering::{attach, controller_key, describe, is_free, list, unlist};
use super::object::VirtualMachine;
use super::reach::Reach;

type Change = Poly<VirtualDeviceConfigSpec>;

/// Changes the devices of a VM.
///
/// # Errors
/// `InvalidDeviceSpec` with the index of the change that cannot be made.
pub(super) fn change_devices(
    tx: &mut Transaction<'_>,
    vm: &MoRef,
    changes: &[Change],
) -> Result<(), Fault> {
    if changes.is_empty() {
        return Ok(());
    }
    let reach = Reach::of_vm(tx, vm)?;
    let mut devices = tx.get::<VirtualMachine>(vm)?.devices.clone();
    // Keys of added devices are temporary: others of the same request refer to them until they are replaced.
    let mut keys = BTreeMap::new();
    // Devices may name controllers that the request adds after them.
    let adds_last = |change: &Change| {
        change.operation == Some(Operation::Add) && controller_key(&change.device).is_none()
    };
    let mut ordered: Vec<(usize, &Change)> = changes.iter().enumerate().collect();
    ordered.sort_by_key(|(_, change)| adds_last(change));
    for (index, change) in ordered {
        let mut device = change.device.clone();
        if let Some(key) = device.controller_key.and_then(|key| keys.get(&key)) {
            device.controller_key = Some(*key);
        }
        let changed = match &change.operation {
            Some(Operation::Add) => {
                let asked = device.key;
                add(&mut devices, device, &reach).map(|key| {
                    keys.insert(asked, key);
                })
            }
            Some(Operation::Edit) => edit(&mut devices, device, &reach),
            Some(Operation::Remove) => remove(&mut devices, device.key),
            _ => None,
        };
        changed.ok_or_else(|| bad(index))?;
    }
    tx.edit::<VirtualMachine>(vm)?.devices = devices;
    Ok(())
}

/// Adds a device; its key.
fn add(devices: &mut Vec<Device>, mut device: Poly<VirtualDevice>, reach: &Reach) -> Option<i32> {
    reach.attach_network(&mut device)?;
    if device.downcast_ref::<VirtualDisk>().is_some() {
        reach.put_file(&mut device, devices)?;
    }
    finish(&mut device, devices, reach)?;
    let key = device.key;
    attach(devices, device);
    Some(key)
}

fn edit(devices: &mut [Device], mut edit: Poly<VirtualDevice>, reach: &Reach) -> Option<()> {
    reach.attach_network(&mut edit)?;
    let index = devices.iter().position(|known| known.key == edit.key)?;
    let old = devices[index].clone();
    let mut device = edited(&old, &edit)?;
    let label = old.device_info.as_ref().map(|described| described.label.clone());
    describe(&mut device, label.as_deref().unwrap_or_default());
    let place = |device: &Device| (device.controller_key, device.unit_number);
    let device = Arc::new(device);
    if place(&device) != place(&old) {
        let others: Vec<Device> = devices.iter().filter(|it| it.key != old.key).cloned().collect();
        is_free(&device, &others).then_some(())?;
    }
    if device.controller_key != old.controller_key {
        let controller = device.controller_key;
        devices.iter().find(|known| Some(known.key) == controller)?;
        unlist(devices, device.key);
        list(devices, &device);
    }
    devices[index] = device;
    Some(())
}

fn remove(devices: &mut Vec<Device>, key: i32) -> Option<()> {
    let place = devices.iter().position(|known| known.key == key)?;
    let gone = devices.remove(place);
    let controller = gone.downcast_ref::<VirtualController>();
    let holds = |key: &i32| devices.iter().any(|known| known.key == *key);
    if controller.is_some_and(|controller| controller.device.iter().any(holds)) {
        return None;
    }
    unlist(devices, key);
    Some(())
}
