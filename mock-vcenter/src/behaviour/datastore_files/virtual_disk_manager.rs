//! The managed object `VirtualDiskManager`: disks as the files that hold them, a descriptor with its extents.

use vim25::MoRef;
use vim25::methods::{DeleteVirtualDiskTask, MoveVirtualDiskTask};

use super::file_manager::{as_fault, make_room, not_found, start};
use super::list::recount;
use super::places::target;
use crate::dispatch::{Call, Dispatch};
use crate::fault::Fault;
use crate::storage::{DatastorePath, Storage};

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

/// The files of a disk that are there, the descriptor first.
fn files_of(storage: &Storage, descriptor: &DatastorePath) -> Result<Vec<DatastorePath>, Fault> {
    let is_file = |path: &DatastorePath| {
        let found = storage.look(path).map_err(|error| as_fault(&error))?;
        Ok(found.is_some_and(|found| found.size.is_some()))
    };
    if !is_file(descriptor)? {
        return Err(not_found(descriptor));
    }
    let mut files = vec![descriptor.clone()];
    if let Some(extent) = extent(descriptor)
        && is_file(&extent)?
    {
        files.push(extent);
    }
    Ok(files)
}

fn delete(call: &Call, asked: DeleteVirtualDiskTask) -> Result<MoRef, Fault> {
    let (datastore, path) = target(&call.snapshot(), &asked.name, asked.datacenter.as_ref())?;
    start(call, "VirtualDiskManager.deleteVirtualDisk", move |tx, storage| {
        for file in files_of(storage, &path)? {
            storage.remove(&file).map_err(|error| as_fault(&error))?;
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
        let sources = files_of(storage, &from)?;
        let places: Vec<DatastorePath> = [to.clone()].into_iter().chain(extent(&to)).collect();
        let moves: Vec<_> = sources.iter().zip(&places).collect();
        make_room(tx, storage, &destination, &moves, force)?;
        for (from, to) in moves {
            storage.rename(from, to).map_err(|error| as_fault(&error))?;
        }
        recount(tx, storage, &source)?;
        recount(tx, storage, &destination)
    })
}
