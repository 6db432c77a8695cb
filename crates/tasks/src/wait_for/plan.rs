//! Decides whether there is something to wait for.

use orchestrator::{Change, Item, Plan, PlannedStep};

use super::look::Sight;
use super::spec::Spec;

/// Waiting. It has no settings beside the declaration's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Wait;

pub(super) fn plan(spec: &Spec, seen: &Sight) -> Plan<Wait> {
    let subject = spec.condition.subject();
    let item = match seen {
        Sight::Met(proof) => Item::in_sync(subject, proof.as_str()),
        Sight::Blocked(why) => Item::blocked(subject, why.clone()),
        Sight::NotYet(instead) => {
            let title = format!("wait until {}", spec.condition);
            let change = Change {
                setting: "seen now".to_owned(),
                before: Some(instead.clone()),
                after: Some(format!("as declared, within {}", words(spec.timeout))),
            };
            // It takes no limit: somebody else's work is what it waits for.
            PlannedStep::update(subject, title, Wait).changes([change]).into()
        }
    };
    Plan::of(vec![item])
}

/// A length of time such as `1 h 30 min`.
pub(super) fn words(span: std::time::Duration) -> String {
    let seconds = span.as_secs();
    let parts = [(seconds / 3600, "h"), (seconds / 60 % 60, "min"), (seconds % 60, "s")];
    let shown = parts.iter().filter(|(amount, _)| *amount > 0);
    let shown: Vec<String> = shown.map(|(amount, unit)| format!("{amount} {unit}")).collect();
    if shown.is_empty() { format!("{} ms", span.as_millis()) } else { shown.join(" ") }
}
