//! Moving VMs between hosts: `MigrateVM_Task`.

use std::time::Duration;

use vim25::MoRef;
use vim25::methods::MigrateVMTask;
use vim25::types::{
    CannotMoveFaultToleranceVm, FaultToleranceAntiAffinityViolated, VmMigratedEvent,
};

use crate::behaviour::cluster_compute_resource::pool_of;
use crate::behaviour::datastore::is_reachable;
use crate::behaviour::events::about;
use crate::behaviour::high_availability;
use crate::behaviour::host_system::HostSystem;
use crate::behaviour::resource_pool;
use crate::dispatch::{Call, Dispatch};
use crate::fault::Fault;
use crate::store::Transaction;
use crate::task::TaskSpec;

use super::devices;
use super::object::VirtualMachine;

pub(super) fn register(dispatch: &mut Dispatch) {
    dispatch.add::<MigrateVMTask>(start);
}

fn start(call: &Call, asked: MigrateVMTask) -> Result<MoRef, Fault> {
    let vm = call.this().clone();
    let pool = asked.pool;
    let snapshot = call.snapshot();
    let present = snapshot.get::<VirtualMachine>(&vm).and_then(|vm| vm.host.clone());
    let host = asked.host.or_else(|| present.filter(|_| pool.is_some()));
    let host = host.ok_or_else(|| Fault::invalid_argument("host"))?;
    for object in [&vm, &host].into_iter().chain(&pool) {
        if !snapshot.contains(object) {
            return Err(Fault::object_not_found(object));
        }
    }
    let from = snapshot.get::<VirtualMachine>(&vm).and_then(|vm| vm.host.clone());
    let loaded = from.into_iter().chain([host.clone()]);
    let task = TaskSpec::new("VirtualMachine.migrate").on(&vm).loads(loaded);
    call.start(task.takes(Duration::from_secs(8)).finish(move |tx| {
        if tx.get::<VirtualMachine>(&vm)?.host.as_ref() != Some(&host) {
            migrate(tx, &vm, &host)?;
        }
        if let Some(pool) = &pool {
            resource_pool::move_into(tx, &vm, pool)?;
        }
        Ok(None)
    }))
}

/// Moves a VM to another host.
///
/// # Errors
/// What speaks against it: the host, its adapters, Fault Tolerance, a datastore that it does not reach.
pub fn migrate(tx: &mut Transaction<'_>, id: &MoRef, to: &MoRef) -> Result<(), Fault> {
    let vm = tx.get::<VirtualMachine>(id)?.clone();
    let target = tx.get::<HostSystem>(to)?.clone();
    let source = vm.host.as_ref().map(|host| tx.get::<HostSystem>(host)).transpose()?;
    let old_parent = source.and_then(|host| host.entity.parent.clone());
    let leaves = old_parent != target.entity.parent;
    if leaves && vm.partner().is_some() {
        let detail = CannotMoveFaultToleranceVm {
            move_type: "cluster".into(),
            vm_name: vm.entity.name.clone(),
            ..Default::default()
        };
        return Err(Fault::new(detail, "A pair does not leave its cluster."));
    }
    let partner = vm.partner().map(|other| tx.get::<VirtualMachine>(other)).transpose()?;
    if partner.is_some_and(|partner| partner.host.as_ref() == Some(to)) {
        let detail = FaultToleranceAntiAffinityViolated {
            host_name: target.entity.name.clone(),
            host: to.clone(),
            ..Default::default()
        };
        return Err(Fault::new(detail, "The other half of the pair is on that host."));
    }
    if !target.is_active() {
        return Err(Fault::invalid_state("The host does not take virtual machines now."));
    }
    if vm.is_on() && !target.uses("vmotion") {
        return Err(Fault::invalid_state("The host has no adapter for vMotion."));
    }
    if let Some(lost) = devices::datastores(&vm).iter().find(|store| !is_reachable(tx, store, to)) {
        let mut detail = vim25::types::InaccessibleDatastore::default();
        detail.datastore = Some(lost.clone());
        return Err(Fault::new(detail, "The host does not reach a datastore of the VM."));
    }
    let pool = target.entity.parent.as_ref().and_then(|parent| pool_of(parent, tx.view()));
    let machine = tx.edit::<VirtualMachine>(id)?;
    machine.host = Some(to.clone());
    if leaves {
        machine.pool = pool;
        machine.das_protected = false;
        high_availability::take_note(tx, id);
    }
    let mut event = VmMigratedEvent::default();
    if let Some(from) = vm.host {
        event.source_host.name = tx.name_of(&from).unwrap_or_default();
        event.source_host.host = from;
    }
    about(tx, id, event, "Migrated");
    Ok(())
}
