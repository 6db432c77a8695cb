//! Decides about a deployment.

use orchestrator::{Item, Plan, PlannedStep, Reason, limits};

use super::blocks::blocks;
use super::existing::{Vm, VmSeen};
use super::fields;
use super::mark::Mark;
use super::observe::Seen;
use super::place::{PlaceSeen, Placement};
use super::source::{Manifested, PackageSeen};
use super::spec::{Given, Spec};
use super::words::changes;
use crate::lookup::reason;

/// What can be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    /// Deploy the package with this id; what an earlier attempt left is removed before.
    Deploy {
        package: String,
    },
    PowerOn,
    AwaitGuest,
}

pub(super) fn plan(spec: &Spec, seen: &Seen) -> Plan<Step> {
    let package = match &seen.package {
        Ok(package) => package,
        Err(unusable) => return Plan::blocked(&spec.name, unreadable(spec, &unusable.0)),
    };
    let place = match &seen.place {
        PlaceSeen::Coming(waits) => return Plan::after_apply(&spec.name, waits),
        PlaceSeen::Here(place) => place,
    };
    match &seen.vm {
        VmSeen::None => deploy(spec, package, place, None),
        VmSeen::Foreign(path) => Plan::blocked(&spec.name, taken(spec, path)),
        VmSeen::Ours(vm) => match &vm.mark {
            Mark::Unfinished(_) if vm.is_on => Plan::blocked(&spec.name, half_and_on(spec)),
            Mark::Unfinished(_) => deploy(spec, package, place, Some(vm)),
            Mark::Deployed(id) if *id != package.id => Plan::blocked(&spec.name, other(spec)),
            Mark::Deployed(_) => settled(spec, package, vm),
        },
    }
}

pub(super) fn manual_steps(spec: &Spec, seen: &Seen) -> u32 {
    let plan = plan(spec, seen);
    let is_open = plan.items.iter().any(|item| match item {
        Item::Step(step) => matches!(step.step, Step::Deploy { .. }),
        Item::AfterApply { .. } => true,
        _ => false,
    });
    if is_open { fields::DEPLOY } else { 0 }
}

fn deploy(spec: &Spec, package: &PackageSeen, place: &Placement, left: Option<&Vm>) -> Plan<Step> {
    let name = &spec.name;
    let blocks = blocks(spec, package, place);
    if !blocks.is_empty() {
        return Plan::of(blocks.into_iter().map(|why| Item::blocked(name, why)).collect());
    }
    let title = match left {
        None => format!("deploy `{name}`"),
        Some(_) => format!("deploy `{name}` anew, in place of an attempt that was not finished"),
    };
    let step = Step::Deploy { package: package.id.clone() };
    let deploy = PlannedStep::create(name, title, step)
        .changes(changes(spec, package, place))
        .takes(limits::DATASTORE, &place.datastore_name);
    let mut items = vec![deploy.into()];
    if spec.power_on {
        items.push(power_on(spec));
    }
    items.extend(await_guest(spec));
    let mut plan = Plan::of(items);
    if package.manifest == Manifested::No {
        plan = plan.note("the package has no digests: a change on its way would not be noticed");
    }
    for property in package.descriptor.properties().filter(|property| property.password) {
        let given = spec.properties.iter().find(|(key, _)| *key == property.key);
        if matches!(given, Some((_, Given::Text(_)))) {
            let key = &property.key;
            plan = plan.note(format!(
                "the package calls `{key}` a secret: refer to one instead of writing it down"
            ));
        }
    }
    plan
}

fn settled(spec: &Spec, package: &PackageSeen, vm: &Vm) -> Plan<Step> {
    let mut items = Vec::new();
    if spec.power_on && !vm.is_on {
        items.push(power_on(spec));
        items.extend(await_guest(spec));
    } else if spec.wait.tools && !vm.tools || spec.wait.address && vm.address.is_none() {
        items.extend(await_guest(spec));
    }
    if items.is_empty() {
        items.push(Item::in_sync(&spec.name, proof(package, vm)));
    }
    Plan::of(items)
}

/// What shows that a VM is as declared.
pub(super) fn proof(package: &PackageSeen, vm: &Vm) -> String {
    let short = package.id.get(..12).unwrap_or(&package.id);
    let power = if vm.is_on { "powered on" } else { "powered off" };
    let mut proof = format!("deployed from the package {short}, {power}");
    if let Some(address) = &vm.address {
        proof = format!("{proof}, address {address}");
    }
    proof
}

fn power_on(spec: &Spec) -> Item<Step> {
    PlannedStep::update(&spec.name, format!("power on `{}`", spec.name), Step::PowerOn).into()
}

fn await_guest(spec: &Spec) -> Option<Item<Step>> {
    let what = match (spec.wait.tools, spec.wait.address) {
        (false, false) => return None,
        (true, false) => "VMware Tools",
        (false, true) => "an address",
        (true, true) => "VMware Tools and an address",
    };
    let title = format!("wait for {what} of `{}`", spec.name);
    Some(PlannedStep::update(&spec.name, title, Step::AwaitGuest).into())
}

fn unreadable(spec: &Spec, cause: &str) -> Reason {
    let what = format!("cannot deploy `{}`", spec.name);
    reason("ovf-package", what, cause, "get the package anew, or correct `source`")
}

fn taken(spec: &Spec, path: &str) -> Reason {
    let what = format!("cannot deploy `{}`", spec.name);
    let cause = format!("a VM of this name is there and was not deployed by Lockstep: `{path}`");
    reason(
        "ovf-name-taken",
        what,
        cause,
        "choose another `name`, or rename that VM; it is not touched",
    )
}

fn half_and_on(spec: &Spec) -> Reason {
    let what = format!("cannot deploy `{}` anew", spec.name);
    let cause = "its deployment was not finished, and somebody powered it on";
    reason("ovf-unfinished-on", what, cause, "power it off if it may be deleted, or rename it")
}

fn other(spec: &Spec) -> Reason {
    let what = format!("cannot deploy `{}`", spec.name);
    let cause = "the VM of this name was deployed from another package";
    reason("ovf-other-package", what, cause, "delete it if it may go, or choose another `name`")
}
