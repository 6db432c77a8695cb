//! The way of a lease: made, ready, kept alive, and its end with everything that was made for it.

use std::sync::Arc;
use std::time::Duration;

use vim25::enums::HttpNfcLeaseState as State;
use vim25::types::{Timedout, VirtualMachineConfigSpec};
use vim25::{MoRef, Str};

use crate::behaviour::datastore_files::recount;
use crate::behaviour::virtual_machine::{
    self, NewDevice, Site, VirtualMachine, check_space, create_vm,
};
use crate::fault::Fault;
use crate::guest;
use crate::session::{OWNED_BY, anchor};
use crate::storage::Storage;
use crate::store::Transaction;
use crate::task::VimTask;

use super::lease::{HttpNfcLease, LeaseDevice};

/// A finished lease is forgotten after this time.
const KEPT: Duration = Duration::from_secs(600);

/// Makes the VM of a lease, after which files can come in. A failure ends the lease.
pub(super) fn initialize(
    tx: &mut Transaction<'_>,
    lease: &MoRef,
    spec: &VirtualMachineConfigSpec,
    site: &Site,
    storage: &Arc<Storage>,
) -> Result<(), Fault> {
    if !tx.get::<HttpNfcLease>(lease).is_ok_and(HttpNfcLease::is_open) {
        return Ok(());
    }
    let made = tx.attempt(|tx| {
        let site = site.clone().with_free_directory(tx, storage)?;
        make(tx, spec, &site, storage).map(|made| (made, site.directory))
    });
    match made {
        Err(fault) => fail(tx, lease, fault, storage),
        Ok(((vm, devices), directory)) => {
            let now = tx.now();
            let found = tx.edit::<HttpNfcLease>(lease)?;
            found.directory = directory;
            found.state = State::Ready;
            found.vm = Some(vm.clone());
            found.devices = devices;
            found.deadline = now + Duration::from_secs(found.timeout);
            let (timeout, task) = (Duration::from_secs(found.timeout), found.task.clone());
            if let Ok(task) = tx.edit::<VimTask>(&task) {
                task.info.result = Some(vm.into());
            }
            watch(tx, lease.clone(), timeout, storage.clone());
            Ok(())
        }
    }
}

fn make(
    tx: &mut Transaction<'_>,
    spec: &VirtualMachineConfigSpec,
    site: &Site,
    storage: &Arc<Storage>,
) -> Result<(MoRef, Vec<LeaseDevice>), Fault> {
    site.check(tx)?;
    let created = create_vm(tx, spec, site)?;
    check_space(tx, &created.vm, site)?;
    storage
        .make_directory(&site.directory)
        .map_err(|error| Fault::system_error(error.to_string()))?;
    guest::ensure(tx, &created.vm)?;
    let mut devices: Vec<LeaseDevice> = Vec::new();
    for device in &created.devices {
        devices.push(lease_device(&created.vm, device, devices.len()));
    }
    for option in &spec.extra_config {
        let value = option.value.as_ref().and_then(|value| value.as_str()).unwrap_or_default();
        if let Some(name) = value.strip_prefix("ovf:/file/") {
            devices.push(other_file(&created.vm, spec, &option.key, name, site));
        }
    }
    Ok((created.vm, devices))
}

fn lease_device(vm: &MoRef, device: &NewDevice, place: usize) -> LeaseDevice {
    let target = if device.is_disk {
        format!("disk-{place}.vmdk").into()
    } else {
        Str::from(device.file.path.name())
    };
    LeaseDevice {
        key: format!("/{}/{}", vm.value, device.place).into(),
        import_key: device.import_key.as_str().into(),
        target,
        file: device.file.clone(),
        disk: device.is_disk.then_some(device.key),
        capacity: device.capacity,
        wants_sha256: false,
        uploaded: None,
        is_coming: false,
    }
}

fn other_file(
    vm: &MoRef,
    spec: &VirtualMachineConfigSpec,
    key: &Str,
    name: &str,
    site: &Site,
) -> LeaseDevice {
    let path = site.directory.path.join(name);
    LeaseDevice {
        key: format!("/{}/{key}", vm.value).into(),
        import_key: format!("/{}/{key}", spec.name.as_deref().unwrap_or_default()).into(),
        target: name.into(),
        file: crate::storage::DatastorePath { path, ..site.directory.clone() },
        disk: None,
        capacity: 0,
        wants_sha256: false,
        uploaded: None,
        is_coming: false,
    }
}

/// Looks after `wait` whether the client has been heard of since.
fn watch(tx: &mut Transaction<'_>, lease: MoRef, wait: Duration, storage: Arc<Storage>) {
    tx.after(wait, move |tx| {
        let Ok(found) = tx.get::<HttpNfcLease>(&lease) else { return Ok(()) };
        if !found.is_open() {
            return Ok(());
        }
        match found.deadline.duration_since(tx.now()) {
            Ok(left) if !left.is_zero() => {
                watch(tx, lease, left, storage);
                Ok(())
            }
            _ => fail(tx, &lease, timed_out(), &storage),
        }
    });
}

pub(super) fn timed_out() -> Fault {
    Fault::new(Timedout::default(), "The operation timed out.")
}

/// Ends an open lease with `fault` and removes everything that was made for it.
pub(crate) fn fail(
    tx: &mut Transaction<'_>,
    lease: &MoRef,
    fault: Fault,
    storage: &Arc<Storage>,
) -> Result<(), Fault> {
    let found = tx.edit::<HttpNfcLease>(lease)?;
    if !found.is_open() {
        return Ok(());
    }
    found.state = State::Error;
    found.error = Some(fault.clone());
    let (vm, task) = (found.vm.take(), found.task.clone());
    let (directory, datastore) = (found.directory.clone(), found.datastore.clone());
    if let Some(vm) = vm {
        if tx.get::<VirtualMachine>(&vm).is_ok() {
            virtual_machine::unregister_vm(tx, &vm)?;
        }
        // There may be nothing to remove; what cannot be removed is nobody's any more.
        if let Err(error) = storage.remove(&directory) {
            tracing::debug!(%error, "the directory of a failed import stays");
        }
        recount(tx, storage, &datastore)?;
    }
    if tx.get::<VimTask>(&task).is_ok_and(VimTask::is_open) {
        tx.end_task(&task, Err(fault))?;
    }
    forget_later(tx, lease);
    Ok(())
}

/// Ends a lease well.
pub(super) fn complete(tx: &mut Transaction<'_>, lease: &MoRef) -> Result<(), Fault> {
    let found = tx.edit::<HttpNfcLease>(lease)?;
    found.state = State::Done;
    found.progress = 100;
    let (vm, task) = (found.vm.clone(), found.task.clone());
    if tx.get::<VimTask>(&task).is_ok_and(VimTask::is_open) {
        tx.end_task(&task, Ok(vm.map(Into::into)))?;
    }
    forget_later(tx, lease);
    Ok(())
}

fn forget_later(tx: &mut Transaction<'_>, lease: &MoRef) {
    let lease = lease.clone();
    tx.after(KEPT, move |tx| {
        tx.remove(&lease);
        Ok(())
    });
}

/// Ends the open leases of a session that is over.
pub(crate) fn session_ended(
    tx: &mut Transaction<'_>,
    session: &Str,
    storage: &Arc<Storage>,
) -> Result<(), Fault> {
    let owned = tx.view().referrers(&anchor(session), OWNED_BY).to_vec();
    for lease in owned.iter().filter(|object| object.kind == "HttpNfcLease") {
        let fault = Fault::not_authenticated(lease, "System.View");
        fail(tx, lease, fault, storage)?;
    }
    Ok(())
}
