//! Decides which commands are run.

use orchestrator::{Item, Plan, PlannedStep};

use super::observe::{MachineSeen, Seen};
use super::spec::{Run, Spec};
use crate::lookup::reason;

/// The command at this place of the declaration is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Step(pub(super) usize);

pub(super) fn plan(spec: &Spec, seen: &Seen) -> Plan<Step> {
    let machine = match seen {
        Seen::Closed(why) => return Plan::blocked(&spec.address, why.clone()),
        Seen::Machine(machine) => machine,
    };
    let steps: Vec<Item<Step>> = needed(spec, machine)
        .map(|(at, run)| PlannedStep::update(&spec.address, run.title(), Step(at)).into())
        .collect();
    let plan = match (&machine.proof, steps.is_empty()) {
        (_, false) => Plan::of(steps),
        (Some((false, shown)), true) => {
            let what = format!("cannot bring `{}` to what `proof` asks for", spec.address);
            let cause =
                format!("no command is needed, and yet `proof` does not hold; it says: {shown}");
            let fix = "correct `proof`, or the `unless` and `creates` of the commands";
            return Plan::blocked(&spec.address, reason("ssh-proof-fails", what, cause, fix));
        }
        (Some((true, shown)), true) => {
            let last = shown.lines().last().unwrap_or("").trim();
            let detail =
                if last.is_empty() { "the proof holds".to_owned() } else { last.to_owned() };
            Plan::in_sync(&spec.address, detail)
        }
        (None, true) => Plan::in_sync(&spec.address, "no command is needed"),
    };
    match &machine.first_seen {
        Some(key) => plan.note(format!(
            "the SSH host key of `{}` is trusted because it is the first one seen: {key}",
            spec.address
        )),
        None => plan,
    }
}

/// By hand each command is typed and each prompt answered.
pub(super) fn manual_steps(spec: &Spec, seen: &Seen) -> u32 {
    let Seen::Machine(machine) = seen else { return 0 };
    let steps = needed(spec, machine).map(|(_, run)| 1 + run.prompts.len());
    u32::try_from(steps.sum::<usize>()).unwrap_or(u32::MAX)
}

fn needed<'a>(spec: &'a Spec, machine: &'a MachineSeen) -> impl Iterator<Item = (usize, &'a Run)> {
    let all = spec.run.iter().enumerate().zip(&machine.needed);
    all.filter(|(_, needed)| **needed).map(|(run, _)| run)
}
