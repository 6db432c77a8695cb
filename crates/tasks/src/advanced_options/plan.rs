//! Decides about options, host by host.

use orchestrator::{Item, PlannedStep, Reason};
use playbook::instead;
use vim25::{MoRef, Value};

use super::observe::Seen;
use super::setting::{SetOption, Wanted, shown, step, takes};
use super::spec::Spec;
use crate::lookup::reason;

pub(super) fn plan_host(spec: &Spec, name: &str, seen: &Seen) -> Vec<Item<SetOption>> {
    if seen.no_vcenter {
        let what = format!("cannot set options of `{name}`");
        let cause = "the task is about the settings of a vCenter, and this is an ESXi host";
        let fix = "remove `scope: vcenter`, or name the connection of a vCenter";
        return vec![Item::blocked(name, reason("not-a-vcenter", what, cause, fix))];
    }
    let pairs = || spec.options.iter().zip(&seen.values);
    let items: Vec<_> = pairs()
        .filter_map(|((key, wanted), present)| item(name, seen, (key, wanted), present.as_ref()))
        .collect();
    if !items.is_empty() {
        return items;
    }
    let word = |(key, value): (&String, &Value)| format!("`{key}` is {}", shown(key, value));
    let words = pairs().filter_map(|((key, _), present)| Some(word((key, present.as_ref()?))));
    vec![Item::in_sync(name, words.collect::<Vec<_>>().join("; "))]
}

fn item(
    name: &str,
    seen: &Seen,
    option: (&str, &Wanted),
    present: Option<&Value>,
) -> Option<Item<SetOption>> {
    match option_step(&seen.manager, name, option, present, &seen.keys) {
        Ok(step) => step.map(Item::from),
        Err(why) => Some(Item::blocked(name, why)),
    }
}

/// The step that brings an option to what is wanted; `None` when it is there. `keys` are the names to
/// choose from when there is no such option.
pub(crate) fn option_step(
    manager: &MoRef,
    owner: &str,
    (key, wanted): (&str, &Wanted),
    present: Option<&Value>,
    keys: &[String],
) -> Result<Option<PlannedStep<SetOption>>, Reason> {
    let what = format!("cannot set option `{key}` of `{owner}`");
    let Some(present) = present else {
        let cause = format!("there is no option `{key}`");
        return Err(reason("option-unknown", what, cause, near(key, keys)));
    };
    let Some(value) = wanted.typed_as(present) else {
        let cause = format!("`{key}` takes {}", takes(present));
        return Err(reason("option-type", what, cause, "write such a value"));
    };
    Ok(step(manager, owner, key, (present, value)))
}

/// Names alike: by spelling, or else those that end in the same word or are of the same group.
fn near(key: &str, keys: &[String]) -> String {
    if keys.is_empty() {
        return "leave it out: this release does not have it".to_owned();
    }
    let lower = key.to_lowercase();
    let last = lower.rsplit('.').next().unwrap_or(&lower).to_owned();
    let group = lower.rsplit_once('.').map_or("", |(group, _)| group).to_owned();
    let ends = |own: &&String| own.to_lowercase().rsplit('.').next() == Some(last.as_str());
    let inside = |own: &&String| !group.is_empty() && own.to_lowercase().starts_with(&group);
    let same_end: Vec<&str> = keys.iter().filter(ends).map(String::as_str).collect();
    let same_group: Vec<&str> = keys.iter().filter(inside).map(String::as_str).collect();
    match (same_end.is_empty(), same_group.is_empty()) {
        (false, _) => instead(key, same_end),
        (true, false) => instead(key, same_group),
        (true, true) => instead(key, keys.iter().map(String::as_str)),
    }
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
