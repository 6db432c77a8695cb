//! Decides about rulesets, host by host.

use orchestrator::{Change, Item, PlannedStep, Reason, limits};
use playbook::instead;
use vim25::MoRef;

use super::allow::AllowList;
use super::observe::{Ruleset, Rulesets};
use super::spec::{Spec, Target};
use crate::lookup::reason;
use crate::per_host::HostPlan;

/// Bringing a ruleset to its target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SetRuleset {
    pub(crate) manager: MoRef,
    pub(crate) host: String,
    pub(crate) key: String,
    pub(crate) target: Target,
}

pub(super) fn plan_host(spec: &Spec, name: &str, seen: &Rulesets) -> HostPlan<SetRuleset> {
    let item = |key: &String| match ruleset_step(name, seen, key, &spec.target) {
        Ok(step) => step.map(Item::from),
        Err(why) => Some(Item::blocked(name, why)),
    };
    let mut items: Vec<Item<SetRuleset>> = spec.rulesets.iter().filter_map(item).collect();
    if items.is_empty() {
        let found = spec.rulesets.iter().filter_map(|key| seen.find(key));
        items.push(Item::in_sync(name, found.map(words).collect::<Vec<_>>().join("; ")));
    }
    HostPlan { items, notes: notes(spec) }
}

/// How a ruleset is, in a few words.
pub(crate) fn words(ruleset: &Ruleset) -> String {
    let state = if ruleset.enabled { "open" } else { "closed" };
    match &ruleset.allowed {
        AllowList::All => format!("`{}` is {state}", ruleset.key),
        some => format!("`{}` is {state}, allowed: {some}", ruleset.key),
    }
}

/// Who narrows the way of management may cut off the own branch.
fn notes(spec: &Spec) -> Vec<String> {
    let narrows = matches!(&spec.target.allowed, Some(AllowList::Only(_)));
    let manages = |key: &&String| ["vSphereClient", "webAccess"].contains(&key.as_str());
    let own = spec.rulesets.iter().find(manages).filter(|_| narrows);
    let note =
        |key| format!("`{key}` carries management: who is not listed is cut off, this machine too");
    own.map(note).into_iter().collect()
}

/// The step that brings a ruleset to its target; `None` when it is there.
pub(crate) fn ruleset_step(
    host: &str,
    seen: &Rulesets,
    key: &str,
    target: &Target,
) -> Result<Option<PlannedStep<SetRuleset>>, Reason> {
    let verb = if target.enabled { "open" } else { "close" };
    let what = format!("cannot {verb} firewall ruleset `{key}` of host `{host}`");
    let Some(ruleset) = seen.find(key) else {
        let cause = format!("the host has no ruleset `{key}`");
        let fix = instead(key, seen.rulesets.iter().map(|one| one.key.as_str()));
        return Err(reason("ruleset-unknown", what, cause, fix));
    };
    if let Some(why) = obstacle(ruleset, target, &what) {
        return Err(why);
    }
    let allowed = target.allowed.as_ref().filter(|allowed| **allowed != ruleset.allowed);
    let mut changes = Vec::new();
    if ruleset.enabled != target.enabled {
        let (before, after) = (ruleset.enabled.to_string(), target.enabled.to_string());
        changes.push(Change::of("enabled", before, after));
    }
    changes.extend(allowed.map(|allowed| {
        Change::of("allowed_hosts", ruleset.allowed.to_string(), allowed.to_string())
    }));
    if changes.is_empty() {
        return Ok(None);
    }
    let title = match (ruleset.enabled, target.enabled) {
        (false, true) => format!("open firewall ruleset `{key}`"),
        (true, false) => format!("close firewall ruleset `{key}`"),
        _ => format!("change who may use firewall ruleset `{key}`"),
    };
    let payload = SetRuleset {
        manager: seen.manager.clone(),
        host: host.to_owned(),
        key: key.to_owned(),
        target: target.clone(),
    };
    let step = PlannedStep::update(host, title, payload);
    Ok(Some(step.changes(changes).takes(limits::HOST, host)))
}

fn obstacle(ruleset: &Ruleset, target: &Target, what: &str) -> Option<Reason> {
    let key = &ruleset.key;
    if ruleset.required && !target.enabled && ruleset.enabled {
        let cause = format!("the host cannot do without `{key}`");
        return Some(reason("ruleset-required", what, cause, "leave it open"));
    }
    if ruleset.enabled != target.enabled && !ruleset.controllable {
        let cause = format!("this release of ESXi lets nobody switch `{key}` by hand");
        let fix = match &ruleset.service {
            Some(service) => {
                format!("start or stop its service `{service}` with `service`; it follows")
            }
            None => "set up what it serves; the host opens and closes it by itself".to_owned(),
        };
        return Some(reason("ruleset-not-controllable", what, cause, fix));
    }
    let other = target.allowed.as_ref().is_some_and(|allowed| *allowed != ruleset.allowed);
    if other && !ruleset.list_configurable {
        let cause = format!("this release of ESXi does not let anybody choose who may use `{key}`");
        return Some(reason("ruleset-list-fixed", what, cause, "remove `allowed_hosts`"));
    }
    if target.enabled && target.allowed.is_none() && ruleset.allowed.is_nobody() {
        let cause = format!(
            "the list of who may use `{key}` is empty: open or not, it lets nobody through"
        );
        let fix = "declare `firewall:` for it with `allowed_hosts: all`, or with a list";
        return Some(reason("ruleset-allows-nobody", what, cause, fix));
    }
    None
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
