//! What `/nfc` needs to know of leases: which file an address stands for, and that a file has come in.

use std::sync::Arc;

use vim25::MoRef;
use vim25::enums::HttpNfcLeaseState as State;

use crate::behaviour::datastore;
use crate::behaviour::datastore_files::recount;
use crate::behaviour::virtual_machine::{VirtualMachine, no_space};
use crate::core::Core;
use crate::fault::Fault;
use crate::storage::{DatastorePath, Storage};
use crate::store::{Origin, Store};

use super::lease::HttpNfcLease;
use super::lifecycle::fail;

/// A file that may come in.
#[derive(Clone, Debug)]
pub(crate) struct Accepted {
    pub(crate) lease: MoRef,
    pub(crate) file: DatastorePath,
    pub(crate) is_disk: bool,
    /// Bytes left on its datastore.
    pub(crate) free: u64,
    target: String,
    datastore: MoRef,
}

impl Accepted {
    /// True while the lease still waits for the file.
    pub(crate) fn is_wanted(&self, store: &Store) -> bool {
        let snapshot = store.snapshot();
        snapshot.get::<HttpNfcLease>(&self.lease).is_some_and(|it| it.state == State::Ready)
    }

    /// The fault of a datastore that is full.
    pub(crate) fn no_space(&self) -> Fault {
        no_space(&self.file.datastore, &self.file.to_string())
    }
}

/// The file that an address of a lease stands for, from now on coming in; `None` for any other address.
pub(crate) fn accept(core: &Core, ticket: &str, target: &str) -> Option<Accepted> {
    let snapshot = core.store.snapshot();
    let (id, lease) = HttpNfcLease::with_ticket(&snapshot, ticket)?;
    let device = lease.devices.iter().find(|device| device.target == target)?;
    if lease.state != State::Ready || device.is_coming {
        return None;
    }
    let accepted = Accepted {
        lease: id.clone(),
        file: device.file.clone(),
        is_disk: device.disk.is_some(),
        free: u64::try_from(free_for(&snapshot, lease, device.disk)).unwrap_or(0),
        target: target.to_owned(),
        datastore: lease.datastore.clone(),
    };
    set_coming(core, &accepted, true);
    Some(accepted)
}

/// Room for a file: a thick disk has its own already.
fn free_for(snapshot: &crate::store::Snapshot, lease: &HttpNfcLease, disk: Option<i32>) -> i64 {
    let free = datastore::free_in(snapshot, &lease.datastore);
    let vm = lease.vm.as_ref().and_then(|vm| snapshot.get::<VirtualMachine>(vm));
    let (Some(vm), Some(key)) = (vm, disk) else { return free };
    free + vm.disk_bytes(key)
}

fn set_coming(core: &Core, accepted: &Accepted, is_coming: bool) {
    let set = core.store.commit(&Origin::default(), |tx| {
        let lease = tx.edit::<HttpNfcLease>(&accepted.lease)?;
        let device = lease.devices.iter_mut().find(|device| device.target == accepted.target);
        if let Some(device) = device {
            device.is_coming = is_coming;
        }
        Ok(())
    });
    if let Err(fault) = set {
        tracing::debug!(%fault, "the lease of a transfer is gone");
    }
}

/// Tells the lease how a transfer ended: bytes that are in place, nothing because the connection broke, or a
/// fault that ends the lease.
pub(crate) fn arrived(core: &Core, accepted: &Accepted, outcome: Result<Option<u64>, Fault>) {
    set_coming(core, accepted, false);
    let storage: &Arc<Storage> = &core.storage;
    let told = core.store.commit(&Origin::default(), |tx| match outcome {
        Ok(None) => Ok(()),
        Err(fault) => fail(tx, &accepted.lease, fault, storage),
        Ok(Some(bytes)) => {
            let lease = tx.edit::<HttpNfcLease>(&accepted.lease)?;
            let vm = lease.vm.clone();
            let device = lease.devices.iter_mut().find(|device| device.target == accepted.target);
            let disk = device.and_then(|device| {
                device.uploaded = Some(bytes);
                device.disk
            });
            if let (Some(vm), Some(key)) = (vm, disk) {
                let bytes = i64::try_from(bytes).unwrap_or(i64::MAX);
                tx.edit::<VirtualMachine>(&vm)?.content.insert(key, bytes);
            }
            recount(tx, storage, &accepted.datastore)
        }
    });
    if let Err(fault) = told {
        tracing::debug!(%fault, "the lease of a transfer is gone");
    }
}
