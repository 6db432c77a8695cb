//! `ImportVApp` and the methods of a lease.

use std::time::Duration;

use vim25::MoRef;
use vim25::enums::HttpNfcLeaseState as State;
use vim25::methods::{
    HttpNfcLeaseAbort, HttpNfcLeaseComplete, HttpNfcLeaseProgress,
    HttpNfcLeaseSetManifestChecksumType, ImportVApp,
};
use vim25::types::VirtualMachineImportSpec;

use crate::behaviour::settings::Behaviour;
use crate::behaviour::virtual_machine::{Wanted, find_site};
use crate::dispatch::{Call, Dispatch};
use crate::fault::Fault;
use crate::inventory::check_new_name;
use crate::product::Role;
use crate::storage::{DatastorePath, FilePath};
use crate::task::TaskSpec;

use super::lease::HttpNfcLease;
use super::lifecycle::{self, complete, fail, initialize, timed_out};
use super::manifest;

/// Adds the methods to the dispatch table.
pub(crate) fn register(dispatch: &mut Dispatch) {
    dispatch.add::<ImportVApp>(import);
    dispatch.add::<HttpNfcLeaseProgress>(progress);
    dispatch.add::<HttpNfcLeaseComplete>(complete_lease);
    dispatch.add::<HttpNfcLeaseAbort>(abort);
    dispatch.add::<HttpNfcLeaseSetManifestChecksumType>(set_checksum_type);
    manifest::register(dispatch);
}

fn import(call: &Call, asked: ImportVApp) -> Result<MoRef, Fault> {
    let Some(spec) = asked.spec.downcast_ref::<VirtualMachineImportSpec>() else {
        return Err(Fault::not_supported("vApps are not supported here."));
    };
    let spec = spec.config_spec.clone();
    let folder = asked.folder.ok_or_else(|| Fault::not_supported("A folder is needed."))?;
    let snapshot = call.snapshot();
    let named = spec.files.as_ref().and_then(|files| files.vm_path_name.as_deref());
    let path = named.and_then(DatastorePath::parse);
    let path = path.ok_or_else(|| Fault::invalid_argument("configSpec.files.vmPathName"))?;
    // An import that fails takes its directory with it, so it is never one that was there.
    let path = DatastorePath { path: FilePath::default(), ..path };
    let name = spec.name.as_deref().unwrap_or_default();
    let (pool, host) = (call.this(), asked.host.as_ref());
    let site = find_site(call, &snapshot, Wanted { folder, pool, host, name, path: &path })?;
    let core = call.core().clone();
    let settings = Behaviour::seen(&snapshot).import;
    let host = match (&settings.url_host, core.product.role()) {
        (Some(told), _) => told.clone(),
        // A host by itself leaves it to the client to fill in the name it is known by.
        (None, Role::Esxi) => "*".to_owned(),
        (None, Role::Vcenter) => core.authority(),
    };
    let task = TaskSpec::new("ResourcePool.ImportVAppLRO").on(call.this()).open_ended();
    call.commit(|tx| {
        let name = spec.name.clone().unwrap_or_default();
        check_new_name(tx, &site.folder, &name)?;
        let ticket = tx.new_uuid();
        let lease = HttpNfcLease {
            ticket: format!("52{}", ticket.replace('-', "")).into(),
            state: State::Initializing,
            error: None,
            vm: None,
            devices: Vec::new(),
            base: format!("https://{host}").into(),
            thumbprint: core.thumbprint(),
            timeout: settings.lease_timeout_seconds,
            deadline: tx.now() + Duration::from_secs(settings.lease_timeout_seconds),
            task: tx.start_task(task),
            progress: 0,
            session: call.session_key(),
            datastore: site.datastore.clone(),
            directory: site.directory.clone(),
        };
        let id = MoRef::new("HttpNfcLease", format!("session[{}]{}", lease.session, tx.new_uuid()));
        tx.insert(id.clone(), lease);
        let (lease, storage) = (id.clone(), core.storage.clone());
        tx.after(Duration::from_secs(settings.initialize_seconds), move |tx| {
            initialize(tx, &lease, &spec, &site, &storage)
        });
        Ok(id)
    })
}

/// Refuses on leases that are over.
pub(super) fn check_open(lease: &HttpNfcLease, needs_ready: bool) -> Result<(), Fault> {
    let expired = lease
        .error
        .as_ref()
        .is_some_and(|fault| fault.as_type::<vim25::types::Timedout>().is_some());
    match lease.state {
        State::Ready => Ok(()),
        State::Initializing if !needs_ready => Ok(()),
        State::Error if expired => Err(timed_out()),
        _ => Err(Fault::invalid_state("The lease is not in a state for this.")),
    }
}

fn progress(call: &Call, asked: HttpNfcLeaseProgress) -> Result<(), Fault> {
    if !(0..=100).contains(&asked.percent) {
        return Err(Fault::invalid_argument("percent"));
    }
    let storage = call.core().storage.clone();
    let struck = call.commit(|tx| {
        check_open(tx.get::<HttpNfcLease>(call.this())?, false)?;
        let now = tx.now();
        let lease = tx.edit::<HttpNfcLease>(call.this())?;
        lease.deadline = now + Duration::from_secs(lease.timeout);
        // A keep-alive with zero does not undo what was reported.
        lease.progress = lease.progress.max(asked.percent);
        let (task, percent) = (lease.task.clone(), lease.progress);
        let struck = tx.set_task_progress(&task, percent)?;
        if let Some(fault) = &struck {
            fail(tx, call.this(), fault.clone(), &storage)?;
        }
        Ok(struck)
    })?;
    struck.map_or(Ok(()), Err)
}

fn complete_lease(call: &Call, _: HttpNfcLeaseComplete) -> Result<(), Fault> {
    call.commit(|tx| {
        let lease = tx.get::<HttpNfcLease>(call.this())?;
        check_open(lease, true)?;
        if lease.devices.iter().any(|device| device.is_coming) {
            return Err(Fault::invalid_state("A file is still being transferred."));
        }
        complete(tx, call.this())
    })
}

fn abort(call: &Call, asked: HttpNfcLeaseAbort) -> Result<(), Fault> {
    let storage = call.core().storage.clone();
    call.commit(|tx| {
        check_open(tx.get::<HttpNfcLease>(call.this())?, false)?;
        let fault = match asked.fault {
            Some(told) => {
                Fault { message: told.localized_message.unwrap_or_default(), detail: told.fault }
            }
            None => Fault::cancelled(),
        };
        lifecycle::fail(tx, call.this(), fault, &storage)
    })
}

fn set_checksum_type(call: &Call, asked: HttpNfcLeaseSetManifestChecksumType) -> Result<(), Fault> {
    call.commit(|tx| {
        check_open(tx.get::<HttpNfcLease>(call.this())?, true)?;
        let lease = tx.edit::<HttpNfcLease>(call.this())?;
        for pair in &asked.device_urls_to_checksum_types {
            let device = lease.devices.iter_mut().find(|device| device.key == pair.key);
            let device = device.ok_or_else(|| Fault::invalid_argument("key"))?;
            device.wants_sha256 = match pair.value.as_str() {
                "sha1" => false,
                "sha256" => true,
                _ => return Err(Fault::invalid_argument("value")),
            };
        }
        Ok(())
    })
}
