//! Decides about services, host by host.

use orchestrator::{Change, Item, PlannedStep, Reason, limits};
use playbook::instead;
use vim25::{MoRef, Value};

use super::names::{SHELL, SSH, known};
use super::observe::{Seen, Service, Services, WARNING};
use super::spec::{Spec, Target};
use crate::advanced_options::{self, SetOption};
use crate::lookup::reason;
use crate::per_host::HostPlan;

/// What can be done on one host.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Step {
    Service(SetService),
    Warning(SetOption),
}

/// Bringing a service to its target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SetService {
    pub(crate) manager: MoRef,
    pub(crate) host: String,
    pub(crate) key: String,
    pub(crate) target: Target,
}

pub(super) fn plan_host(spec: &Spec, name: &str, seen: &Seen) -> HostPlan<Step> {
    let mut items: Vec<Item<Step>> =
        spec.keys.iter().filter_map(|key| item(spec, name, &seen.services, key)).collect();
    items.extend(warning(spec, name, seen));
    let open = |item: &Item<Step>| !matches!(item, Item::InSync { .. });
    if items.is_empty() {
        items.push(Item::in_sync(name, words(spec, seen)));
    } else if items.iter().any(open) {
        items.retain(open);
    }
    HostPlan { items, notes: notes(spec, seen) }
}

fn item(spec: &Spec, name: &str, services: &Services, key: &str) -> Option<Item<Step>> {
    let what = format!("cannot set service `{key}` of host `{name}`");
    let Some(service) = services.find(key) else {
        let keys: Vec<&str> = services.services.iter().map(|one| one.key.as_str()).collect();
        let cause = format!("the host has no service `{key}`");
        let fix = instead(key, known(&keys));
        return Some(Item::blocked(name, reason("service-unknown", what, cause, fix)));
    };
    if let Some(why) = required(service, &spec.target, &what) {
        return Some(Item::blocked(name, why));
    }
    let step = service_step(&services.manager, name, service, &spec.target)?;
    Some(step.map(Step::Service).into())
}

/// The host does not work without it.
fn required(service: &Service, target: &Target, what: &str) -> Option<Reason> {
    let stops = target.running == Some(false) && service.running;
    let disables = target.policy.as_deref() == Some("off") && service.policy != "off";
    (service.required && (stops || disables)).then(|| {
        let cause = format!("the host cannot do without `{}`", service.key);
        reason("service-required", what, cause, "let it run, with policy `on`")
    })
}

/// The step that brings a service to its target; `None` when it is there.
pub(crate) fn service_step(
    manager: &MoRef,
    host: &str,
    service: &Service,
    target: &Target,
) -> Option<PlannedStep<SetService>> {
    let policy = target.policy.as_deref().filter(|policy| *policy != service.policy);
    let running = target.running.filter(|running| *running != service.running);
    let mut changes = Vec::new();
    changes.extend(policy.map(|policy| Change::of("policy", service.policy.as_str(), policy)));
    let change = |to: bool| Change::of("running", service.running.to_string(), to.to_string());
    changes.extend(running.map(change));
    if changes.is_empty() {
        return None;
    }
    let key = &service.key;
    let title = match running {
        Some(true) => format!("start service `{key}`"),
        Some(false) => format!("stop service `{key}`"),
        None => format!("set policy of service `{key}`"),
    };
    let payload = SetService {
        manager: manager.clone(),
        host: host.to_owned(),
        key: key.clone(),
        target: target.clone(),
    };
    Some(PlannedStep::update(host, title, payload).changes(changes).takes(limits::HOST, host))
}

fn warning(spec: &Spec, name: &str, seen: &Seen) -> Option<Item<Step>> {
    let quiet = spec.suppress_warning?;
    let Some((manager, present)) = &seen.warning else {
        let what = format!("cannot change the warning about SSH of host `{name}`");
        let cause = format!("this release of ESXi has no option `{WARNING}`");
        let fix = "remove `suppress_warning`";
        return Some(Item::blocked(name, reason("option-unknown", what, cause, fix)));
    };
    if (present.as_i64() != Some(0)) == quiet {
        return None;
    }
    // Its type is `xsd:long`; an older release may differ, so the present one is mirrored.
    let value = advanced_options::Wanted::Integer(i64::from(quiet)).typed_as(present);
    let value = value.unwrap_or(Value::Long(i64::from(quiet)));
    let step = advanced_options::step(manager, name, WARNING, (present, value))?;
    Some(step.map(Step::Warning).into())
}

/// How the services are, in a few words.
fn words(spec: &Spec, seen: &Seen) -> String {
    let found = spec.keys.iter().filter_map(|key| seen.services.find(key));
    let word = |service: &Service| {
        let state = if service.running { "runs" } else { "does not run" };
        format!("`{}` {state}, policy {}", service.key, service.policy)
    };
    found.map(word).collect::<Vec<_>>().join("; ")
}

fn notes(spec: &Spec, seen: &Seen) -> Vec<String> {
    let mut notes = Vec::new();
    for service in spec.keys.iter().filter_map(|key| seen.services.find(key)) {
        let key = &service.key;
        let policy = spec.target.policy.as_deref().unwrap_or(&service.policy);
        if spec.target.running == Some(true) && policy == "off" {
            let note = "runs until the host restarts: its policy is `off`";
            notes.push(format!("`{key}` {note}"));
        }
        let shell = [SSH, SHELL].contains(&key.as_str());
        let warns = seen.warning.as_ref().is_some_and(|(_, value)| value.as_i64() == Some(0));
        let told = spec.suppress_warning.is_some();
        if shell && spec.target.running == Some(true) && warns && !told {
            let note =
                "runs, the status of the host is yellow; `suppress_warning: true` keeps it quiet";
            notes.push(format!("while `{key}` {note}"));
        }
    }
    notes
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
