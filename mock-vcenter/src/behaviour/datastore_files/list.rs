//! What is in a directory of a datastore, and what room files take.

use std::collections::{BTreeMap, BTreeSet};
use std::time::SystemTime;

use vim25::MoRef;

use crate::behaviour::datastore::Datastore;
use crate::behaviour::virtual_machine;
use crate::fault::Fault;
use crate::storage::{DatastorePath, Entry, FilePath, Storage, StorageError};
use crate::store::{Snapshot, Transaction};

use super::generated::content;

/// A file or directory as it is listed.
pub(crate) type Listed = Entry;

/// What is in a directory, by name; `None` when there is no such directory.
///
/// # Errors
/// When the folder of the files cannot be read.
pub(crate) fn list(
    snapshot: &Snapshot,
    storage: &Storage,
    datastore: &MoRef,
    at: &DatastorePath,
) -> Result<Option<Vec<Listed>>, StorageError> {
    let is_real = match storage.look(at)? {
        Some(entry) if entry.size.is_some() => return Ok(None),
        found => found.is_some(),
    };
    let mut entries = BTreeMap::new();
    for (path, size) in files_of_vms(snapshot, datastore) {
        let parts = path.parts();
        let Some(inside) = parts.strip_prefix(at.path.parts()) else { continue };
        if let Some((name, deeper)) = inside.split_first() {
            let direct = deeper.is_empty();
            let place = || DatastorePath { path: path.clone(), ..at.clone() };
            let text = direct.then(|| content(snapshot, datastore, &place())).flatten();
            let size = text.map_or(size, |text| text.len() as u64);
            let size = direct.then_some(size);
            let modified = SystemTime::UNIX_EPOCH;
            let entry = Listed { name: name.clone(), size, modified };
            entries.entry(name.clone()).or_insert(entry);
        }
    }
    let known = is_real || at.path.is_root() || !entries.is_empty();
    for entry in storage.list(at)? {
        entries.insert(entry.name.clone(), entry);
    }
    Ok(known.then(|| entries.into_values().collect()))
}

/// The files of VMs on a datastore with their sizes, as their layout says.
fn files_of_vms(snapshot: &Snapshot, datastore: &MoRef) -> Vec<(FilePath, u64)> {
    let Some(found) = snapshot.get::<Datastore>(datastore) else { return Vec::new() };
    let files = virtual_machine::with_files_on(snapshot, datastore)
        .flat_map(virtual_machine::files_of)
        .filter_map(|(path, size)| Some((DatastorePath::parse(&path)?, size)));
    let own = files.filter(|(path, _)| path.datastore == *found.entity.name);
    own.map(|(path, size)| (path.path, u64::try_from(size).unwrap_or(0))).collect()
}

/// Counts the bytes of real files on a datastore. Disks of VMs are counted with their VMs.
///
/// # Errors
/// `ManagedObjectNotFound` when the datastore is gone.
pub(crate) fn recount(
    tx: &mut Transaction<'_>,
    storage: &Storage,
    datastore: &MoRef,
) -> Result<(), Fault> {
    let name = tx.get::<Datastore>(datastore)?.entity.name.to_string();
    let disks = disk_files(tx.view(), datastore);
    let root = DatastorePath { datastore: name, path: FilePath::default() };
    let files = storage.files_below(&root);
    let files = files.map_err(|error| Fault::system_error(error.to_string()))?;
    let others = files.into_iter().filter(|(path, _)| !disks.contains(&path.to_string()));
    let bytes: u64 = others.map(|(_, size)| size).sum();
    let bytes = i64::try_from(bytes).unwrap_or(i64::MAX);
    if tx.get::<Datastore>(datastore)?.file_bytes != bytes {
        tx.edit::<Datastore>(datastore)?.file_bytes = bytes;
    }
    Ok(())
}

fn disk_files(snapshot: &Snapshot, datastore: &MoRef) -> BTreeSet<String> {
    let vms = virtual_machine::with_files_on(snapshot, datastore);
    let disks = vms.flat_map(|vm| virtual_machine::disks(&vm.devices));
    disks.filter_map(|disk| Some(virtual_machine::file_of(disk)?.to_string())).collect()
}
