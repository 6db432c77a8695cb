//! Renaming and removal of VMs, templates, and the tasks that change a VM.

use std::time::Duration;

use vim25::enums::VirtualMachinePowerState as PowerState;
use vim25::methods::{DestroyTask, MarkAsTemplate, ReconfigVMTask, RenameTask};
use vim25::types::VmRenamedEvent;
use vim25::{MoRef, Value};

use crate::behaviour::datastore_files;
use crate::behaviour::events::about;
use crate::behaviour::host_system::{HostSystem, check_reachable};
use crate::behaviour::server::Quirk;
use crate::dispatch::{Call, Dispatch};
use crate::fault::Fault;
use crate::inventory::{Entity, check_new_name, escaped_name};
use crate::storage::{DatastorePath, Storage};
use crate::store::Transaction;
use crate::task::TaskSpec;

use super::config::files_of;
use super::devices;
use super::object::VirtualMachine;
use super::power::invalid_power_state;
use super::reconfigure::reconfigure;
use super::register::unregister_vm;
use super::{
    hardware_version, make, media, migrate, power, power_on_multi, relocate, snapshot_methods,
    unregistered,
};

pub(in crate::behaviour) fn register(dispatch: &mut Dispatch) {
    power::register(dispatch);
    migrate::register(dispatch);
    relocate::register(dispatch);
    snapshot_methods::register(dispatch);
    make::register(dispatch);
    unregistered::register(dispatch);
    media::register(dispatch);
    power_on_multi::register(dispatch);
    hardware_version::register(dispatch);
    dispatch.add::<ReconfigVMTask>(start_reconfigure);
    dispatch.add_for::<RenameTask>("VirtualMachine", |call, asked| {
        start(call, "VirtualMachine.rename", 1, move |tx, vm| {
            rename(tx, vm, &asked.new_name).map(|()| None)
        })
    });
    dispatch.add_for::<DestroyTask>("VirtualMachine", |call, _| {
        let storage = call.core().storage.clone();
        start(call, "VirtualMachine.destroy", 3, move |tx, vm| {
            check_removable(tx, vm)?;
            destroy(tx, vm, &storage).map(|()| None)
        })
    });
    dispatch.add::<MarkAsTemplate>(|call, _| {
        call.commit(|tx| {
            check_removable(tx, call.this())?;
            let now = tx.timestamp();
            let vm = tx.edit::<VirtualMachine>(call.this())?;
            vm.touch(now);
            vm.pool = None;
            vm.vmx = vm.vmx.replace(".vmx", ".vmtx").into();
            vm.quirks.push(Quirk::Template);
            Ok(())
        })
    });
}

