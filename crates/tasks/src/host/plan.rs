//! Decides about a host.

use orchestrator::{Change, Item, Plan, PlannedStep, Reason, limits};

use super::connect::Identity;
use super::observe::Seen;
use super::present::{AgentState, Present};
use super::preview::Preview;
use super::spec::{Lockdown, Spec};
use crate::forecast::HostPreview;
use crate::ledger::ADD_HOST;
use crate::lookup::{Place, not_found, reason};

/// What can be done. None of it holds a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    /// Add the host and wait until it is connected and its HA agent is well.
    Add {
        identity: Option<Identity>,
    },
    Reconnect,
    /// Set up the HA agent anew.
    RepairAgent,
    /// Wait for the HA agent.
    AwaitAgent,
    SetLockdown(Lockdown),
    AssignLicense,
}

pub(super) fn plan(spec: &Spec, connection: &str, seen: &Seen) -> Plan<Step> {
    match &seen.present {
        Some(present) => plan_present(spec, connection, seen, present),
        None => plan_absent(spec, connection, seen),
    }
}

pub(super) fn manual_steps(plan: &Plan<Step>) -> u32 {
    let each = plan.items.iter().filter_map(|item| match item {
        Item::Step(step) => Some(match step.step {
            Step::Add { .. } => ADD_HOST,
            Step::AwaitAgent => 0,
            _ => 2,
        }),
        _ => None,
    });
    each.sum()
}

/// Whether a step connects the host again or ends with an HA agent that is well.
pub(super) fn mends(plan: &Plan<Step>) -> bool {
    let mending =
        |step: &Step| matches!(step, Step::Reconnect | Step::AwaitAgent | Step::RepairAgent);
    plan.items.iter().any(|item| matches!(item, Item::Step(planned) if mending(&planned.step)))
}

fn plan_absent(spec: &Spec, connection: &str, seen: &Seen) -> Plan<Step> {
    let what = format!("cannot add host `{}`", spec.hostname);
    let blocked = |reason: Reason| Plan::blocked(&spec.hostname, reason);
    for place in [Some(&seen.datacenter), seen.cluster.as_ref()].into_iter().flatten() {
        if let Place::Nowhere(error) = place {
            return blocked(not_found(what, error));
        }
    }
    match &seen.preview {
        None => {
            let waits = format!("datacenter `{}` exists", seen.datacenter.name());
            Plan::after_apply(&spec.hostname, waits)
        }
        Some(Preview::Refused(reason)) => blocked(reason.clone()),
        Some(Preview::NotYet(task)) => {
            Plan::after_apply(&spec.hostname, format!("task `{task}` makes it answer"))
        }
        Some(Preview::Ready { identity, first_seen, host, managed_by, cluster_supported }) => {
            let fit =
                Fit { managed_by: managed_by.as_deref(), cluster_supported: *cluster_supported };
            if let Some(reason) = fit.against(spec, what).or_else(|| seen.evc.clone()) {
                return blocked(reason);
            }
            let step = add_step(spec, connection, seen, identity.as_ref(), host);
            let plan = Plan::of(vec![step.into()]);
            match (first_seen, identity) {
                (true, Some(identity)) => plan.note(format!(
                    "host `{}` is trusted on first use: {}; compare it with the host's console",
                    spec.hostname,
                    identity.shown()
                )),
                _ => plan,
            }
        }
    }
}

struct Fit<'a> {
    managed_by: Option<&'a str>,
    cluster_supported: bool,
}

impl Fit<'_> {
    fn against(&self, spec: &Spec, what: String) -> Option<Reason> {
        match self.managed_by {
            Some(owner) if !spec.force => {
                let cause = format!("it is managed by the vCenter at `{owner}`");
                let fix = "remove it there first, or write `force: true` to take it over";
                Some(reason("host-owned-elsewhere", what, cause, fix))
            }
            _ if spec.cluster.is_some() && !self.cluster_supported => {
                let cause = "vCenter says that this host cannot be in a cluster";
                let fix = "update the host, or let it stand alone";
                Some(reason("host-cluster-unsupported", what, cause, fix))
            }
            _ => None,
        }
    }
}

