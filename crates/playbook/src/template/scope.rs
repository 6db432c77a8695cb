//! The variables a template sees: [`Variables`] of the playbook and the item of a loop, together a [`Scope`].

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use minijinja::value::Value;

use super::convert::to_value;
use crate::yaml::Node;

/// Words with a meaning in expressions, and the name of a loop's item.
const RESERVED: [&str; 15] = [
    "item", "and", "or", "not", "in", "is", "if", "else", "true", "false", "none", "True", "False",
    "None", "loop",
];

/// Tells whether a variable may have this name.
pub(crate) fn is_name(name: &str) -> bool {
    is_identifier(name) && !RESERVED.contains(&name)
}

/// Tells whether a text is one name, so that no expression needs to be evaluated.
pub(super) fn is_identifier(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && chars.all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// The variables of a playbook.
#[derive(Default)]
pub(crate) struct Variables {
    known: BTreeMap<Arc<str>, Variable>,
}

struct Variable {
    node: Node,
    value: Value,
    spoiled: bool,
}

impl Variables {
    /// Adds a variable. `spoiled` says that a mistake was reported inside its value.
    pub(crate) fn define(&mut self, name: &Arc<str>, node: Node, spoiled: bool) {
        let value = if spoiled { Value::UNDEFINED } else { to_value(&node) };
        self.known.insert(Arc::clone(name), Variable { node, value, spoiled });
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.known.keys().map(|name| &**name)
    }
}

/// What a template sees.
pub(crate) struct Scope<'a> {
    variables: &'a Variables,
    item: Option<Item<'a>>,
    looped: bool,
}

struct Item<'a> {
    node: &'a Node,
    spoiled: bool,
    value: OnceCell<Value>,
}

impl<'a> Scope<'a> {
    /// The variables alone.
    pub(crate) fn of(variables: &'a Variables) -> Self {
        Scope { variables, item: None, looped: false }
    }

    /// The variables and the item of a loop.
    pub(crate) fn with_item(variables: &'a Variables, node: &'a Node, spoiled: bool) -> Self {
        let item = Item { node, spoiled, value: OnceCell::new() };
        Scope { variables, item: Some(item), looped: true }
    }

    /// The variables and an item of which nothing is known.
    pub(crate) fn with_any_item(variables: &'a Variables) -> Self {
        Scope { variables, item: None, looped: true }
    }

    pub(super) fn node(&self, name: &str) -> Option<&Node> {
        match (&self.item, name) {
            (Some(item), "item") => Some(item.node),
            _ => self.variables.known.get(name).map(|variable| &variable.node),
        }
    }

    pub(super) fn knows(&self, name: &str) -> bool {
        (self.looped && name == "item") || self.variables.known.contains_key(name)
    }

    /// A mistake was reported inside the value already.
    pub(super) fn is_spoiled(&self, name: &str) -> bool {
        match (&self.item, name) {
            (Some(item), "item") => item.spoiled,
            (None, "item") => true,
            _ => self.variables.known.get(name).is_some_and(|variable| variable.spoiled),
        }
    }

    pub(super) fn is_looped(&self) -> bool {
        self.looped
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        let item = self.looped.then_some("item");
        self.variables.names().chain(item)
    }

    /// The values of these names; others do not matter to the expression.
    pub(super) fn context(&self, names: &[String]) -> Value {
        let known = names.iter().filter_map(|name| Some((name.clone(), self.value(name)?)));
        Value::from(known.collect::<BTreeMap<String, Value>>())
    }

    fn value(&self, name: &str) -> Option<Value> {
        match (&self.item, name) {
            (Some(item), "item") => Some(item.value.get_or_init(|| to_value(item.node)).clone()),
            _ => self.variables.known.get(name).map(|variable| variable.value.clone()),
        }
    }
}
