//! The methods of `HostServiceSystem`.
//!
//! Rulesets that users do not control are open while their service runs. The shells stop by themselves when
//! `UserVars.ESXiShellTimeOut` says so.

use std::time::Duration;

use vim25::methods::{
    RefreshServices, RestartService, StartService, StopService, UninstallService,
    UpdateServicePolicy,
};
use vim25::types::EventEx;
use vim25::{DateTime, MoRef};

use crate::behaviour::events::about;
use crate::behaviour::host_system::{HostSystem, host_of};
use crate::behaviour::server::{Server, Service, rulesets_of};
use crate::dispatch::{Call, Dispatch};
use crate::fault::Fault;
use crate::product::Role;
use crate::store::Transaction;

use super::refusal::{not_changeable, not_found};

/// The shells: service, event when it starts, and what the event says.
const SHELLS: &[(&str, &str, &str)] = &[
    ("TSM", "esx.audit.shell.enabled", "The ESXi Shell was enabled on"),
    ("TSM-SSH", "esx.audit.ssh.enabled", "SSH was enabled on"),
];

pub(super) fn register(dispatch: &mut Dispatch) {
    dispatch.add::<StartService>(|call, asked| start(call, &asked.id));
    dispatch.add::<RestartService>(|call, asked| restart(call, &asked.id));
    dispatch.add::<StopService>(|call, asked| {
        let host = host_of(call)?;
        call.commit(|tx| halt(tx, &host, &asked.id))
    });
    dispatch.add::<UpdateServicePolicy>(update_policy);
    dispatch.add::<UninstallService>(|call, asked| {
        let host = host_of(call)?;
        call.commit(|tx| {
            find(tx.edit(&host)?, &asked.id)?;
            Err(not_changeable(format!("The service '{}' cannot be uninstalled.", asked.id)))
        })
    });
    dispatch.add::<RefreshServices>(|_, _| Ok(()));
}

/// Whether a vCenter manages the host, whose agent is a service then.
#[must_use]
pub fn is_managed(host: &HostSystem) -> bool {
    host.product.role() == Role::Vcenter || host.server.managed_by.is_some()
}

/// Lets a service run. One that runs stays as it is.
pub(super) fn run(service: &mut Service, now: DateTime) {
    if !service.running {
        service.running = true;
        service.since = Some(now);
    }
}

/// Stops a service.
pub(super) fn stop(service: &mut Service) {
    service.running = false;
    service.since = None;
}

/// What the services are after the host was started: each as its policy says.
pub fn begin_services(server: &mut Server) {
    let firewall = &server.firewall;
    let is_open = |key: &str| {
        rulesets_of(key).any(|key| firewall.ruleset(key).is_some_and(|ruleset| ruleset.enabled))
    };
    let wanted: Vec<(&str, bool)> = server
        .services
        .all
        .iter()
        .map(|service| {
            let runs = match service.policy.as_str() {
                // A service that did not run in spite of its policy has nothing to do on this machine.
                "on" => service.running || SHELLS.iter().any(|(key, ..)| *key == service.key()),
                "automatic" => is_open(service.key()),
                _ => service.is_required(),
            };
            (service.key(), runs)
        })
        .collect();
    for (key, runs) in wanted {
        if let Some(service) = server.services.find_mut(key, true) {
            service.running = runs;
            service.since = None;
        }
        set_rulesets(server, key);
    }
}

fn find<'h>(host: &'h mut HostSystem, id: &str) -> Result<&'h mut Service, Fault> {
    let managed = is_managed(host);
    host.server.services.find_mut(id, managed).ok_or_else(|| not_found(id))
}

/// Opens or closes what users do not control, as the service runs or not.
fn set_rulesets(server: &mut Server, service: &str) {
    let runs = server.services.runs(service);
    for key in rulesets_of(service) {
        let firewall = &mut server.firewall;
        let owned = firewall.ruleset(key).is_some_and(|ruleset| {
            !firewall.is_user_controllable(ruleset) && ruleset.enabled != runs
        });
        if let Some(ruleset) = firewall.ruleset_mut(key).filter(|_| owned) {
            ruleset.enabled = runs;
        }
    }
}

fn start(call: &Call, id: &str) -> Result<(), Fault> {
    let host = host_of(call)?;
    call.commit(|tx| {
        let now = tx.timestamp();
        let found = tx.edit::<HostSystem>(&host)?;
        let service = find(found, id)?;
        let was_off = !service.running;
        run(service, now);
        set_rulesets(&mut found.server, id);
        if was_off {
            tell_of_shell(tx, &host, id)?;
        }
        Ok(())
    })
}

fn restart(call: &Call, id: &str) -> Result<(), Fault> {
    let host = host_of(call)?;
    call.commit(|tx| {
        let now = tx.timestamp();
        let found = tx.edit::<HostSystem>(&host)?;
        let service = find(found, id)?;
        stop(service);
        run(service, now);
        set_rulesets(&mut found.server, id);
        Ok(())
    })
}

/// A started shell is an event, and may have a limit of time.
fn tell_of_shell(tx: &mut Transaction<'_>, host: &MoRef, id: &str) -> Result<(), Fault> {
    let Some((key, event_type, text)) = SHELLS.iter().find(|(key, ..)| *key == id) else {
        return Ok(());
    };
    let mut event = EventEx::default();
    event.event_type_id = (*event_type).into();
    event.severity = Some("warning".into());
    about(tx, host, event, text);
    let server = &tx.get::<HostSystem>(host)?.server;
    let since = server.services.find(key, true).and_then(|service| service.since.clone());
    let seconds = server.options.number("UserVars.ESXiShellTimeOut");
    if let Some(seconds) = u64::try_from(seconds).ok().filter(|seconds| *seconds > 0) {
        let (host, key) = (host.clone(), *key);
        tx.after(Duration::from_secs(seconds), move |tx| {
            let services = &tx.get::<HostSystem>(&host)?.server.services;
            let same = services.find(key, true).is_some_and(|service| service.since == since);
            if same { halt(tx, &host, key) } else { Ok(()) }
        });
    }
    Ok(())
}

fn halt(tx: &mut Transaction<'_>, host: &MoRef, id: &str) -> Result<(), Fault> {
    let found = tx.edit::<HostSystem>(host)?;
    let service = find(found, id)?;
    if service.is_required() {
        return Err(not_changeable(format!("The service '{id}' is required.")));
    }
    stop(service);
    set_rulesets(&mut found.server, id);
    Ok(())
}

fn update_policy(call: &Call, asked: UpdateServicePolicy) -> Result<(), Fault> {
    if !["on", "automatic", "off"].contains(&asked.policy.as_str()) {
        return Err(Fault::invalid_argument("policy"));
    }
    let host = host_of(call)?;
    call.commit(|tx| {
        let service = find(tx.edit(&host)?, &asked.id)?;
        if service.is_required() && asked.policy == "off" {
            return Err(not_changeable(format!("The service '{}' is required.", asked.id)));
        }
        service.policy = asked.policy;
        Ok(())
    })
}
