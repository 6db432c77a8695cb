//! Plans in short texts, for tests.

use orchestrator::Item;

/// Each item as one line: title and changes of a step, `=` in sync, `...` later, `!` blocked with its code.
pub(crate) fn shown<S>(items: &[Item<S>]) -> Vec<String> {
    items.iter().map(line).collect()
}

fn line<S>(item: &Item<S>) -> String {
    match item {
        Item::Step(step) => {
            let text = |value: &Option<String>| value.clone().unwrap_or("-".to_owned());
            let changes = step.changes.iter();
            let words = changes.map(|change| {
                format!("{}: {} -> {}", change.setting, text(&change.before), text(&change.after))
            });
            let words: Vec<String> = words.collect();
            match words.is_empty() {
                true => step.title.clone(),
                false => format!("{} ({})", step.title, words.join(", ")),
            }
        }
        Item::InSync { detail, .. } => format!("= {detail}"),
        Item::AfterApply { waits_for, .. } => format!("... {waits_for}"),
        Item::Blocked { reason, .. } => {
            assert!(!reason.what.is_empty() && !reason.cause.is_empty());
            let short = reason.fix.len() <= 40;
            if short {
                format!("! {}: {}", reason.code, reason.fix)
            } else {
                format!("! {}", reason.code)
            }
        }
    }
}
