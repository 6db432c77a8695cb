//! The secondary VM as an object: made as its primary's double, taken away again.

use std::sync::Arc;

use vim25::types::{VirtualDeviceFileBackingInfo, VirtualDisk};
use vim25::{MoRef, Str};

use crate::behaviour::datastore::Datastore;
use crate::behaviour::host_system::HostSystem;
use crate::behaviour::settings::Behaviour;
use crate::behaviour::virtual_machine::{
    Device, FaultToleranceFacts, Pairing, VirtualMachine, unregister_vm,
};
use crate::fault::Fault;
use crate::store::Transaction;

use super::placement::Storage;

/// Makes the secondary of `primary` on `host` and ties the two together. Memory is reserved from now on.
pub(super) fn add_secondary(
    tx: &mut Transaction<'_>,
    primary: &MoRef,
    host: &MoRef,
    storage: &Storage,
) -> Result<MoRef, Fault> {
    let settings = Behaviour::of(tx).fault_tolerance;
    let id = tx.new_id("VirtualMachine", "vm");
    let name = tx.get::<VirtualMachine>(primary)?.entity.name.clone();
    let metadata = name_of(tx, &storage.metadata)?;
    let home = name_of(tx, &storage.home)?;
    let folder = if tx.get::<VirtualMachine>(primary)?.home == storage.home {
        format!("{name}_1")
    } else {
        name.to_string()
    };
    let now = tx.timestamp();
    let machine = tx.edit::<VirtualMachine>(primary)?;
    machine.memory_reservation = i64::from(machine.memory);
    machine.reservation_locked = true;
    machine.memory_limit = -1;
    machine.modified = now;
    machine.ft.pairing = Pairing::Primary { secondary: id.clone() };
    machine.ft.metadata_directory = Some(format!("[{metadata}] {name}/").into());
    machine.ft.metadata_datastore = Some(storage.metadata.clone());
    let mut double = machine.clone();
    double.entity.name = format!("{name}{}", settings.secondary_suffix).into();
    double.host = Some(host.clone());
    double.set_boot_time(None);
    double.suspend_time = None;
    double.power = vim25::enums::VirtualMachinePowerState::PoweredOff;
    double.das_protected = false;
    double.vmx = format!("[{home}] {folder}/{name}.vmx").into();
    double.home = storage.home.clone();
    double.ft = FaultToleranceFacts {
        pairing: Pairing::Secondary { primary: primary.clone() },
        ..FaultToleranceFacts::default()
    };
    double.instance_uuid = tx.new_uuid();
    if !settings.same_bios_uuid {
        double.uuid = tx.new_uuid();
    }
    double.devices = moved_devices(tx, &double.devices, storage, &folder)?;
    tx.insert(id.clone(), double);
    Ok(id)
}

fn name_of(tx: &Transaction<'_>, datastore: &MoRef) -> Result<Str, Fault> {
    Ok(tx.get::<Datastore>(datastore)?.entity.name.clone())
}

/// The primary's devices with their disks in the places chosen.
fn moved_devices(
    tx: &Transaction<'_>,
    devices: &[Device],
    storage: &Storage,
    folder: &str,
) -> Result<Vec<Device>, Fault> {
    let mut moved = Vec::with_capacity(devices.len());
    for device in devices {
        let place = storage.disks.get(&device.key);
        let Some(datastore) = place.filter(|_| device.downcast_ref::<VirtualDisk>().is_some())
        else {
            moved.push(device.clone());
            continue;
        };
        let name = name_of(tx, datastore)?;
        let mut double = (**device).clone();
        let backing = double.backing.as_mut();
        let file =
            backing.and_then(|backing| backing.downcast_mut::<VirtualDeviceFileBackingInfo>());
        if let Some(file) = file {
            let leaf: Str = file.file_name.rsplit('/').next().unwrap_or_default().into();
            file.file_name = format!("[{name}] {folder}/{leaf}").into();
            file.datastore = Some(datastore.clone());
        }
        moved.push(Arc::new(double));
    }
    Ok(moved)
}

/// Takes the secondary away; the other half is a VM like any other again, its reservation stays.
pub(super) fn dissolve(
    tx: &mut Transaction<'_>,
    survivor: &MoRef,
    secondary: &MoRef,
) -> Result<(), Fault> {
    unregister_vm(tx, secondary)?;
    let machine = tx.edit::<VirtualMachine>(survivor)?;
    machine.ft.pairing = Pairing::None;
    machine.ft.metadata_directory = None;
    machine.ft.metadata_datastore = None;
    machine.ft.failed_starts = 0;
    Ok(())
}

/// Registers the secondary on another host.
pub(super) fn move_to(
    tx: &mut Transaction<'_>,
    secondary: &MoRef,
    host: &MoRef,
) -> Result<(), Fault> {
    tx.get::<HostSystem>(host)?;
    if tx.get::<VirtualMachine>(secondary)?.host.as_ref() != Some(host) {
        tx.edit::<VirtualMachine>(secondary)?.host = Some(host.clone());
    }
    Ok(())
}
