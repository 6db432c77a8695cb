//! The methods of `HostSystem`: connection, removal, lockdown.

use std::time::Duration;

use vim25::enums::{HostLockdownMode, HostSystemConnectionState};
use vim25::methods::{
    ChangeLockdownMode, DestroyTask, DisconnectHostTask, EnterLockdownMode, ExitLockdownMode,
    QueryHostConnectionInfo, QueryLockdownExceptions, ReconnectHostTask, UpdateLockdownExceptions,
};
use vim25::types::{
    CannotDisconnectHostWithFaultToleranceVm, HostConnectInfo, HostConnectedEvent,
    HostDisconnectedEvent, InvalidLogin,
};
use vim25::{MoRef, Str};

use crate::behaviour::events::about;
use crate::behaviour::fault_tolerance;
use crate::behaviour::high_availability;
use crate::behaviour::host_connect;
use crate::behaviour::virtual_machine::VirtualMachine;
use crate::dispatch::{Call, Dispatch};
use crate::fault::Fault;
use crate::task::TaskSpec;

use super::membership::{remove, vms_on};
use super::object::HostSystem;
use super::parts::HostPart;
use super::reachable::check_reachable;
use super::{maintenance, restart};

pub(in crate::behaviour) fn register(dispatch: &mut Dispatch) {
    restart::register(dispatch);
    maintenance::register(dispatch);
    dispatch.add::<DisconnectHostTask>(disconnect);
    dispatch.add::<ReconnectHostTask>(reconnect);
    dispatch.add_for::<DestroyTask>("HostSystem", destroy);
    dispatch.add::<QueryHostConnectionInfo>(connection_info);
    dispatch.add::<EnterLockdownMode>(|call, _| {
        set_lockdown(call, call.this(), HostLockdownMode::LockdownNormal)
    });
    dispatch.add::<ExitLockdownMode>(|call, _| {
        set_lockdown(call, call.this(), HostLockdownMode::LockdownDisabled)
    });
    dispatch
        .add::<ChangeLockdownMode>(|call, asked| set_lockdown(call, &host_of(call)?, asked.mode));
    dispatch.add::<QueryLockdownExceptions>(|call, _| {
        let snapshot = call.snapshot();
        let host = snapshot.get::<HostSystem>(&host_of(call)?);
        Ok(host.map(|host| host.server.lockdown_exceptions.clone()).unwrap_or_default())
    });
    dispatch.add::<UpdateLockdownExceptions>(|call, asked| {
        let host = host_of(call)?;
        call.commit(|tx| {
            tx.edit::<HostSystem>(&host)?.server.lockdown_exceptions = asked.users;
            Ok(())
        })
    });
}

/// The host whose manager is called; only the host itself can do what its managers are asked for.
pub(in crate::behaviour) fn host_of(call: &Call) -> Result<MoRef, Fault> {
    let snapshot = call.snapshot();
    let part = snapshot.get::<HostPart>(call.this()).map(|part| part.host.clone());
    let host = part.ok_or_else(|| Fault::object_not_found(call.this()))?;
    let found = snapshot.get::<HostSystem>(&host);
    check_reachable(found.ok_or_else(|| Fault::object_not_found(&host))?)?;
    Ok(host)
}

fn set_lockdown(call: &Call, host: &MoRef, mode: HostLockdownMode) -> Result<(), Fault> {
    call.commit(|tx| {
        tx.edit::<HostSystem>(host)?.server.lockdown = mode;
        Ok(())
    })
}

fn disconnect(call: &Call, _: DisconnectHostTask) -> Result<MoRef, Fault> {
    let id = call.this().clone();
    let task = TaskSpec::new("HostSystem.disconnect").on(&id).takes(Duration::from_secs(2));
    call.start(task.finish(move |tx| {
        let host = tx.get::<HostSystem>(&id)?;
        let (name, excused) = (host.entity.name.clone(), host.in_maintenance);
        for vm in vms_on(tx.view(), &id) {
            if tx.get::<VirtualMachine>(&vm)?.partner().is_some() && !excused {
                let detail = CannotDisconnectHostWithFaultToleranceVm {
                    host_name: name,
                    ..Default::default()
                };
                return Err(Fault::new(detail, "The host has VMs with Fault Tolerance."));
            }
        }
        tx.edit::<HostSystem>(&id)?.connection = HostSystemConnectionState::Disconnected;
        high_availability::unconfigure_host(tx, &id)?;
        about(tx, &id, HostDisconnectedEvent::default(), "Disconnected from");
        Ok(None)
    }))
}

fn reconnect(call: &Call, asked: ReconnectHostTask) -> Result<MoRef, Fault> {
    let id = call.this().clone();
    let task = TaskSpec::new("HostSystem.reconnect").on(&id).takes(Duration::from_secs(8));
    call.start(task.finish(move |tx| {
        let host = tx.get::<HostSystem>(&id)?.clone();
        if let Some(spec) = &asked.cnx_spec
            && let (Some(user), Some(password)) = (&spec.user_name, &spec.password)
            && !host.server.accepts(user, password)
        {
            let detail = InvalidLogin::default();
            return Err(Fault::new(detail, "Cannot log in to the host."));
        }
        if host.connection == HostSystemConnectionState::NotResponding {
            return Err(host_connect::no_host(&host.server.name));
        }
        tx.edit::<HostSystem>(&id)?.connection = HostSystemConnectionState::Connected;
        about(tx, &id, HostConnectedEvent::default(), "Connected to");
        high_availability::configure_host(tx, &id)?;
        fault_tolerance::host_is_back(tx, &id)?;
        Ok(None)
    }))
}

/// A host leaves its cluster only in maintenance mode or disconnected; one that stands alone at any time.
fn destroy(call: &Call, _: DestroyTask) -> Result<MoRef, Fault> {
    let id = call.this().clone();
    let task = TaskSpec::new("HostSystem.destroy").on(&id).takes(Duration::from_secs(4));
    call.start(task.finish(move |tx| {
        let host = tx.get::<HostSystem>(&id)?;
        let in_cluster = host
            .entity
            .parent
            .as_ref()
            .is_some_and(|parent| parent.kind == "ClusterComputeResource");
        if in_cluster && host.is_active() {
            return Err(Fault::invalid_state("The host is not in maintenance mode."));
        }
        for vm in vms_on(tx.view(), &id) {
            if tx.get::<VirtualMachine>(&vm)?.partner().is_some() {
                let detail = vim25::types::CannotMoveHostWithFaultToleranceVm::default();
                return Err(Fault::new(detail, "The host has VMs with Fault Tolerance."));
            }
        }
        remove(tx, &id)?;
        Ok(None)
    }))
}

fn connection_info(call: &Call, _: QueryHostConnectionInfo) -> Result<HostConnectInfo, Fault> {
    let snapshot = call.snapshot();
    let host = snapshot
        .get::<HostSystem>(call.this())
        .ok_or_else(|| Fault::object_not_found(call.this()))?;
    Ok(host_connect::describe(host, &snapshot, Some(Str::from(super::object::VCENTER_ADDRESS))))
}
