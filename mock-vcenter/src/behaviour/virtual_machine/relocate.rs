//! `RelocateVM_Task`: a VM changes its host, its pool, its folder, and the datastores of its files.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use vim25::MoRef;
use vim25::methods::RelocateVMTask;
use vim25::types::{
    HostEventArgument, InaccessibleDatastore, VirtualDeviceFileBackingInfo,
    VirtualMachineRelocateSpec, VmRelocatedEvent,
};

use crate::behaviour::cluster_compute_resource::hosts;
use crate::behaviour::datastore::{self, is_reachable};
use crate::behaviour::datastore_files;
use crate::behaviour::events::about;
use crate::behaviour::host_system::HostSystem;
use crate::behaviour::move_into_folder;
use crate::behaviour::resource_pool::{self, ResourcePool};
use crate::dispatch::{Call, Dispatch};
use crate::fault::Fault;
use crate::storage::{DatastorePath, Storage, StorageError};
use crate::store::Transaction;
use crate::task::TaskSpec;

use super::devices::{self, disks, file_of};
use super::methods::{check_host, own_files, refuse_under_ft};
use super::migrate::migrate;
use super::object::VirtualMachine;
use super::site::{new_directory, no_space};

pub(super) fn register(dispatch: &mut Dispatch) {
    dispatch.add::<RelocateVMTask>(start);
}

fn start(call: &Call, asked: RelocateVMTask) -> Result<MoRef, Fault> {
    let (id, spec) = (call.this().clone(), asked.spec);
    let snapshot = call.snapshot();
    let named = [&spec.host, &spec.pool, &spec.folder, &spec.datastore].into_iter().flatten();
    let on_disks = spec.disk.iter().map(|disk| &disk.datastore);
    if let Some(gone) =
        [&id].into_iter().chain(named).chain(on_disks).find(|one| !snapshot.contains(one))
    {
        return Err(Fault::object_not_found(gone));
    }
    let from = snapshot.get::<VirtualMachine>(&id).and_then(|vm| vm.host.clone());
    let loaded = from.into_iter().chain(spec.host.clone());
    let storage = call.core().storage.clone();
    let task = TaskSpec::new("VirtualMachine.relocate").on(&id).loads(loaded);
    call.start(task.takes(Duration::from_secs(8)).finish(move |tx| {
        check_host(tx, &id)?;
        relocate(tx, &id, &spec, &storage).map(|()| None)
    }))
}

fn relocate(
    tx: &mut Transaction<'_>,
    id: &MoRef,
    spec: &VirtualMachineRelocateSpec,
    storage: &Arc<Storage>,
) -> Result<(), Fault> {
    let vm = tx.get::<VirtualMachine>(id)?.clone();
    let host = target_host(tx, &vm, spec)?;
    move_files(tx, id, spec, host.as_ref(), storage)?;
    if let Some(host) = host.filter(|host| vm.host.as_ref() != Some(host)) {
        migrate(tx, id, &host)?;
    }
    if let Some(pool) = spec.pool.as_ref().filter(|_| !vm.is_template()) {
        resource_pool::move_into(tx, id, pool)?;
    }
    if let Some(folder) = &spec.folder {
        move_into_folder::move_into(tx, id, folder)?;
    }
    Ok(())
}

/// The host asked for; where only a pool of another cluster is named, the first there that works.
fn target_host(
    tx: &mut Transaction<'_>,
    vm: &VirtualMachine,
    spec: &VirtualMachineRelocateSpec,
) -> Result<Option<MoRef>, Fault> {
    let Some(pool) = &spec.pool else { return Ok(spec.host.clone().or(vm.host.clone())) };
    let owner = tx.get::<ResourcePool>(pool)?.owner.clone();
    let members = hosts(&owner, tx.view()).to_vec();
    let asked = spec.host.as_ref().or(vm.host.as_ref());
    if let Some(host) = asked.filter(|host| members.contains(host)) {
        return Ok(Some(host.clone()));
    }
    if spec.host.is_some() {
        return Err(Fault::invalid_argument("spec.pool"));
    }
    let works = |host: &&MoRef| tx.get::<HostSystem>(host).is_ok_and(HostSystem::is_active);
    let found = members.iter().find(works).cloned();
    found.map(Some).ok_or_else(|| Fault::invalid_argument("spec.pool"))
}

/// Where the files go: the home, and each disk by its key.
struct Goal {
    home: MoRef,
    disks: BTreeMap<i32, MoRef>,
}

impl Goal {
    fn of(vm: &VirtualMachine, spec: &VirtualMachineRelocateSpec) -> Self {
        let home = spec.datastore.as_ref().unwrap_or(&vm.home).clone();
        let own = spec.disk.iter().map(|disk| (disk.disk_id, disk.datastore.clone()));
        let own: BTreeMap<i32, MoRef> = own.collect();
        let disks = disks(&vm.devices).filter_map(|disk| {
            let present = devices::disk_datastore(disk).cloned();
            let target = own.get(&disk.key).or(spec.datastore.as_ref()).cloned();
            Some((disk.key, target.or(present)?))
        });
        Self { home, disks: disks.collect() }
    }

    fn is_present(&self, vm: &VirtualMachine) -> bool {
        let stays = |disk: &vim25::types::VirtualDisk| {
            devices::disk_datastore(disk) == self.disks.get(&disk.key)
        };
        self.home == vm.home && disks(&vm.devices).all(stays)
    }
}