fn add_step(
    spec: &Spec,
    connection: &str,
    seen: &Seen,
    identity: Option<&Identity>,
    host: &HostPreview,
) -> PlannedStep<Step> {
    let place = seen.cluster.as_ref().unwrap_or(&seen.datacenter);
    let sort = if seen.cluster.is_some() { "cluster" } else { "datacenter" };
    let mut changes = vec![Change::set(sort, place.name())];
    let mut tell = |setting: &str, text: String| {
        if !text.is_empty() {
            changes.push(Change::set(setting, text));
        }
    };
    tell("certificate", identity.map(Identity::shown).unwrap_or_default());
    tell("product", host.product.clone());
    tell("cpu", host.cpu_model.clone());
    tell("virtual machines", host.vms.len().to_string());
    tell("lockdown", spec.lockdown.map(|mode| mode.word().to_owned()).unwrap_or_default());
    tell("license", spec.license.as_deref().map(masked).unwrap_or_default());
    tell(
        "force",
        if spec.force { "take it from another vCenter".to_owned() } else { String::new() },
    );
    let title = format!("add host to {sort} `{}`", place.name());
    PlannedStep::create(&spec.hostname, title, Step::Add { identity: identity.cloned() })
        .changes(changes)
        .takes(limits::VCENTER, connection)
        .takes(limits::CLUSTER, place.name())
}

fn plan_present(spec: &Spec, connection: &str, seen: &Seen, present: &Present) -> Plan<Step> {
    if let Some(reason) = misplaced(spec, seen, present) {
        return Plan::blocked(&spec.hostname, reason);
    }
    let mut items: Vec<Item<Step>> = Vec::new();
    let mut step = |title: &str, step: Step, changes: Vec<Change>| {
        let planned = PlannedStep::update(&spec.hostname, title, step);
        items.push(planned.changes(changes).takes(limits::VCENTER, connection).into());
    };
    if !present.connected {
        let change = Change::of("connection", "disconnected", "connected");
        step("reconnect host", Step::Reconnect, vec![change]);
    } else if present.ha && !present.in_maintenance {
        match present.agent {
            AgentState::Well => {}
            AgentState::Failed => {
                let change = Change::of("HA agent", "failed", "set up");
                step("set up the HA agent anew", Step::RepairAgent, vec![change]);
            }
            AgentState::Settling | AgentState::None => {
                step("wait for the HA agent", Step::AwaitAgent, Vec::new());
            }
        }
    }
    if let Some(wanted) = spec.lockdown.filter(|wanted| present.lockdown != Some(*wanted)) {
        let before = present.lockdown.unwrap_or(Lockdown::Disabled);
        let change = Change::of("lockdown", before.word(), wanted.word());
        step("change the lockdown mode", Step::SetLockdown(wanted), vec![change]);
    }
    if spec.license.is_some() && spec.license != present.license {
        let change = Change {
            setting: "license".to_owned(),
            before: present.license.as_deref().map(masked),
            after: spec.license.as_deref().map(masked),
        };
        step("assign the licence", Step::AssignLicense, vec![change]);
    }
    if items.is_empty() {
        items.push(Item::in_sync(&spec.hostname, in_words(present)));
    }
    let plan = Plan::of(items);
    if present.in_maintenance {
        return plan.note(format!("host `{}` is in maintenance mode", present.name));
    }
    plan
}

fn misplaced(spec: &Spec, seen: &Seen, present: &Present) -> Option<Reason> {
    let right = match &seen.cluster {
        Some(cluster) => cluster.object() == Some(&present.parent_object),
        None => {
            let standalone = present.parent_object.kind == "ComputeResource";
            standalone && seen.datacenter.object() == present.datacenter.as_ref()
        }
    };
    if right {
        return None;
    }
    let what = format!("cannot add host `{}`", spec.hostname);
    if let Some(Place::Nowhere(error)) = &seen.cluster {
        return Some(not_found(what, error));
    }
    let called = if present.name.eq_ignore_ascii_case(&spec.hostname) {
        String::new()
    } else {
        format!(" as `{}`", present.name)
    };
    let cause = format!("it is in this vCenter already{called}, in `{}`", present.parent);
    let fix = "move it there by hand (maintenance mode, then drag it), or correct the playbook";
    Some(reason("host-elsewhere", what, cause, fix))
}

/// What is proved by the last look.
pub(super) fn in_words(present: &Present) -> String {
    let agent = match (present.ha, present.agent) {
        (false, _) => "HA off",
        (true, AgentState::Well) => "HA agent well",
        (true, _) => "no HA agent",
    };
    format!("connected in `{}`, {agent}", present.parent)
}

/// A licence key as it may be shown.
fn masked(key: &str) -> String {
    let tail = key.rsplit('-').next().unwrap_or_default();
    if tail.len() < key.len() { format!("…-{tail}") } else { "…".to_owned() }
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
