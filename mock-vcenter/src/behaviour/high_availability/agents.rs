//! HA agents: configured by a task on each host, elected over time, then master or connected to one.

use std::time::Duration;

use vim25::MoRef;
use vim25::enums::ClusterDasFdmAvailabilityState as State;
use vim25::types::{DasAgentFoundEvent, DasAgentUnavailableEvent, HostDasEnabledEvent};

use crate::behaviour::cluster_compute_resource::{ClusterComputeResource, cluster_of, hosts};
use crate::behaviour::events::about;
use crate::behaviour::host_system::HostSystem;
use crate::behaviour::settings::Behaviour;
use crate::fault::Fault;
use crate::store::Transaction;
use crate::task::TaskSpec;

use super::protection;

/// Lets HA come up on every host of a cluster.
///
/// # Errors
/// `ManagedObjectNotFound` when a host vanished.
pub fn configure_cluster(tx: &mut Transaction<'_>, cluster: &MoRef) -> Result<(), Fault> {
    let members = hosts(cluster, tx.view()).to_vec();
    members.iter().try_for_each(|host| configure_host(tx, host))
}

/// Takes HA down on every host of a cluster.
///
/// # Errors
/// `ManagedObjectNotFound` when a host vanished.
pub fn unconfigure_cluster(tx: &mut Transaction<'_>, cluster: &MoRef) -> Result<(), Fault> {
    let members = hosts(cluster, tx.view()).to_vec();
    for host in members {
        unconfigure_host(tx, &host)?;
        let task = TaskSpec::new("DasConfig.UnconfigureHost").on(&host);
        tx.start_task(task.takes(Duration::from_secs(5)));
    }
    Ok(())
}

/// Takes the HA agent of a host down.
///
/// # Errors
/// `ManagedObjectNotFound` when the host is gone.
pub fn unconfigure_host(tx: &mut Transaction<'_>, host: &MoRef) -> Result<(), Fault> {
    let was_master = tx.get::<HostSystem>(host)?.das_state == Some(State::Master);
    if tx.get::<HostSystem>(host)?.das_state.is_some() {
        tx.edit::<HostSystem>(host)?.das_state = None;
        protection::withdraw(tx, host)?;
    }
    if was_master { elect_again(tx, host) } else { Ok(()) }
}

/// Lets HA come up on a host, if its cluster has HA and the host is active.
///
/// # Errors
/// `ManagedObjectNotFound` when the host is gone.
pub fn configure_host(tx: &mut Transaction<'_>, host: &MoRef) -> Result<(), Fault> {
    if wants_agent(tx, host)? {
        let task = configure_task(tx, host)?;
        tx.start_task(task);
    }
    Ok(())
}

/// True when the host should have an HA agent.
pub(super) fn wants_agent(tx: &mut Transaction<'_>, host: &MoRef) -> Result<bool, Fault> {
    let found = tx.get::<HostSystem>(host)?.clone();
    let cluster = cluster_of(&found, tx.view());
    Ok(found.is_active() && cluster.is_some_and(ClusterComputeResource::ha_is_on))
}

/// The task that configures the agent of a host.
pub(super) fn configure_task(tx: &mut Transaction<'_>, host: &MoRef) -> Result<TaskSpec, Fault> {
    let behaviour = Behaviour::of(tx);
    let election = Duration::from_secs(behaviour.ha_election_seconds);
    let install = Duration::from_secs(behaviour.ha_agent_seconds).saturating_sub(election);
    tx.edit::<HostSystem>(host)?.das_state = Some(State::Uninitialized);
    let set = |host: &MoRef, state: State| {
        let host = host.clone();
        move |tx: &mut Transaction<'_>| -> Result<(), Fault> {
            if tx.get::<HostSystem>(&host)?.das_state.is_some() {
                tx.edit::<HostSystem>(&host)?.das_state = Some(state);
            }
            Ok(())
        }
    };
    let host = host.clone();
    Ok(TaskSpec::new("DasConfig.ConfigureHost")
        .on(&host)
        .wait(install / 3, 22)
        .wait(install / 3, 48)
        .step(install / 3, 70, set(&host, State::Election))
        .wait(election / 2, 90)
        .wait(election / 2, 100)
        .finish(move |tx| {
            join(tx, &host)?;
            Ok(None)
        }))
}

/// The election is over for this host: it leads when nobody else does.
fn join(tx: &mut Transaction<'_>, host: &MoRef) -> Result<(), Fault> {
    if !wants_agent(tx, host)? {
        tx.edit::<HostSystem>(host)?.das_state = None;
        return Ok(());
    }
    let role =
        if master_near(tx, host)?.is_some() { State::ConnectedToMaster } else { State::Master };
    tx.edit::<HostSystem>(host)?.das_state = Some(role);
    about(tx, host, HostDasEnabledEvent::default(), "HA agent is running on");
    about(tx, host, DasAgentFoundEvent::default(), "HA agent found on");
    protection::take_note_of_host(tx, host)
}

fn master_near(tx: &mut Transaction<'_>, host: &MoRef) -> Result<Option<MoRef>, Fault> {
    let parent = tx.get::<HostSystem>(host)?.entity.parent.clone();
    let Some(cluster) = parent else { return Ok(None) };
    let view = tx.view();
    let master = hosts(&cluster, view).iter().find(|other| {
        *other != host
            && view
                .get::<HostSystem>(other)
                .is_some_and(|other| other.das_state == Some(State::Master))
    });
    Ok(master.cloned())
}

/// Without its master, the oldest healthy agent of the cluster leads.
fn elect_again(tx: &mut Transaction<'_>, gone: &MoRef) -> Result<(), Fault> {
    let Some(cluster) = tx.get::<HostSystem>(gone)?.entity.parent.clone() else { return Ok(()) };
    about(tx, &cluster, DasAgentUnavailableEvent::default(), "Lost the HA master of");
    let view = tx.view();
    let next = hosts(&cluster, view).iter().find(|other| {
        *other != gone && view.get::<HostSystem>(other).is_some_and(HostSystem::ha_is_healthy)
    });
    let Some(next) = next.cloned() else { return Ok(()) };
    tx.edit::<HostSystem>(&next)?.das_state = Some(State::Election);
    let wait = Duration::from_secs(Behaviour::of(tx).ha_election_seconds);
    tx.after(wait, move |tx| {
        if tx.get::<HostSystem>(&next)?.das_state == Some(State::Election) {
            join(tx, &next)?;
        }
        Ok(())
    });
    Ok(())
}