fn move_files(
    tx: &mut Transaction<'_>,
    id: &MoRef,
    spec: &VirtualMachineRelocateSpec,
    host: Option<&MoRef>,
    storage: &Arc<Storage>,
) -> Result<(), Fault> {
    let vm = tx.get::<VirtualMachine>(id)?.clone();
    let goal = Goal::of(&vm, spec);
    if goal.is_present(&vm) {
        return Ok(());
    }
    refuse_under_ft(tx, id)?;
    if !vm.snapshots.is_empty() {
        let text = "This server does not move the files of virtual machines with snapshots.";
        return Err(Fault::not_supported(text));
    }
    let targets = std::iter::once(&goal.home).chain(goal.disks.values());
    let reached = |store: &&MoRef| host.is_none_or(|host| is_reachable(tx, store, host));
    if let Some(lost) = targets.clone().find(|store| !reached(store)) {
        let mut detail = InaccessibleDatastore::default();
        detail.datastore = Some(lost.clone());
        return Err(Fault::new(detail, "The host does not reach the datastore."));
    }
    let moves = put(tx, id, &vm, &goal, storage)?;
    for store in targets.clone() {
        if datastore::balance(tx.view(), store) < 0 {
            let name = tx.name_of(store).unwrap_or_default();
            return Err(no_space(&name, tx.get::<VirtualMachine>(id)?.directory()));
        }
    }
    for (from, to) in moves {
        carry(storage, &from, &to)?;
    }
    if let Some(old) = DatastorePath::parse(vm.directory()).filter(|_| goal.home != vm.home) {
        let moved = DatastorePath::parse(tx.get::<VirtualMachine>(id)?.directory());
        move_directory(storage, &old, moved.as_ref())?;
    }
    for store in devices::datastores(&vm).iter().chain(targets) {
        datastore_files::recount(tx, storage, store)?;
    }
    let mut event = VmRelocatedEvent::default();
    if let Some(from) = vm.host {
        let name = tx.name_of(&from).unwrap_or_default();
        event.source_host = HostEventArgument { host: from, ..Default::default() };
        event.source_host.name = name;
    }
    about(tx, id, event, "Relocated");
    Ok(())
}

/// Gives the files their new paths, and tells which file goes where.
fn put(
    tx: &mut Transaction<'_>,
    id: &MoRef,
    vm: &VirtualMachine,
    goal: &Goal,
    storage: &Storage,
) -> Result<Vec<(DatastorePath, DatastorePath)>, Fault> {
    let old = DatastorePath::parse(vm.directory());
    let old = old.ok_or_else(|| Fault::invalid_state("The VM has no directory."))?;
    let directory = match goal.home == vm.home {
        true => old.clone(),
        false => new_directory(tx.view(), storage, &goal.home, &vm.entity.name)?,
    };
    let mut moves = Vec::new();
    let mut made = vm.devices.clone();
    for device in &mut made {
        let Some(store) = goal.disks.get(&device.key) else { continue };
        let Some(file) = file_of(device) else { continue };
        let place = DatastorePath {
            datastore: tx.name_of(store).unwrap_or_default().to_string(),
            path: directory.path.clone(),
        };
        let to = place.join(file.path.name());
        let backing = Arc::make_mut(device).backing.as_mut();
        let backing = backing.and_then(|one| one.downcast_mut::<VirtualDeviceFileBackingInfo>());
        if let Some(backing) = backing.filter(|_| to != file) {
            backing.file_name = to.to_string().into();
            backing.datastore = Some(store.clone());
            moves.push((file, to));
        }
    }
    if directory != old {
        let others = own_files(vm, &old).into_iter();
        let known: Vec<DatastorePath> = moves.iter().map(|(from, _)| from.clone()).collect();
        moves.extend(others.filter(|file| !known.contains(file)).map(|file| {
            let to = directory.join(file.path.name());
            (file, to)
        }));
    }
    let now = tx.timestamp();
    let machine = tx.edit::<VirtualMachine>(id)?;
    machine.devices = made;
    machine.home = goal.home.clone();
    if let Some(vmx) = DatastorePath::parse(&vm.vmx) {
        machine.vmx = directory.join(vmx.path.name()).to_string().into();
    }
    machine.touch(now);
    Ok(moves)
}

/// The directory goes along when nobody else has anything in it.
fn move_directory(
    storage: &Storage,
    old: &DatastorePath,
    new: Option<&DatastorePath>,
) -> Result<(), Fault> {
    let failed = |error: StorageError| Fault::system_error(error.to_string());
    if old.path.is_root() || storage.look(old).map_err(failed)?.is_none() {
        return Ok(());
    }
    if let Some(new) = new {
        storage.make_directory(new).map_err(failed)?;
    }
    if storage.list(old).map_err(failed)?.is_empty() {
        storage.remove(old).map_err(failed)?;
    }
    Ok(())
}

/// Moves what really is there: VMs of a model have no real files.
fn carry(storage: &Storage, from: &DatastorePath, to: &DatastorePath) -> Result<(), Fault> {
    let failed = |error: StorageError| Fault::system_error(error.to_string());
    if storage.look(from).map_err(failed)?.is_none() {
        return Ok(());
    }
    let directory = DatastorePath { path: to.path.parent(), datastore: to.datastore.clone() };
    storage.make_directory(&directory).map_err(failed)?;
    storage.rename(from, to).map_err(failed)
}
