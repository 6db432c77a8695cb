//! Checks a catalogue itself, for the tests of those who declare one: [`catalogue_mistakes`].

use std::collections::HashSet;

use super::document::{Options, check};
use super::fields::{Names, Owner, default_node};
use super::task::TASK_KEYS;
use crate::capability::{Capability, Field, Kind};
use crate::limits::Limits;
use crate::playbook::DEFAULT_CONNECTION;
use crate::session::Session;
use crate::source::Source;
use crate::template::Engine;

/// What is wrong with a catalogue: doubled or missing names and sentences, defaults that do not fit their kind,
/// examples that do not check. Empty when all is well.
pub fn catalogue_mistakes(catalogue: &'static [Capability]) -> Vec<String> {
    let mut mistakes = Vec::new();
    let mut names: HashSet<&str> = TASK_KEYS.iter().map(|(key, _)| *key).collect();
    for capability in catalogue {
        let name = capability.name;
        if !names.insert(name) {
            mistakes.push(format!("`{name}` is taken"));
        }
        if capability.summary.is_empty() {
            mistakes.push(format!("`{name}` has no summary"));
        }
        field_mistakes(name, capability.fields, &mut mistakes);
        if !capability.example.is_empty() {
            let text = format!("tasks:\n{}", capability.example);
            let example = Source::new(name, &text);
            if let Err(found) = check(&example, catalogue, &Options::default()) {
                mistakes.push(format!("the example of `{name}` does not check: {found}"));
            }
        }
    }
    mistakes
}

fn field_mistakes(owner: &str, fields: &'static [Field], mistakes: &mut Vec<String>) {
    let mut names = HashSet::new();
    for field in fields {
        let name = format!("{owner}.{}", field.name);
        if !names.insert(field.name) {
            mistakes.push(format!("`{name}` is declared twice"));
        }
        if field.doc.is_empty() {
            mistakes.push(format!("`{name}` has no sentence"));
        }
        if field.default.is_some_and(|default| !is_of_kind(default, &field.kind)) {
            mistakes.push(format!("the default of `{name}` is not {}", field.kind.describe()));
        }
        nested_mistakes(&name, &field.kind, mistakes);
    }
}

fn nested_mistakes(owner: &str, kind: &'static Kind, mistakes: &mut Vec<String>) {
    match kind {
        Kind::Record(fields) => field_mistakes(owner, fields, mistakes),
        Kind::List(of) | Kind::Map(of) => nested_mistakes(owner, of, mistakes),
        Kind::OneOf(kinds) => {
            kinds.iter().for_each(|kind| nested_mistakes(owner, kind, mistakes));
        }
        _ => {}
    }
}

fn is_of_kind(default: &str, kind: &'static Kind) -> bool {
    let (source, limits, engine) = (Source::new("default", ""), Limits::default(), Engine::new());
    let mut session = Session::new(&source, &limits, &engine);
    let names = Names::from([DEFAULT_CONNECTION.to_owned()]);
    let owner = Owner { name: "default", connections: &names };
    let value = session.value(&default_node(default), kind, "default", owner);
    value.is_some() && session.sink.is_empty()
}
