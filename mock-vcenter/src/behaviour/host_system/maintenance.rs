//! Maintenance mode: a host enters it once no VM runs on it, and DRS sees to that where it may.

use std::time::{Duration, SystemTime};

use vim25::MoRef;
use vim25::enums::DrsBehavior;
use vim25::methods::{EnterMaintenanceModeTask, ExitMaintenanceModeTask};
use vim25::types::{EnteredMaintenanceModeEvent, ExitMaintenanceModeEvent, Timedout};

use crate::behaviour::cluster_compute_resource::{ClusterComputeResource, cluster_of, hosts};
use crate::behaviour::events::about;
use crate::behaviour::fault_tolerance;
use crate::behaviour::high_availability;
use crate::behaviour::virtual_machine::{VirtualMachine, migrate};
use crate::dispatch::{Call, Dispatch};
use crate::fault::Fault;
use crate::store::{Snapshot, Transaction};
use crate::task::{TaskSpec, VimTask};

use super::membership::vms_on;
use super::object::HostSystem;

/// How often the VMs of a host are looked at that is to enter.
const LOOK: Duration = Duration::from_secs(5);

pub(super) fn register(dispatch: &mut Dispatch) {
    dispatch.add::<EnterMaintenanceModeTask>(enter);
    dispatch.add::<ExitMaintenanceModeTask>(exit);
}

/// A host that is entering.
struct Entering {
    host: MoRef,
    task: MoRef,
    /// When the client no longer waits; `None` for never.
    deadline: Option<SystemTime>,
    /// Seconds that the client waits.
    timeout: i32,
}

fn enter(call: &Call, asked: EnterMaintenanceModeTask) -> Result<MoRef, Fault> {
    let host = call.this().clone();
    let found = call
        .snapshot()
        .get::<HostSystem>(&host)
        .map(|host| (host.is_connected(), host.in_maintenance));
    match found {
        None => return Err(Fault::object_not_found(&host)),
        Some((true, false)) => {}
        Some(_) => return Err(Fault::invalid_state("The host cannot enter maintenance mode now.")),
    }
    let undo = |_: &mut Transaction<'_>| Ok(());
    let task = TaskSpec::new("HostSystem.enterMaintenanceMode").on(&host).cancelable(undo);
    let task = task.name_if_unset(call.method().name).open_ended();
    call.commit(|tx| {
        let task = tx.start_task(task);
        let timeout = asked.timeout;
        let wait = u64::try_from(timeout).ok().filter(|seconds| *seconds > 0);
        let deadline = wait.map(|seconds| tx.now() + Duration::from_secs(seconds));
        let entering = Entering { host, task: task.clone(), deadline, timeout };
        tx.after(LOOK, move |tx| look(tx, entering));
        Ok(task)
    })
}

/// Lets the host in when no VM runs on it any more, or looks again later.
fn look(tx: &mut Transaction<'_>, entering: Entering) -> Result<(), Fault> {
    let Entering { host, task, deadline, timeout } = &entering;
    if !tx.get::<VimTask>(task).is_ok_and(VimTask::is_open) {
        return Ok(());
    }
    if let Some(struck) = tx.set_task_progress(task, 50)? {
        return tx.end_task(task, Err(struck));
    }
    if tx.get::<HostSystem>(host).is_err() {
        return tx.end_task(task, Err(Fault::object_not_found(host)));
    }
    evacuate(tx, host);
    if running_on(tx.view(), host).is_empty() {
        tx.edit::<HostSystem>(host)?.in_maintenance = true;
        high_availability::unconfigure_host(tx, host)?;
        about(tx, host, EnteredMaintenanceModeEvent::default(), "In maintenance mode:");
        return tx.end_task(task, Ok(None));
    }
    if deadline.is_some_and(|deadline| tx.now() >= deadline) {
        let message = format!("VMs were still running on the host after {timeout} seconds.");
        return tx.end_task(task, Err(Fault::new(Timedout::default(), message)));
    }
    let left = deadline.and_then(|deadline| deadline.duration_since(tx.now()).ok());
    tx.after(left.map_or(LOOK, |left| left.min(LOOK)), move |tx| look(tx, entering));
    Ok(())
}

fn running_on(snapshot: &Snapshot, host: &MoRef) -> Vec<MoRef> {
    let mut vms = vms_on(snapshot, host);
    vms.retain(|vm| snapshot.get::<VirtualMachine>(vm).is_some_and(VirtualMachine::is_on));
    vms
}

/// DRS moves what runs to the other hosts of the cluster, each VM to the one with the fewest that takes it.
fn evacuate(tx: &mut Transaction<'_>, host: &MoRef) {
    let snapshot = tx.view();
    let cluster = snapshot.get::<HostSystem>(host).and_then(|host| cluster_of(host, snapshot));
    if !cluster.is_some_and(may_move) {
        return;
    }
    let parent = snapshot.get::<HostSystem>(host).and_then(|host| host.entity.parent.clone());
    let others = parent.map_or_else(Vec::new, |parent| hosts(&parent, snapshot).to_vec());
    for vm in running_on(tx.view(), host) {
        let snapshot = tx.view();
        let mut targets: Vec<_> = others.iter().filter(|other| *other != host).cloned().collect();
        targets.sort_by_cached_key(|other| running_on(snapshot, other).len());
        // What no host takes stays, and the host waits.
        let _ = targets.iter().find(|to| tx.attempt(|tx| migrate(tx, &vm, to)).is_ok());
    }
}

fn may_move(cluster: &ClusterComputeResource) -> bool {
    let behaviour = cluster.config.drs_config.default_vm_behavior.as_ref();
    cluster.drs_is_on() && behaviour.is_none_or(|it| *it == DrsBehavior::FullyAutomated)
}

fn exit(call: &Call, _: ExitMaintenanceModeTask) -> Result<MoRef, Fault> {
    let id = call.this().clone();
    let task =
        TaskSpec::new("HostSystem.exitMaintenanceMode").on(&id).takes(Duration::from_secs(2));
    call.start(task.finish(move |tx| {
        if !tx.get::<HostSystem>(&id)?.in_maintenance {
            return Err(Fault::invalid_state("The host is not in maintenance mode."));
        }
        tx.edit::<HostSystem>(&id)?.in_maintenance = false;
        about(tx, &id, ExitMaintenanceModeEvent::default(), "Left maintenance mode:");
        high_availability::configure_host(tx, &id)?;
        fault_tolerance::host_is_back(tx, &id)?;
        Ok(None)
    }))
}
