//! The managed object `VirtualDiskManager`: disks as the files that hold them, a descriptor with its extents.

use vim25::MoRef;
use vim25::methods::{DeleteVirtualDiskTask, MoveVirtualDiskTask};

use super::file_manager::{as_fault, not_found, start};
use super::list::{list, recount};
use super::places::target;
use crate::dispatch::{Call, Dispatch};
use crate::fault::Fault;
use crate::product::Product;
use crate::storage::{DatastorePath, Storage, StorageError};
use crate::store::{At, ManagedObject, Property, Transaction};

/// The manager of virtual disks.
#[derive(Clone)]
struct VirtualDiskManager;

impl ManagedObject for VirtualDiskManager {
    fn kind(&self) -> &'static str {
        "VirtualDiskManager"
    }

    fn property<'a>(&'a self, _name: &str, _at: &At<'a>) -> Option<Property<'a>> {
        None
    }
}

pub(super) fn populate(tx: &mut Transaction<'_>, product: Product) {
    let id = MoRef::new("VirtualDiskManager", product.id("virtualDiskManager", "ha-vdiskmanager"));
    tx.insert(id, VirtualDiskManager);
}

pub(super) fn register(dispatch: &mut Dispatch) {
    dispatch.add::<DeleteVirtualDiskTask>(delete);
    dispatch.add::<MoveVirtualDiskTask>(move_disk);
}

/// The file beside a descriptor that holds what is on the disk.
fn extent(descriptor: &DatastorePath) -> Option<DatastorePath> {
    let name = format!("{}-flat.vmdk", descriptor.path.name().strip_suffix(".vmdk")?);
    let path = descriptor.path.parent().join(&name);
    Some(DatastorePath { datastore: descriptor.datastore.clone(), path })
}

fn exists(storage: &Storage, path: &DatastorePath) -> Result<bool, StorageError> {
    Ok(storage.look(path)?.is_some_and(|found| found.size.is_some()))
}

fn delete(call: &Call, asked: DeleteVirtualDiskTask) -> Result<MoRef, Fault> {
    let (datastore, path) = target(&call.snapshot(), &asked.name, asked.datacenter.as_ref())?;
    start(call, "VirtualDiskManager.deleteVirtualDisk", move |tx, storage| {
        let refused = |error: StorageError| as_fault(&error);
        if !exists(storage, &path).map_err(refused)? {
            return Err(not_found(&path));
        }
        storage.remove(&path).map_err(refused)?;
        if let Some(extent) = extent(&path)
            && exists(storage, &extent).map_err(refused)?
        {
            storage.remove(&extent).map_err(refused)?;
        }
        recount(tx, storage, &datastore)
    })
}

fn move_disk(call: &Call, asked: MoveVirtualDiskTask) -> Result<MoRef, Fault> {
    let snapshot = call.snapshot();
    let (source, from) = target(&snapshot, &asked.source_name, asked.source_datacenter.as_ref())?;
    let datacenter = asked.dest_datacenter.as_ref().or(asked.source_datacenter.as_ref());
    let (destination, to) = target(&snapshot, &asked.dest_name, datacenter)?;
    let force = asked.force == Some(true);
    start(call, "VirtualDiskManager.moveVirtualDisk", move |tx, storage| {
        let refused = |error: StorageError| as_fault(&error);
        if !exists(storage, &from).map_err(refused)? {
            return Err(not_found(&from));
        }
        let parent = DatastorePath { path: to.path.parent(), ..to.clone() };
        if list(tx.view(), storage, &destination, &parent).map_err(refused)?.is_none() {
            return Err(not_found(&parent));
        }
        storage.make_directory(&parent).map_err(refused)?;
        let extents = extent(&from).zip(extent(&to));
        for (from, to) in [Some((from, to)), extents].into_iter().flatten() {
            if !exists(storage, &from).map_err(refused)? {
                continue;
            }
            if force && exists(storage, &to).map_err(refused)? {
                storage.remove(&to).map_err(refused)?;
            }
            storage.rename(&from, &to).map_err(refused)?;
        }
        recount(tx, storage, &source)?;
        recount(tx, storage, &destination)
    })
}
