//! The device changes of a reconfiguration: devices are added, edited and removed.

use std::collections::BTreeMap;
use std::sync::Arc;

use vim25::enums::VirtualDeviceConfigSpecOperation as Operation;
use vim25::types::{
    VirtualController, VirtualDevice, VirtualDeviceConfigSpec, VirtualDeviceFileBackingInfo,
    VirtualDisk, VirtualEthernetCardNetworkBackingInfo,
};
use vim25::{MoRef, Poly, Str};

use crate::behaviour::datastore::Datastore;
use crate::behaviour::host_system::HostSystem;
use crate::behaviour::network::Network;
use crate::fault::Fault;
use crate::store::Transaction;

use super::added_devices::finish;
use super::devices::{Device, disks};
use super::edited_devices::edited;
use super::new_devices::bad;
use super::numbering::{attach, controller_key, describe, list, unlist};
use super::object::VirtualMachine;

/// What the devices of a VM may refer to.
struct Surroundings {
    /// The networks of its host by name.
    networks: BTreeMap<Str, MoRef>,
    /// The datastores of its host by name.
    datastores: BTreeMap<Str, MoRef>,
    /// The directory of its files, and what they are called.
    directory: String,
    name: Str,
    /// Makes addresses and identities differ.
    number: u64,
    is_on: bool,
}

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
    let around = surroundings(tx, vm)?;
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
                add(&mut devices, device, &around).map(|key| {
                    keys.insert(asked, key);
                })
            }
            Some(Operation::Edit) => edit(&mut devices, device, &around),
            Some(Operation::Remove) => remove(&mut devices, device.key),
            _ => None,
        };
        changed.ok_or_else(|| bad(index))?;
    }
    tx.edit::<VirtualMachine>(vm)?.devices = devices;
    Ok(())
}

fn surroundings(tx: &mut Transaction<'_>, vm: &MoRef) -> Result<Surroundings, Fault> {
    let number = tx.new_number();
    let machine = tx.get::<VirtualMachine>(vm)?;
    let host = machine.host.as_ref().and_then(|host| tx.get::<HostSystem>(host).ok());
    let networks = host.into_iter().flat_map(|host| &host.networks);
    let networks = networks.filter_map(|id| {
        let network = tx.get::<Network>(id).ok()?;
        Some((network.entity.name.clone(), id.clone()))
    });
    let datastores = host.into_iter().flat_map(|host| &host.datastores);
    let datastores = datastores.filter_map(|id| {
        let datastore = tx.get::<Datastore>(id).ok()?;
        Some((datastore.entity.name.clone(), id.clone()))
    });
    Ok(Surroundings {
        networks: networks.collect(),
        datastores: datastores.collect(),
        directory: machine.directory().to_owned(),
        name: machine.entity.name.clone(),
        number,
        is_on: machine.is_on(),
    })
}

/// Adds a device; its key.
fn add(
    devices: &mut Vec<Device>,
    mut device: Poly<VirtualDevice>,
    around: &Surroundings,
) -> Option<i32> {
    attach_network(&mut device, around)?;
    if device.downcast_ref::<VirtualDisk>().is_some() {
        put_file(&mut device, devices, around);
    }
    finish(&mut device, devices, around.number, around.is_on)?;
    let key = device.key;
    attach(devices, device);
    Some(key)
}

fn edit(
    devices: &mut [Device],
    mut edit: Poly<VirtualDevice>,
    around: &Surroundings,
) -> Option<()> {
    attach_network(&mut edit, around)?;
    let place = devices.iter().position(|known| known.key == edit.key)?;
    let old = devices[place].clone();
    let mut device = edited(&old, &edit)?;
    let label = old.device_info.as_ref().map(|described| described.label.clone());
    describe(&mut device, label.as_deref().unwrap_or_default());
    if device.controller_key != old.controller_key {
        let controller = device.controller_key;
        devices.iter().find(|known| Some(known.key) == controller)?;
        unlist(devices, device.key);
        list(devices, &device);
    }
    devices[place] = Arc::new(device);
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

/// An adapter names its network: the one of that name on the VM's host.
fn attach_network(device: &mut Poly<VirtualDevice>, around: &Surroundings) -> Option<()> {
    let Some(backing) = &mut device.backing else { return Some(()) };
    let backing = backing.downcast_mut::<VirtualEthernetCardNetworkBackingInfo>();
    let Some(backing) = backing else { return Some(()) };
    if backing.device_name.is_empty() {
        let mut known = around.networks.iter();
        let named = known.find(|(_, id)| Some(*id) == backing.network.as_ref());
        backing.device_name = named?.0.clone();
    } else {
        let found = around.networks.get(&backing.device_name).cloned();
        backing.network = found.or_else(|| backing.network.take());
    }
    backing.network.as_ref().map(|_| ())
}

/// A disk whose file has no name gets one beside the VM's own files.
fn put_file(device: &mut Poly<VirtualDevice>, devices: &[Device], around: &Surroundings) {
    let Some(backing) = &mut device.backing else { return };
    let Some(backing) = backing.downcast_mut::<VirtualDeviceFileBackingInfo>() else { return };
    let asked = backing.file_name.trim();
    if asked.is_empty() || asked.ends_with(']') {
        let (own, folder) = around.directory.split_once("] ").unwrap_or(("[", &around.directory));
        let datastore = if asked.is_empty() { format!("{own}]") } else { asked.to_owned() };
        let name =
            |suffix: &str| Str::from(format!("{datastore} {folder}/{}{suffix}.vmdk", around.name));
        let numbered = (1..).map(|number| name(&format!("_{number}")));
        let is_free = |name: &Str| disks(devices).all(|disk| file_of(disk) != Some(name));
        let free = std::iter::once(name("")).chain(numbered).find(is_free);
        backing.file_name = free.unwrap_or_default();
    }
    let datastore = backing.file_name.strip_prefix('[').and_then(|it| it.split_once(']'));
    if let Some(found) = datastore.and_then(|(name, _)| around.datastores.get(name)) {
        backing.datastore = Some(found.clone());
    }
}

fn file_of(disk: &VirtualDisk) -> Option<&Str> {
    let backing = disk.backing.as_ref()?.downcast_ref::<VirtualDeviceFileBackingInfo>()?;
    Some(&backing.file_name)
}
