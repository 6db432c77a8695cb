//! The managed object `FileManager`, and what it shares with the manager of disks.

use std::sync::Arc;
use std::time::Duration;

use vim25::methods::{DeleteDatastoreFileTask, MakeDirectory, MoveDatastoreFileTask};
use vim25::types::{FileAlreadyExists, FileFault, FileNotFound, InvalidDatastorePath};
use vim25::{DataObject, IsA, MoRef};

use crate::behaviour::virtual_machine::forget_files;
use crate::dispatch::{Call, Dispatch};
use crate::fault::Fault;
use crate::storage::{DatastorePath, Storage, StorageError};
use crate::store::Transaction;
use crate::task::TaskSpec;

use super::list::{list, recount};
use super::places::target;

pub(super) fn register(dispatch: &mut Dispatch) {
    dispatch.add::<MakeDirectory>(make_directory);
    dispatch.add::<DeleteDatastoreFileTask>(delete);
    dispatch.add::<MoveDatastoreFileTask>(move_file);
}

/// A file fault about `path`.
pub(super) fn about<F: DataObject + IsA<FileFault> + IsA<vim25::types::MethodFault>>(
    mut detail: F,
    path: &DatastorePath,
    message: &str,
) -> Fault {
    if let Some(base) = (&mut detail as &mut dyn DataObject).as_type_mut::<FileFault>() {
        base.file = path.to_string().into();
    }
    Fault::new(detail, format!("{message} {path}"))
}

pub(super) fn not_found(path: &DatastorePath) -> Fault {
    about(FileNotFound::default(), path, "File was not found:")
}

pub(super) fn as_fault(error: &StorageError) -> Fault {
    match error {
        StorageError::NotFound(path) => not_found(path),
        StorageError::Exists(path) => exists(path),
        StorageError::WrongKind(path) => {
            let mut detail = InvalidDatastorePath::default();
            detail.datastore_path = path.to_string().into();
            Fault::new(detail, format!("Invalid datastore path '{path}'."))
        }
        StorageError::System { .. } => Fault::system_error(error.to_string()),
    }
}

fn exists(path: &DatastorePath) -> Fault {
    about(FileAlreadyExists::default(), path, "The file or folder already exists:")
}

fn make_directory(call: &Call, asked: MakeDirectory) -> Result<(), Fault> {
    let snapshot = call.snapshot();
    let (datastore, path) = target(&snapshot, &asked.name, asked.datacenter.as_ref())?;
    let storage = &call.core().storage;
    let listed = |path: &DatastorePath| {
        list(&snapshot, storage, &datastore, path).map_err(|error| as_fault(&error))
    };
    if path.path.is_root() || listed(&path)?.is_some() {
        return Err(exists(&path));
    }
    let parent = DatastorePath { path: path.path.parent(), ..path.clone() };
    if listed(&parent)?.is_none() && asked.create_parent_directories != Some(true) {
        return Err(not_found(&parent));
    }
    storage.make_directory(&path).map_err(|error| as_fault(&error))
}

/// Starts a vim task that changes files.
pub(super) fn start(
    call: &Call,
    description: &str,
    change: impl FnOnce(&mut Transaction<'_>, &Arc<Storage>) -> Result<(), Fault> + Send + 'static,
) -> Result<MoRef, Fault> {
    let storage = call.core().storage.clone();
    let task = TaskSpec::new(description).takes(Duration::from_millis(500));
    call.start(task.finish(move |tx| change(tx, &storage).map(|()| None)))
}

fn delete(call: &Call, asked: DeleteDatastoreFileTask) -> Result<MoRef, Fault> {
    let (datastore, path) = target(&call.snapshot(), &asked.name, asked.datacenter.as_ref())?;
    start(call, "FileManager.deleteFile", move |tx, storage| {
        let had_vm = forget_files(tx, &datastore, &path);
        match storage.remove(&path) {
            // The files of a VM may be known by its configuration alone.
            Err(StorageError::NotFound(_)) if had_vm => {}
            removed => removed.map_err(|error| as_fault(&error))?,
        }
        recount(tx, storage, &datastore)
    })
}

fn move_file(call: &Call, asked: MoveDatastoreFileTask) -> Result<MoRef, Fault> {
    let snapshot = call.snapshot();
    let (source, from) = target(&snapshot, &asked.source_name, asked.source_datacenter.as_ref())?;
    let datacenter = asked.destination_datacenter.as_ref().or(asked.source_datacenter.as_ref());
    let (destination, to) = target(&snapshot, &asked.destination_name, datacenter)?;
    let force = asked.force == Some(true);
    start(call, "FileManager.moveFile", move |tx, storage| {
        make_room(tx, storage, &destination, &[(&from, &to)], force)?;
        storage.rename(&from, &to).map_err(|error| as_fault(&error))?;
        recount(tx, storage, &source)?;
        recount(tx, storage, &destination)
    })
}

/// Sees to it that files can be moved, each from one place to another of the same directory: with `force` what is there
/// goes. Nothing is changed when one of them cannot be moved.
pub(super) fn make_room(
    tx: &mut Transaction<'_>,
    storage: &Storage,
    destination: &MoRef,
    moves: &[(&DatastorePath, &DatastorePath)],
    force: bool,
) -> Result<(), Fault> {
    let refused = |error: StorageError| as_fault(&error);
    let mut in_the_way = Vec::new();
    for (from, to) in moves {
        if storage.look(from).map_err(refused)?.is_none() {
            return Err(not_found(from));
        }
        let parent = DatastorePath { path: to.path.parent(), ..(*to).clone() };
        if list(tx.view(), storage, destination, &parent).map_err(refused)?.is_none() {
            return Err(not_found(&parent));
        }
        if let Some(found) = storage.look(to).map_err(refused)? {
            if from == to || !force || found.size.is_none() {
                return Err(exists(to));
            }
            in_the_way.push(*to);
        }
    }
    for (_, to) in moves {
        let parent = DatastorePath { path: to.path.parent(), ..(*to).clone() };
        storage.make_directory(&parent).map_err(refused)?;
    }
    in_the_way.into_iter().try_for_each(|place| storage.remove(place).map_err(refused))
}