/// Starts a task that changes the VM the call is for; `seconds` is how long it takes.
pub(super) fn start(
    call: &Call,
    description: &str,
    seconds: u64,
    change: impl FnOnce(&mut Transaction<'_>, &MoRef) -> Result<Option<Value>, Fault> + Send + 'static,
) -> Result<MoRef, Fault> {
    let vm = call.this().clone();
    if !call.snapshot().contains(&vm) {
        return Err(Fault::object_not_found(&vm));
    }
    let task = TaskSpec::new(description).on(&vm).takes(Duration::from_secs(seconds));
    call.start(task.finish(move |tx| {
        check_host(tx, &vm)?;
        change(tx, &vm)
    }))
}

/// Refuses while the server cannot talk to the VM's host.
pub(super) fn check_host(tx: &Transaction<'_>, vm: &MoRef) -> Result<(), Fault> {
    let Some(host) = &tx.get::<VirtualMachine>(vm)?.host else { return Ok(()) };
    check_reachable(tx.get::<HostSystem>(host)?)
}

fn start_reconfigure(call: &Call, asked: ReconfigVMTask) -> Result<MoRef, Fault> {
    let (vm, spec) = (call.this().clone(), asked.spec);
    let locked = call.commit(|tx| {
        if !media::is_locked(tx, &vm, &spec)? {
            return Ok(None);
        }
        let task = TaskSpec::new("VirtualMachine.reconfigure").on(&vm).open_ended();
        let task = tx.start_task(task.name_if_unset(call.method().name));
        media::ask(tx, &vm, task.clone(), spec.clone())?;
        Ok(Some(task))
    })?;
    if let Some(task) = locked {
        return Ok(task);
    }
    let storage = call.core().storage.clone();
    start(call, "VirtualMachine.reconfigure", 1, move |tx, vm| {
        media::check_images(tx, vm, &spec, &storage)?;
        reconfigure(tx, vm, &spec).map(|()| None)
    })
}

pub(super) fn refuse_under_ft(tx: &Transaction<'_>, vm: &MoRef) -> Result<(), Fault> {
    if tx.get::<VirtualMachine>(vm)?.partner().is_some() {
        return Err(Fault::not_supported("Fault Tolerance does not allow the operation."));
    }
    Ok(())
}

pub(in crate::behaviour) fn check_removable(tx: &Transaction<'_>, vm: &MoRef) -> Result<(), Fault> {
    refuse_under_ft(tx, vm)?;
    if tx.get::<VirtualMachine>(vm)?.is_on() {
        return Err(invalid_power_state(&PowerState::PoweredOn, Some(PowerState::PoweredOff)));
    }
    Ok(())
}

pub(super) fn rename(tx: &mut Transaction<'_>, vm: &MoRef, name: &str) -> Result<(), Fault> {
    let Entity { name: old_name, parent, .. } = tx.get::<VirtualMachine>(vm)?.entity.clone();
    if let Some(folder) = parent.filter(|_| old_name != escaped_name(name)) {
        check_new_name(tx, &folder, name)?;
    }
    let now = tx.timestamp();
    let machine = tx.edit::<VirtualMachine>(vm)?;
    machine.touch(now);
    machine.entity.name = escaped_name(name);
    let partner = machine.partner().cloned();
    if let Some(partner) = partner {
        tx.edit::<VirtualMachine>(&partner)?.entity.name = escaped_name(name);
    }
    let mut event = VmRenamedEvent::default();
    event.old_name = old_name;
    event.new_name = name.into();
    about(tx, vm, event, "Renamed");
    Ok(())
}

/// Takes a VM out of the inventory, and its files from the datastore.
pub(in crate::behaviour) fn destroy(
    tx: &mut Transaction<'_>,
    vm: &MoRef,
    storage: &Storage,
) -> Result<(), Fault> {
    let machine = tx.get::<VirtualMachine>(vm)?.clone();
    unregister_vm(tx, vm)?;
    let directory = DatastorePath::parse(machine.directory());
    let Some(directory) = directory.filter(|path| !path.path.is_root()) else { return Ok(()) };
    // VMs of a model have no real files, and what else is in the directory is not the VM's.
    for file in own_files(&machine, &directory) {
        if let Err(error) = storage.remove(&file) {
            tracing::debug!(%error, "a file of a destroyed VM was not removed");
        }
    }
    if storage.list(&directory).is_ok_and(|left| left.is_empty()) {
        let _ = storage.remove(&directory);
    }
    for datastore in devices::datastores(&machine) {
        datastore_files::recount(tx, storage, &datastore)?;
    }
    Ok(())
}

/// The files that go with a VM. An image in a drive is somebody else's, also in the VM's directory.
pub(super) fn own_files(machine: &VirtualMachine, directory: &DatastorePath) -> Vec<DatastorePath> {
    let own = files_of(machine).into_iter().filter_map(|(file, _)| DatastorePath::parse(&file));
    let nvram = machine.extra_config.iter().find(|(key, _)| key == "nvram");
    let nvram = nvram.map(|(_, name)| directory.join(name));
    own.chain(nvram).filter(|file| !file.path.is_root()).collect()
}
