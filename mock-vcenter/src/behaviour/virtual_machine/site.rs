//! Where a new VM goes: [`Site`], found from what a client asked for.

use vim25::MoRef;
use vim25::types::{InvalidDatastore, NoDiskSpace};

use crate::behaviour::cluster_compute_resource::{hosts, pool_of};
use crate::behaviour::datastore::{self, Datastore};
use crate::behaviour::datastore_files;
use crate::behaviour::host_system::HostSystem;
use crate::behaviour::resource_pool::ResourcePool;
use crate::dispatch::Call;
use crate::fault::Fault;
use crate::inventory::{Folder, datacenter_of};
use crate::storage::{DatastorePath, FilePath, Storage};
use crate::store::{Snapshot, Transaction};

use super::object::VirtualMachine;
use super::register::bytes_on;

/// Where a VM is made.
#[derive(Clone, Debug)]
pub struct Site {
    /// Its folder.
    pub folder: MoRef,
    /// Its resource pool.
    pub pool: MoRef,
    /// Its host.
    pub host: MoRef,
    /// The datastore of its files.
    pub datastore: MoRef,
    /// The directory of its files.
    pub directory: DatastorePath,
    /// The name that the directory was picked for, unless the client named one.
    pub picked_for: Option<String>,
    /// The name of its configuration file, where the client gave one.
    pub vmx: Option<String>,
}

impl Site {
    /// Refuses a place that has gone since it was found.
    ///
    /// # Errors
    /// `ManagedObjectNotFound`, and `InvalidState` of the host.
    pub fn check(&self, tx: &Transaction<'_>) -> Result<(), Fault> {
        tx.get::<Folder>(&self.folder)?;
        tx.get::<ResourcePool>(&self.pool)?;
        tx.get::<Datastore>(&self.datastore)?;
        if !tx.get::<HostSystem>(&self.host)?.is_active() {
            return Err(Fault::invalid_state("The host is not available."));
        }
        Ok(())
    }

    /// The place with another directory, where the picked one was taken since it was found.
    ///
    /// # Errors
    /// `InvalidName` when there is none.
    pub fn with_free_directory(
        self,
        tx: &mut Transaction<'_>,
        storage: &Storage,
    ) -> Result<Self, Fault> {
        let Some(name) = &self.picked_for else { return Ok(self) };
        let directory = new_directory(tx.view(), storage, &self.datastore, name)?;
        Ok(Self { directory, ..self })
    }
}

/// What a client says about where a VM goes.
#[derive(Clone, Debug)]
pub struct Wanted<'a> {
    /// Its folder.
    pub folder: MoRef,
    /// Its resource pool.
    pub pool: &'a MoRef,
    /// Its host; without one the first that reaches the datastore.
    pub host: Option<&'a MoRef>,
    /// Its name.
    pub name: &'a str,
    /// `[datastore]`, or with the directory or file of the VM.
    pub path: &'a DatastorePath,
}

