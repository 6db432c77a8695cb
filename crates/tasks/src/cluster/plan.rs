//! Decides about a cluster.

use std::collections::BTreeSet;

use orchestrator::{Change, Item, Plan, PlannedStep, Reason, limits};

use super::observe::{ClusterSeen, Seen};
use super::setting::{changes, difference, option_changes, options_difference};
use super::spec::{Evc, Spec};
use super::write::{Refs, Writing};
use crate::evc;
use crate::ledger::MAKE_CLUSTER;
use crate::lookup::{Place, not_found, reason};

/// What can be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    /// Make the cluster, or bring its settings in line.
    Settle { refs: Refs },
    /// Set the EVC mode.
    SetEvc { mode: String },
    /// Switch EVC off.
    DisableEvc,
}

pub(super) fn plan(spec: &Spec, connection: &str, seen: &Seen) -> Plan<Step> {
    let blocks = blocks(spec, seen);
    if !blocks.is_empty() {
        let items = blocks.into_iter().map(|reason| Item::blocked(&spec.name, reason));
        return Plan::of(items.collect());
    }
    let mut items: Vec<Item<Step>> = Vec::new();
    let claimed = |step: PlannedStep<Step>| {
        step.takes(limits::VCENTER, connection).takes(limits::CLUSTER, &spec.name)
    };
    items.extend(settle(spec, seen).map(|step| claimed(step).into()));
    items.extend(evc_step(spec, seen).map(|step| claimed(step).into()));
    if let (true, Some(cluster)) = (items.is_empty(), &seen.cluster) {
        items.push(Item::in_sync(&spec.name, in_words(spec, cluster)));
    }
    Plan::of(items)
}

/// What a person would do by hand, page by page.
pub(super) fn manual_steps(spec: &Spec, seen: &Seen) -> u32 {
    let Some(cluster) = &seen.cluster else { return MAKE_CLUSTER };
    let settings = difference(&spec.declared, &cluster.settings);
    let pages: BTreeSet<_> = settings.keys().map(|setting| setting.page()).collect();
    let options = !options_difference(&spec.options, &cluster.options).is_empty();
    let evc = evc_step(spec, seen).is_some();
    let pages = pages.len() + usize::from(options) + usize::from(evc);
    // Log in, open the settings, each page, and OK.
    if pages == 0 { 0 } else { MAKE_CLUSTER.min(u32::try_from(pages).unwrap_or(MAKE_CLUSTER) + 3) }
}

/// What is to be written to settle the settings, given what is there.
pub(super) fn writing(spec: &Spec, there: Option<&ClusterSeen>) -> Writing {
    let Some(there) = there else {
        let complete = spec.complete.clone();
        return Writing { changed: complete.clone(), complete, options: spec.options.clone() };
    };
    let changed = difference(&spec.declared, &there.settings);
    let mut complete = there.settings.clone();
    complete.extend(spec.declared.clone());
    forget_other_shares(spec, &mut complete);
    let mut options = there.options.clone();
    options.extend(options_difference(&spec.options, &there.options));
    if options == there.options {
        options.clear();
    }
    Writing { changed, complete, options }
}

/// A number of failures takes the place of percentages that are there, and the other way round.
fn forget_other_shares(spec: &Spec, complete: &mut super::setting::Settings) {
    use super::setting::Setting::{AdmissionCpu, AdmissionFailures, AdmissionMemory};
    if spec.declared.contains_key(&AdmissionFailures) {
        complete.retain(|setting, _| !matches!(setting, AdmissionCpu | AdmissionMemory));
    }
}

fn settle(spec: &Spec, seen: &Seen) -> Option<PlannedStep<Step>> {
    let payload = Step::Settle { refs: seen.refs.clone() };
    let Some(there) = &seen.cluster else {
        let mut all = changes(&spec.complete, &Default::default());
        all.extend(option_changes(&spec.options, &Default::default()));
        let title = format!("create cluster `{}`", spec.name);
        return Some(PlannedStep::create(&spec.name, title, payload).changes(all));
    };
    let mut all = changes(&difference(&spec.declared, &there.settings), &there.settings);
    let options = options_difference(&spec.options, &there.options);
    all.extend(option_changes(&options, &there.options));
    let title = format!("reconfigure cluster `{}`", spec.name);
    (!all.is_empty()).then(|| PlannedStep::update(&spec.name, title, payload).changes(all))
}

