//! Hosts that die and come back: what HA and Fault Tolerance make of it.

use std::time::Duration;

use vim25::MoRef;
use vim25::enums::{
    HostSystemConnectionState, ManagedEntityStatus, VirtualMachinePowerState as Power,
};
use vim25::types::{DasHostFailedEvent, HostConnectedEvent, HostConnectionLostEvent};

use crate::behaviour::cluster_compute_resource::{ClusterComputeResource, cluster_of, hosts};
use crate::behaviour::events::about;
use crate::behaviour::fault_tolerance;
use crate::behaviour::high_availability;
use crate::behaviour::host_settings::begin_services;
use crate::behaviour::settings::Behaviour;
use crate::behaviour::virtual_machine::{self, VirtualMachine};
use crate::fault::Fault;
use crate::store::Transaction;

use super::membership::vms_on;
use super::object::HostSystem;

/// The host dies. Pairs fail over at once; HA restarts other VMs elsewhere after a while.
///
/// # Errors
/// `ManagedObjectNotFound` when it is gone.
pub fn fail(tx: &mut Transaction<'_>, id: &MoRef) -> Result<(), Fault> {
    let host = tx.get::<HostSystem>(id)?.clone();
    if host.connection == HostSystemConnectionState::NotResponding {
        return Ok(());
    }
    let had_agent = host.ha_is_healthy();
    tx.edit::<HostSystem>(id)?.connection = HostSystemConnectionState::NotResponding;
    tx.edit::<HostSystem>(id)?.entity.overall_status = ManagedEntityStatus::Red;
    high_availability::unconfigure_host(tx, id)?;
    about(tx, id, HostConnectionLostEvent::default(), "Lost connection to");
    // HA looks for hosts that it has an agent on.
    if let Some(cluster) =
        host.entity.parent.filter(|parent| parent.kind == "ClusterComputeResource" && had_agent)
    {
        let mut event = DasHostFailedEvent::default();
        event.failed_host.host = id.clone();
        event.failed_host.name = host.entity.name.clone();
        about(tx, &cluster, event, "HA found a failed host in");
    }
    fault_tolerance::host_is_gone(tx, id)?;
    for vm in vms_on(tx.view(), id) {
        go_down(tx, &vm, had_agent)?;
    }
    Ok(())
}

/// What ran on the host stands still; HA takes care of what it has taken note of.
fn go_down(tx: &mut Transaction<'_>, vm: &MoRef, had_agent: bool) -> Result<(), Fault> {
    let found = tx.get::<VirtualMachine>(vm)?;
    if !found.is_on() || found.partner().is_some() {
        return Ok(());
    }
    let machine = tx.edit::<VirtualMachine>(vm)?;
    machine.power = Power::PoweredOff;
    machine.set_boot_time(None);
    machine.das_protected = false;
    if had_agent {
        let wait = Duration::from_secs(Behaviour::of(tx).ha_restart_seconds);
        let vm = vm.clone();
        tx.after(wait, move |tx| restart(tx, &vm));
    }
    Ok(())
}

fn restart(tx: &mut Transaction<'_>, vm: &MoRef) -> Result<(), Fault> {
    let found = tx.get::<VirtualMachine>(vm)?.clone();
    let Some(old) = found.host.filter(|_| found.power == Power::PoweredOff) else { return Ok(()) };
    let failed = tx.get::<HostSystem>(&old)?.clone();
    let Some(parent) = &failed.entity.parent else { return Ok(()) };
    let has_ha = cluster_of(&failed, tx.view()).is_some_and(ClusterComputeResource::ha_is_on);
    let view = tx.view();
    let candidates = hosts(parent, view).iter().filter(|other| {
        view.get::<HostSystem>(other).is_some_and(|other| {
            other.ha_is_healthy()
                && other.is_active()
                && failed_datastores(view, vm).iter().all(|store| other.datastores.contains(store))
        })
    });
    let target = candidates.min_by_key(|other| vms_on(view, other).len()).cloned();
    let Some(target) = target.filter(|_| has_ha) else { return Ok(()) };
    tx.edit::<VirtualMachine>(vm)?.host = Some(target);
    virtual_machine::power_on(tx, vm)
}

fn failed_datastores(snapshot: &crate::store::Snapshot, vm: &MoRef) -> Vec<MoRef> {
    snapshot.get::<VirtualMachine>(vm).map(virtual_machine::datastores).unwrap_or_default()
}

/// The host is back: it connects, its HA agent comes up, secondaries that waited for it start.
///
/// # Errors
/// `ManagedObjectNotFound` when it is gone.
pub fn recover(tx: &mut Transaction<'_>, id: &MoRef) -> Result<(), Fault> {
    if tx.get::<HostSystem>(id)?.connection != HostSystemConnectionState::NotResponding {
        return Ok(());
    }
    let now = tx.timestamp();
    let host = tx.edit::<HostSystem>(id)?;
    host.connection = HostSystemConnectionState::Connected;
    host.entity.overall_status = ManagedEntityStatus::Green;
    host.boot_time = now;
    begin_services(&mut host.server);
    about(tx, id, HostConnectedEvent::default(), "Connected to");
    high_availability::configure_host(tx, id)?;
    fault_tolerance::host_is_back(tx, id)
}