/// Finds the place.
///
/// # Errors
/// `ManagedObjectNotFound`, `InvalidDatastore` when no host of the pool reaches it, `InvalidArgument` for a host
/// that is not one of the pool's, `InvalidName`.
pub fn find_site(call: &Call, snapshot: &Snapshot, wanted: Wanted<'_>) -> Result<Site, Fault> {
    let Wanted { folder, pool, host, name, path } = wanted;
    let into = snapshot.get::<Folder>(&folder).ok_or_else(|| Fault::object_not_found(&folder))?;
    if !into.child_type.iter().any(|kind| kind == "VirtualMachine") {
        return Err(Fault::not_supported("The folder holds no virtual machines."));
    }
    let found = snapshot.get::<ResourcePool>(pool).ok_or_else(|| Fault::object_not_found(pool))?;
    let members = hosts(&found.owner, snapshot);
    let missing = || {
        let name = Some(path.datastore.as_str().into());
        let detail = InvalidDatastore { name, ..Default::default() };
        Fault::new(detail, format!("Datastore '{}' is not accessible.", path.datastore))
    };
    let datacenter = datacenter_of(snapshot, &folder).ok_or_else(missing)?;
    let datastore = datastore_files::datastore_in(snapshot, &datacenter, &path.datastore);
    let datastore = datastore.ok_or_else(missing)?;
    let usable = |id: &&MoRef| {
        let found = snapshot.get::<HostSystem>(id);
        found.is_some_and(|host| host.is_active() && host.datastores.contains(&datastore))
    };
    let host = match host {
        Some(host) if !members.contains(host) => return Err(Fault::invalid_argument("host")),
        Some(host) => Some(host).filter(usable),
        None => members.iter().find(usable),
    };
    let storage = &call.core().storage;
    let (directory, picked_for) = match directory_in(path) {
        Some(asked) => (asked, None),
        None => (new_directory(snapshot, storage, &datastore, name)?, Some(name.to_owned())),
    };
    let host = host.ok_or_else(missing)?.clone();
    let file = path.path.name();
    let vmx = file.ends_with(".vmx").then(|| file.to_owned());
    Ok(Site { folder, pool: pool.clone(), host, datastore, directory, picked_for, vmx })
}

/// The root pool of a host by itself, or of its cluster.
pub(super) fn pool_of_host(snapshot: &Snapshot, host: &MoRef) -> Option<MoRef> {
    let owner = snapshot.get::<HostSystem>(host)?.entity.parent.clone()?;
    pool_of(&owner, snapshot)
}

/// The directory that a path names: itself, or that of the file; `None` for the datastore as such.
fn directory_in(path: &DatastorePath) -> Option<DatastorePath> {
    let is_file = path.path.name().ends_with(".vmx");
    let named = if is_file { path.path.parent() } else { path.path.clone() };
    (!named.is_root()).then(|| DatastorePath { path: named, datastore: path.datastore.clone() })
}

/// Refuses a VM whose disks, which are counted already, are more than the datastore has.
///
/// # Errors
/// `NoDiskSpace`.
pub fn check_space(tx: &mut Transaction<'_>, vm: &MoRef, site: &Site) -> Result<(), Fault> {
    let needed = bytes_on(tx.get::<VirtualMachine>(vm)?, &site.datastore);
    if datastore::balance(tx.view(), &site.datastore) < 0 && needed > 0 {
        return Err(no_space(&site.directory.datastore, &site.directory.to_string()));
    }
    Ok(())
}

/// The fault for a full datastore.
#[must_use]
pub fn no_space(datastore: &str, file: &str) -> Fault {
    let mut detail = NoDiskSpace { datastore: datastore.into(), ..Default::default() };
    detail.file = file.into();
    Fault::new(detail, format!("Insufficient disk space on datastore '{datastore}'."))
}

/// A directory for a new VM's files that none has yet: its name, or that with a number.
///
/// # Errors
/// `InvalidName` when no directory can have the name.
pub(super) fn new_directory(
    snapshot: &Snapshot,
    storage: &Storage,
    datastore: &MoRef,
    name: &str,
) -> Result<DatastorePath, Fault> {
    let taken = |path: &DatastorePath| {
        let listed = datastore_files::list(snapshot, storage, datastore, path);
        !matches!(listed, Ok(None))
    };
    let found = snapshot.get::<Datastore>(datastore);
    let found = found.ok_or_else(|| Fault::object_not_found(datastore))?;
    let plain = name.replace(['/', '\\', '%'], "_");
    let numbered = (1..1000).map(|number| format!("{plain}_{number}"));
    let mut names = std::iter::once(plain.clone()).chain(numbered);
    let path = |name: String| {
        let path = FilePath::parse(&name).filter(|path| !path.is_root())?;
        Some(DatastorePath { datastore: found.entity.name.to_string(), path })
    };
    names.find_map(|name| path(name).filter(|path| !taken(path))).ok_or_else(|| {
        let detail = vim25::types::InvalidName { name: name.into(), ..Default::default() };
        Fault::new(detail, format!("The name '{name}' is invalid."))
    })
}
