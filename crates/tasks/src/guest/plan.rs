//! Decides which programs are run in a guest.

use orchestrator::{Item, Plan, PlannedStep, limits};

use super::observe::Seen;
use super::spec::Spec;
use crate::lookup::{not_found, reason};

/// The program at this place of the declaration is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Step(pub(super) usize);

pub(super) fn plan(spec: &Spec, seen: &Seen) -> Plan<Step> {
    let what = || format!("cannot run programs in the guest of `{}`", spec.vm);
    let needed = match seen {
        Seen::Nowhere(error) => return Plan::blocked(&spec.vm, not_found(what(), error)),
        Seen::NotReady => {
            let cause = "the VM is off, or VMware Tools do not run in it";
            let fix =
                "power the VM on and install VMware Tools; `after` names the task that makes it";
            return Plan::blocked(&spec.vm, reason("guest-not-ready", what(), cause, fix));
        }
        Seen::Refused => {
            let cause =
                format!("the guest refuses user `{}` with the declared passwords", spec.username);
            let fix = "correct `username` and `password`; each is tried once";
            return Plan::blocked(&spec.vm, reason("guest-login-refused", what(), cause, fix));
        }
        Seen::Guest { needed } => needed,
    };
    let open = spec.run.iter().enumerate().zip(needed).filter(|(_, needed)| **needed);
    let steps: Vec<Item<Step>> = open
        .map(|((at, run), _)| {
            let step = PlannedStep::update(&spec.vm, run.title(), Step(at));
            step.takes(limits::VCENTER, &spec.vm).into()
        })
        .collect();
    if steps.is_empty() { Plan::in_sync(&spec.vm, "no program is needed") } else { Plan::of(steps) }
}

/// By hand each program is typed once.
pub(super) fn manual_steps(seen: &Seen) -> u32 {
    let Seen::Guest { needed } = seen else { return 0 };
    u32::try_from(needed.iter().filter(|needed| **needed).count()).unwrap_or(u32::MAX)
}
