//! Decides about a gate: open, to be asked, or nobody to ask.

use orchestrator::{Change, Plan, PlannedStep, Reason};

use super::ask::GateReply;
use super::observe::Seen;
use super::probe::Probed;
use super::spec::Spec;

/// What can be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    /// Wait until it was done.
    Wait,
}

pub(super) fn plan(spec: &Spec, seen: &Seen) -> Plan<Step> {
    let task = seen.question.task.as_str();
    if let Some(reply) = &seen.reply {
        return Plan::in_sync(task, said(reply));
    }
    if let Probed::Holds(proof) = &seen.probed {
        return Plan::in_sync(task, proof.clone());
    }
    let eyes = spec.probe.as_ref().map(|probe| format!("as soon as {}", probe.words()));
    let ways: Vec<String> = seen.way.iter().cloned().chain(eyes).collect();
    if ways.is_empty() {
        return Plan::blocked(task, nobody(task));
    }
    let mut changes = vec![Change::set("answered", ways.join(", or "))];
    changes.extend(spec.checklist.iter().map(|part| Change::set("by hand", part.clone())));
    let step = PlannedStep::update(task, format!("wait for hands: {}", spec.text), Step::Wait);
    Plan::of(vec![step.changes(changes).into()])
}

pub(super) fn manual_steps(spec: &Spec, seen: &Seen) -> u32 {
    let open = seen.reply.is_some() || matches!(seen.probed, Probed::Holds(_));
    if open { 0 } else { spec.manual_steps }
}

/// A yes in words.
pub(super) fn said(reply: &GateReply) -> String {
    match reply.note.as_str() {
        "" => format!("answered yes by {}", reply.who),
        note => format!("answered yes by {}: {note}", reply.who),
    }
}

fn nobody(task: &str) -> Reason {
    Reason {
        code: "gate-nobody",
        what: format!("cannot ask whether `{task}` was done by hand"),
        cause: "there is no terminal, no prepared answer and no probe".to_owned(),
        fix: format!(
            "run it on a terminal, prepare the answer in a file for `--gate-answers`, give \
             `--wait-for-gates` and answer from another shell by `lockstep gate answer {task} --yes`, or add a \
             `probe` to the gate"
        ),
    }
}

#[cfg(test)]
mod tests {
    use orchestrator::Item;
    use playbook::check_args;

    use super::*;
    use crate::gate::CAPABILITY;

    const PLAIN: &str = "{ text: pull the drives, manual_steps: 3 }";
    const PROBED: &str = "{ text: start it, probe: { tcp: \"esx1:443\" } }";

    fn seen(spec: &Spec, probed: Probed, way: Option<&str>, yes: bool) -> Seen {
        let reply = GateReply { yes, note: String::new(), who: "anna".to_owned() };
        Seen {
            question: spec.question("drives"),
            reply: yes.then_some(reply),
            probed,
            way: way.map(str::to_owned),
        }
    }

    #[test]
    fn a_gate_is_open_to_be_asked_or_blocked() {
        let holds = || Probed::Holds("it answers".to_owned());
        let not_yet = || Probed::NotYet("refused".to_owned());
        let terminal = Some("on the terminal");
        let table = [
            (PLAIN, Probed::Nothing, None, true, "= answered yes by anna", 0),
            (PLAIN, Probed::Nothing, terminal, false, "~ on the terminal", 3),
            (PLAIN, Probed::Nothing, None, false, "! gate-nobody", 3),
            (PROBED, holds(), None, false, "= it answers", 0),
            (PROBED, not_yet(), None, false, "~ as soon as `esx1:443` accepts connections", 1),
            (
                PROBED,
                not_yet(),
                terminal,
                false,
                "~ on the terminal, or as soon as `esx1:443` accepts connections",
                1,
            ),
        ];
        for (yaml, probed, way, yes, expected, steps) in table {
            let spec = Spec::from(&check_args(&CAPABILITY, yaml).unwrap());
            let seen = seen(&spec, probed, way, yes);
            let shown = match &plan(&spec, &seen).items[..] {
                [Item::InSync { detail, .. }] => format!("= {detail}"),
                [Item::Step(step)] => format!("~ {}", step.changes[0].after.clone().unwrap()),
                [Item::Blocked { reason, .. }] => format!("! {}", reason.code),
                other => panic!("{other:?}"),
            };
            assert_eq!((shown.as_str(), manual_steps(&spec, &seen)), (expected, steps), "{yaml}");
        }
    }

    #[test]
    fn probes_that_cannot_be_meant_are_mistakes() {
        for probe in [
            "{}",
            "{ tcp: \"a:1\", https: \"https://a\" }",
            "{ tcp: esx1 }",
            "{ tcp: \"esx1:70000\" }",
            "{ tcp: \":443\" }",
            "{ https: \"http://esx1\" }",
            "{ property: { connection: elsewhere, object: a, path: b, equals: c } }",
        ] {
            let yaml = format!("{{ text: x, probe: {probe} }}");
            assert!(check_args(&CAPABILITY, &yaml).is_err(), "{probe}");
        }
    }
}
