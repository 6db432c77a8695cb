//! Decides about VMkernel adapters, host by host.

use orchestrator::{Change, Item, PlannedStep, Reason, limits};
use vim25::MoRef;

use super::observe::{Adapters, DEFAULT_STACK, Service};
use super::service::{FT_LOGGING, MANAGEMENT, name_of};
use super::spec::Spec;
use crate::lookup::reason;

/// What can be done on one host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Step {
    pub(super) host: MoRef,
    pub(super) manager: MoRef,
    pub(super) name: String,
    pub(super) nic_type: String,
    pub(super) to: Carry,
}

/// Whether the adapter carries the traffic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Carry {
    Yes,
    No,
}

pub(super) fn plan_host(spec: &Spec, name: &str, adapters: &Adapters) -> Vec<Item<Step>> {
    let blocks: Vec<Item<Step>> =
        blocks(spec, name, adapters).into_iter().map(|why| Item::blocked(name, why)).collect();
    if !blocks.is_empty() {
        return blocks;
    }
    let wanted = spec.services.iter().filter_map(|nic_type| adapters.service(nic_type));
    let missing = wanted.filter(|service| !service.selected.contains(&spec.device));
    let mut steps: Vec<Item<Step>> =
        missing.map(|service| step(spec, name, adapters, service, Carry::Yes).into()).collect();
    let extra = extra(spec, adapters);
    steps.extend(extra.map(|service| step(spec, name, adapters, service, Carry::No).into()));
    if steps.is_empty() {
        let carried: Vec<&str> = spec.services.iter().map(|nic_type| name_of(nic_type)).collect();
        let detail = format!("`{}` carries {}", spec.device, carried.join(", "));
        steps.push(Item::in_sync(name, detail));
    }
    steps
}

/// What the adapter carries and is not declared, where nothing else is wanted on it.
fn extra<'a>(spec: &'a Spec, adapters: &'a Adapters) -> impl Iterator<Item = &'a Service> {
    adapters.services.iter().filter(|service| {
        spec.exclusive
            && service.selected.contains(&spec.device)
            && !spec.services.contains(&service.nic_type.as_str())
    })
}

fn step(
    spec: &Spec,
    name: &str,
    adapters: &Adapters,
    service: &Service,
    to: Carry,
) -> PlannedStep<Step> {
    let word = name_of(&service.nic_type);
    let (title, after) = match to {
        Carry::Yes if service.several => {
            let mut devices = service.selected.clone();
            devices.push(spec.device.clone());
            (format!("let `{}` carry {word}", spec.device), devices)
        }
        Carry::Yes => {
            (format!("let `{}` alone carry {word}", spec.device), vec![spec.device.clone()])
        }
        Carry::No => {
            let mut devices = service.selected.clone();
            devices.retain(|device| *device != spec.device);
            (format!("take {word} from `{}`", spec.device), devices)
        }
    };
    let shown = |devices: &[String]| (!devices.is_empty()).then(|| devices.join(", "));
    let change =
        Change { setting: word.to_owned(), before: shown(&service.selected), after: shown(&after) };
    let payload = Step {
        host: adapters.host.clone(),
        manager: adapters.manager.clone(),
        name: name.to_owned(),
        nic_type: service.nic_type.clone(),
        to,
    };
    PlannedStep::update(name, title, payload).changes([change]).takes(limits::HOST, name)
}

fn blocks(spec: &Spec, name: &str, adapters: &Adapters) -> Vec<Reason> {
    let device = &spec.device;
    let what = format!("cannot configure `{device}` of host `{name}`");
    if !adapters.devices.iter().any(|(known, _)| known == device) {
        let known: Vec<String> =
            adapters.devices.iter().map(|(known, _)| format!("`{known}`")).collect();
        let cause = format!("the host has no adapter `{device}`");
        let fix = format!("write one that it has ({}), or add the adapter", known.join(", "));
        return vec![reason("vmkernel-no-device", what, cause, fix)];
    }
    let mut blocks: Vec<Reason> = Vec::new();
    for nic_type in &spec.services {
        let word = name_of(nic_type);
        match adapters.service(nic_type) {
            None => {
                let cause = format!("this release of ESXi has no traffic called {word}");
                let fix = "remove it from `services`";
                blocks.push(reason("vmkernel-no-service", what.clone(), cause, fix));
            }
            Some(service) if !service.candidates.contains(device) => {
                let cause = format!("`{device}` cannot carry {word} on this host");
                let fix = "use another adapter";
                blocks.push(reason("vmkernel-not-a-candidate", what.clone(), cause, fix));
            }
            Some(_) => {}
        }
    }
    blocks.extend(wrong_stack(spec, adapters, &what));
    blocks.extend(last_management(spec, adapters, &what));
    blocks
}

fn wrong_stack(spec: &Spec, adapters: &Adapters, what: &str) -> Option<Reason> {
    let own = adapters.devices.iter().find(|(device, _)| *device == spec.device);
    let stack = own.map_or(DEFAULT_STACK, |(_, stack)| stack);
    (spec.services.contains(&FT_LOGGING) && stack != DEFAULT_STACK).then(|| {
        let cause = format!(
            "`{}` is on TCP/IP stack `{stack}`, FT logging needs the default one",
            spec.device
        );
        let fix = "use an adapter on the default TCP/IP stack";
        reason("vmkernel-wrong-stack", what, cause, fix)
    })
}

fn last_management(spec: &Spec, adapters: &Adapters, what: &str) -> Option<Reason> {
    let taken = extra(spec, adapters).find(|service| service.nic_type == MANAGEMENT)?;
    (taken.selected.len() == 1).then(|| {
        let cause = "it is the only adapter with management traffic; without it the host is lost";
        let fix = "add `management` to `services`, or let another adapter carry it first";
        reason("vmkernel-last-management", what, cause, fix)
    })
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
