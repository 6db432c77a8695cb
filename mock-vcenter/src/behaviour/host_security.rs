//! The methods of `HostFirewallSystem` and `HostServiceSystem`.

use std::sync::Arc;

use vim25::methods::{
    DisableRuleset, EnableRuleset, RefreshFirewall, RefreshServices, RestartService, StartService,
    StopService, UpdateServicePolicy,
};
use vim25::types::{HostConfigFault, NotFound};

use crate::behaviour::host_system::{HostSystem, host_of};
use crate::behaviour::server::Service;
use crate::dispatch::{Call, Dispatch};
use crate::fault::Fault;

pub(super) fn register(dispatch: &mut Dispatch) {
    dispatch.add::<EnableRuleset>(|call, asked| set_ruleset(call, &asked.id, true));
    dispatch.add::<DisableRuleset>(|call, asked| set_ruleset(call, &asked.id, false));
    dispatch.add::<RefreshFirewall>(|_, _| Ok(()));
    dispatch.add::<StartService>(|call, asked| {
        change_service(call, &asked.id, |service| service.running = true)
    });
    dispatch.add::<RestartService>(|call, asked| {
        change_service(call, &asked.id, |service| service.running = true)
    });
    dispatch.add::<StopService>(|call, asked| {
        change_service(call, &asked.id, |service| service.running = false)
    });
    dispatch.add::<UpdateServicePolicy>(|call, asked| {
        if !["on", "automatic", "off"].contains(&asked.policy.as_str()) {
            return Err(Fault::invalid_argument("policy"));
        }
        change_service(call, &asked.id, |service| service.policy = asked.policy.clone())
    });
    dispatch.add::<RefreshServices>(|_, _| Ok(()));
}

fn not_found(id: &str) -> Fault {
    Fault::new(NotFound::default(), format!("'{id}' was not found."))
}

fn set_ruleset(call: &Call, id: &str, enabled: bool) -> Result<(), Fault> {
    let host = host_of(call)?;
    call.commit(|tx| {
        let firewall = &mut tx.edit::<HostSystem>(&host)?.server.firewall;
        let rulesets = Arc::make_mut(firewall);
        let found = rulesets.iter_mut().find(|ruleset| ruleset.key == id);
        let ruleset = found.ok_or_else(|| not_found(id))?;
        if !ruleset.user_controllable || (ruleset.required && !enabled) {
            let detail = HostConfigFault::default();
            return Err(Fault::new(
                detail,
                format!("The ruleset '{id}' cannot be changed by users."),
            ));
        }
        ruleset.enabled = enabled;
        Ok(())
    })
}

fn change_service(call: &Call, id: &str, change: impl FnOnce(&mut Service)) -> Result<(), Fault> {
    let host = host_of(call)?;
    call.commit(|tx| {
        let services = &mut tx.edit::<HostSystem>(&host)?.server.services;
        let service = Arc::make_mut(services).iter_mut().find(|service| service.key == id);
        change(service.ok_or_else(|| not_found(id))?);
        Ok(())
    })
}
