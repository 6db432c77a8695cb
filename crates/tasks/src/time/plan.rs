//! Decides about the time, host by host. In order: the servers, the firewall, the service.

use orchestrator::{Change, Item, PlannedStep, Reason, limits};
use playbook::instead;
use vim25::MoRef;

use super::observe::{Clock, Seen};
use super::spec::{RULESET, Spec};
use crate::firewall::{self, SetRuleset, ruleset_step};
use crate::lookup::reason;
use crate::service::{NTP, SetService, service_step};

/// What can be done on one host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    Clock(SetClock),
    Open(SetRuleset),
    Service(SetService),
    /// Restart the time service.
    Restart {
        manager: MoRef,
        host: String,
    },
}

/// Setting the clock up. What is `None` or false stays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SetClock {
    pub(super) manager: MoRef,
    pub(super) host: String,
    pub(super) servers: Option<Vec<String>>,
    pub(super) zone: Option<String>,
    pub(super) choose_ntp: bool,
    pub(super) enable: bool,
}

pub(super) fn plan_host(spec: &Spec, name: &str, seen: &Seen) -> Vec<Item<Step>> {
    let mut items: Vec<Item<Step>> = Vec::new();
    items.extend(zone_unknown(spec, name, seen).map(|why| Item::blocked(name, why)));
    let clock = set_clock(spec, name, seen);
    let new_servers = clock.as_ref().is_some_and(|step| step.step.servers.is_some());
    items.extend(clock.map(|step| step.map(Step::Clock).into()));
    if spec.servers.is_some() {
        items.extend(open(name, seen));
        items.extend(service(spec, name, seen, new_servers));
    }
    if items.is_empty() {
        items.push(Item::in_sync(name, words(spec, seen)));
    }
    items
}

fn zone_unknown(spec: &Spec, name: &str, seen: &Seen) -> Option<Reason> {
    let zone = spec.timezone.as_ref().filter(|zone| **zone != seen.clock.zone)?;
    if seen.zones.contains(zone) {
        return None;
    }
    let what = format!("cannot set the time zone of host `{name}`");
    let cause = format!("the host does not know the time zone `{zone}`");
    let fix = match seen.zones.is_empty() {
        true => format!("remove `timezone`: this release of ESXi is always in {}", seen.clock.zone),
        false => instead(zone, seen.zones.iter().map(String::as_str)),
    };
    Some(reason("time-zone-unknown", what, cause, fix))
}

fn set_clock(spec: &Spec, name: &str, seen: &Seen) -> Option<PlannedStep<SetClock>> {
    let Clock { servers: present, zone, other_protocol, disabled } = &seen.clock;
    let servers = spec.servers.as_ref().filter(|servers| *servers != present);
    let own_zone = spec.timezone.as_ref().filter(|own| *own != zone);
    let ntp = spec.servers.is_some();
    let step = SetClock {
        manager: seen.manager.clone(),
        host: name.to_owned(),
        servers: servers.cloned(),
        zone: own_zone.cloned(),
        choose_ntp: ntp && *other_protocol,
        enable: ntp && *disabled,
    };
    let mut changes = Vec::new();
    changes.extend(servers.map(|servers| Change {
        setting: "ntp_servers".to_owned(),
        before: (!present.is_empty()).then(|| present.join(", ")),
        after: Some(servers.join(", ")),
    }));
    changes.extend(own_zone.map(|own| Change::of("timezone", zone.as_str(), own.as_str())));
    changes.extend(step.choose_ntp.then(|| Change::set("protocol", "ntp")));
    changes.extend(step.enable.then(|| Change::of("follows a server", "false", "true")));
    if changes.is_empty() {
        return None;
    }
    let step = PlannedStep::update(name, "set where the time comes from", step);
    Some(step.changes(changes).takes(limits::HOST, name))
}

fn open(name: &str, seen: &Seen) -> Option<Item<Step>> {
    let rulesets = seen.rulesets.as_ref()?;
    match ruleset_step(name, rulesets, RULESET, &firewall::Target::OPEN) {
        Ok(step) => Some(step?.map(Step::Open).into()),
        Err(why) => Some(Item::blocked(name, why)),
    }
}

fn service(spec: &Spec, name: &str, seen: &Seen, new_servers: bool) -> Vec<Item<Step>> {
    let Some(service) = seen.services.find(NTP) else {
        let what = format!("cannot let host `{name}` follow NTP servers");
        let cause = format!("the host has no service `{NTP}`");
        let fix = "install the host anew, or set its clock another way";
        return vec![Item::blocked(name, reason("service-unknown", what, cause, fix))];
    };
    let manager = &seen.services.manager;
    let step = service_step(manager, name, service, &spec.service);
    let mut items: Vec<Item<Step>> =
        step.into_iter().map(|step| step.map(Step::Service).into()).collect();
    if new_servers && service.running {
        let step = Step::Restart { manager: manager.clone(), host: name.to_owned() };
        let title = format!("restart service `{NTP}`, so that it asks the new servers");
        items.push(PlannedStep::update(name, title, step).takes(limits::HOST, name).into());
    }
    items
}

fn words(spec: &Spec, seen: &Seen) -> String {
    let mut words = Vec::new();
    if spec.servers.is_some() {
        words.push(format!("time from {}, `{NTP}` runs", seen.clock.servers.join(", ")));
    }
    words.extend(spec.timezone.as_ref().map(|zone| format!("time zone {zone}")));
    words.join("; ")
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