fn evc_step(spec: &Spec, seen: &Seen) -> Option<PlannedStep<Step>> {
    let current = seen.cluster.as_ref().and_then(|cluster| cluster.evc.current.as_deref());
    match (spec.evc.as_ref()?, current) {
        (Evc::Mode(wanted), current) if current != Some(wanted) => {
            let title = format!("set EVC mode `{wanted}`");
            let before = current.map(str::to_owned);
            let after = Some(wanted.clone());
            let change = Change { setting: "evc".to_owned(), before, after };
            let step = Step::SetEvc { mode: wanted.clone() };
            Some(PlannedStep::update(&spec.name, title, step).changes([change]))
        }
        (Evc::Disabled, Some(current)) => {
            let change = Change::unset("evc", current);
            let step = PlannedStep::update(&spec.name, "switch EVC off", Step::DisableEvc);
            Some(step.changes([change]))
        }
        _ => None,
    }
}

fn blocks(spec: &Spec, seen: &Seen) -> Vec<Reason> {
    let what = format!("cannot configure cluster `{}`", spec.name);
    if let Place::Nowhere(error) = &seen.datacenter {
        return vec![not_found(what, error)];
    }
    let mut blocks: Vec<Reason> = seen
        .unknown
        .iter()
        .map(|error| Reason {
            fix: "datastores and hosts are known after hosts were added: declare this in a second \
                  `cluster` task that needs them, and check the names"
                .to_owned(),
            ..not_found(what.clone(), error)
        })
        .collect();
    blocks.extend(evc_blocks(spec, seen));
    blocks
}

fn evc_blocks(spec: &Spec, seen: &Seen) -> Vec<Reason> {
    let Some(Evc::Mode(wanted)) = &spec.evc else { return Vec::new() };
    let what = format!("cannot set EVC mode `{wanted}` on cluster `{}`", spec.name);
    if seen.cluster.as_ref().is_some_and(|cluster| !cluster.evc.available) {
        let cause = "vCenter shows no EVC manager for the cluster";
        let fix = "use vCenter 6.0 or newer and a user who may read the cluster";
        return vec![reason("evc-unavailable", what, cause, fix)];
    }
    if !seen.modes.is_empty() && evc::find(&seen.modes, wanted).is_none() {
        let cause = format!("this vCenter has no EVC mode `{wanted}`");
        let fix = format!("write one of {}", evc::choices(&seen.modes, wanted));
        return vec![reason("evc-mode-unknown", what, cause, fix)];
    }
    let against = seen.cluster.iter().flat_map(|cluster| &cluster.evc.against);
    let usual = "choose a mode that all hosts can reach; power VMs off before a lower mode is set";
    against
        .map(|(cause, fix)| {
            let fix = fix.as_deref().unwrap_or(usual);
            reason("evc-refused", what.clone(), cause.clone(), fix)
        })
        .collect()
}

/// What is proved by the last look.
fn in_words(spec: &Spec, cluster: &ClusterSeen) -> String {
    let caps = spec.caps(&cluster.options);
    let limit = |cap: u32| if cap == 0 { "no limit".to_owned() } else { cap.to_string() };
    let ha = if spec.ha() { "on" } else { "off" };
    let mut parts = vec![
        format!("HA {ha}"),
        format!("FT limits per host: {} VMs, {} vCPUs", limit(caps.vms), limit(caps.vcpus)),
    ];
    if let Some(mode) = &cluster.evc.current {
        parts.insert(1, format!("EVC `{mode}`"));
    }
    parts.push(format!("{} hosts", cluster.hosts));
    parts.join(", ")
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
