//! Decides whether keys are typed.

use orchestrator::{Plan, PlannedStep, limits};
use vim25::MoRef;
use vsphere::FindError;

use super::spec::Spec;
use crate::lookup::{not_found, reason};

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Seen {
    Nowhere(FindError),
    Vm {
        vm: MoRef,
        /// It runs, so that somebody listens to its keyboard.
        on: bool,
        /// The server has a method for it.
        can_type: bool,
        needed: bool,
    },
}

/// The keys are typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Step(pub(super) MoRef);

pub(super) fn plan(spec: &Spec, seen: &Seen) -> Plan<Step> {
    let what = || format!("cannot type on the console of `{}`", spec.vm);
    let blocked =
        |code, cause: &str, fix: &str| Plan::blocked(&spec.vm, reason(code, what(), cause, fix));
    match seen {
        Seen::Nowhere(error) => Plan::blocked(&spec.vm, not_found(what(), error)),
        Seen::Vm { needed: false, .. } => Plan::in_sync(&spec.vm, spec.unless.in_words()),
        Seen::Vm { can_type: false, .. } => blocked(
            "console-not-supported",
            "the server speaks an API before 6.5, which cannot type keys",
            "use `guest`, or type them by hand and declare a gate for it",
        ),
        Seen::Vm { on: false, .. } => blocked(
            "console-vm-off",
            "the VM is not powered on",
            "power it on, or let an earlier task do so",
        ),
        Seen::Vm { vm, .. } => {
            let title = format!("type {} entries on the console", spec.keys.len());
            let step = PlannedStep::update(&spec.vm, title, Step(vm.clone()));
            Plan::of(vec![step.takes(limits::VCENTER, &spec.vm).into()])
        }
    }
}
