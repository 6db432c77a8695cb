//! The methods of `HostFirewallSystem`.
//!
//! Opening a ruleset starts the service behind it, and closing the last one stops it, while the service's
//! policy is `automatic`.

use std::net::IpAddr;

use vim25::methods::{
    DisableRuleset, EnableRuleset, RefreshFirewall, UpdateDefaultPolicy, UpdateRuleset,
};
use vim25::types::HostFirewallRulesetIpList;
use vim25::{DateTime, MoRef};

use crate::behaviour::host_system::{HostSystem, host_of};
use crate::behaviour::server::{Server, rulesets_of, service_of};
use crate::dispatch::{Call, Dispatch};
use crate::fault::Fault;
use crate::store::Transaction;

use super::refusal::{not_changeable, not_found};
use super::services::{run, stop};

pub(super) fn register(dispatch: &mut Dispatch) {
    dispatch.add::<EnableRuleset>(|call, asked| {
        let host = host_of(call)?;
        call.commit(|tx| set_ruleset(tx, &host, &asked.id, true))
    });
    dispatch.add::<DisableRuleset>(|call, asked| {
        let host = host_of(call)?;
        call.commit(|tx| set_ruleset(tx, &host, &asked.id, false))
    });
    dispatch.add::<UpdateRuleset>(update_ruleset);
    dispatch.add::<UpdateDefaultPolicy>(update_policy);
    dispatch.add::<RefreshFirewall>(|_, _| Ok(()));
}

fn set_ruleset(
    tx: &mut Transaction<'_>,
    host: &MoRef,
    id: &str,
    enabled: bool,
) -> Result<(), Fault> {
    let now = tx.timestamp();
    let server = &mut tx.edit::<HostSystem>(host)?.server;
    let firewall = &mut server.firewall;
    let ruleset = firewall.ruleset(id).ok_or_else(|| not_found(id))?;
    if !firewall.is_user_controllable(ruleset) {
        return Err(not_changeable(format!("The system owns the ruleset '{id}'.")));
    }
    if ruleset.is_required() && !enabled {
        return Err(not_changeable(format!("The ruleset '{id}' is required.")));
    }
    if let Some(ruleset) = firewall.ruleset_mut(id) {
        ruleset.enabled = enabled;
    }
    follow(server, id, now);
    Ok(())
}

/// Lets a service whose policy is `automatic` follow the rulesets it talks through.
fn follow(server: &mut Server, ruleset: &str, now: DateTime) {
    let Some(key) = service_of(ruleset) else { return };
    let is_open = rulesets_of(key)
        .any(|key| server.firewall.ruleset(key).is_some_and(|ruleset| ruleset.enabled));
    let Some(service) = server.services.find_mut(key, true) else { return };
    if service.policy == "automatic" {
        if is_open { run(service, now) } else { stop(service) }
    }
}

fn update_ruleset(call: &Call, asked: UpdateRuleset) -> Result<(), Fault> {
    let host = host_of(call)?;
    call.commit(|tx| {
        let firewall = &mut tx.edit::<HostSystem>(&host)?.server.firewall;
        let ruleset = firewall.ruleset(&asked.id).ok_or_else(|| not_found(&asked.id))?;
        if !firewall.has_open_address_list(ruleset) {
            let message = format!("The addresses of the ruleset '{}' are fixed.", asked.id);
            return Err(not_changeable(message));
        }
        check_addresses(&asked.spec.allowed_hosts)?;
        if let Some(ruleset) = firewall.ruleset_mut(&asked.id) {
            ruleset.allowed = asked.spec.allowed_hosts;
        }
        Ok(())
    })
}

fn check_addresses(list: &HostFirewallRulesetIpList) -> Result<(), Fault> {
    if list.ip_address.iter().any(|address| address.parse::<IpAddr>().is_err()) {
        return Err(Fault::invalid_argument("spec.allowedHosts.ipAddress"));
    }
    let fits = |network: &str, length: i32| match network.parse::<IpAddr>() {
        Ok(IpAddr::V4(_)) => (0..=32).contains(&length),
        Ok(IpAddr::V6(_)) => (0..=128).contains(&length),
        Err(_) => false,
    };
    if list.ip_network.iter().all(|network| fits(&network.network, network.prefix_length)) {
        Ok(())
    } else {
        Err(Fault::invalid_argument("spec.allowedHosts.ipNetwork"))
    }
}

fn update_policy(call: &Call, asked: UpdateDefaultPolicy) -> Result<(), Fault> {
    let host = host_of(call)?;
    call.commit(|tx| {
        let policy = &mut tx.edit::<HostSystem>(&host)?.server.firewall.policy;
        let wanted = asked.default_policy;
        policy.incoming_blocked = wanted.incoming_blocked.or(policy.incoming_blocked);
        policy.outgoing_blocked = wanted.outgoing_blocked.or(policy.outgoing_blocked);
        Ok(())
    })
}
