//! How a capability describes itself: [`Capability`], [`Field`] and [`Kind`].
//!
//! The one table drives validation, the JSON schema, `explain` and the reference. This crate defines the shape
//! only; the tables themselves are declared beside the code that carries the capabilities out.

use crate::args::Args;
use crate::settled::Settles;

/// A kind of task, such as `cluster`.
///
/// Declare one with `Capability { fields: FIELDS, ..Capability::new("cluster", "…") }`.
#[derive(Clone, Copy, Debug)]
pub struct Capability {
    /// The key in the playbook.
    pub name: &'static str,
    /// One sentence on what it makes true.
    pub summary: &'static str,
    /// The fields it takes.
    pub fields: &'static [Field],
    /// A complete task as YAML, starting with `- `; a test checks it.
    pub example: &'static str,
    /// Privileges it needs, each with the object it is needed on.
    pub privileges: &'static [Privilege],
    /// API methods it may call, by wire name.
    pub methods: &'static [&'static str],
    /// What a person would do by hand instead.
    pub manual_steps: &'static str,
    /// Tells which fields do not go together; called only when every field by itself is right.
    pub rule: Option<Rule>,
    /// Tells which values a task declares, for those capabilities of which two tasks must not contradict each other.
    pub settles: Option<Settles>,
    /// Whether its tasks use a connection to a server. A task of one that does not needs no `connection:`.
    pub connects: bool,
    /// Fields with which a task uses its connection although `connects` is false.
    pub connects_for: &'static [&'static str],
}

/// Finds fields that do not go together; see [`Capability::rule`].
pub type Rule = fn(&Args) -> Vec<Mistake>;

/// A privilege and the object it is needed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Privilege {
    /// The privilege's id, such as `Host.Inventory.EditCluster`.
    pub id: &'static str,
    /// The object it is needed on, in words.
    pub on: &'static str,
}

/// A mistake found by a capability's [`rule`](Capability::rule).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// The field to point at; empty for the whole task.
    pub field: &'static str,
    /// What is wrong, one sentence without period.
    pub what: String,
    /// What to write instead.
    pub hint: String,
}

/// One field of a capability or record.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// The key in the playbook.
    pub name: &'static str,
    /// What values it takes.
    pub kind: Kind,
    /// Whether it must be given.
    pub required: bool,
    /// The value when it is not given, as it would be written in YAML: one value, `[]` or `{}`.
    pub default: Option<&'static str>,
    /// One or two sentences for people.
    pub doc: &'static str,
}

/// What values a field takes.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// Anything; kept as it is.
    Any,
    /// Text that is not empty. Numbers and true/false are taken as they are written.
    Text,
    /// A whole number between two bounds, both included.
    Integer {
        /// Smallest.
        min: i64,
        /// Largest.
        max: i64,
    },
    /// `true` or `false`.
    Boolean,
    /// One of some words.
    Choice(&'static [&'static str]),
    /// A list of such values.
    List(&'static Kind),
    /// A block of freely named keys with such values.
    Map(&'static Kind),
    /// A block of known fields.
    Record(&'static [Field]),
    /// A reference to a secret; never the secret itself.
    Secret,
    /// A length of time such as `90s`, `5m` or `1h30m`.
    Duration,
    /// The name of a declared connection.
    Connection,
    /// The first of several kinds that fits.
    OneOf(&'static [Kind]),
}

impl Capability {
    /// A capability without fields; fill in the rest with struct update syntax.
    pub const fn new(name: &'static str, summary: &'static str) -> Self {
        Capability {
            name,
            summary,
            fields: &[],
            example: "",
            privileges: &[],
            methods: &[],
            manual_steps: "",
            rule: None,
            settles: None,
            connects: true,
            connects_for: &[],
        }
    }
}

impl Mistake {
    /// A mistake at `field` (empty for the whole task).
    pub fn new(field: &'static str, what: impl Into<String>, hint: impl Into<String>) -> Self {
        Mistake { field, what: what.into(), hint: hint.into() }
    }
}

impl Field {
    /// A field that must be given.
    pub const fn required(name: &'static str, kind: Kind, doc: &'static str) -> Self {
        Field { name, kind, required: true, default: None, doc }
    }

    /// A field that may be left out and then has no value.
    pub const fn optional(name: &'static str, kind: Kind, doc: &'static str) -> Self {
        Field { name, kind, required: false, default: None, doc }
    }

    /// A field that may be left out and then has the value `default` (as YAML).
    pub const fn with_default(
        name: &'static str,
        kind: Kind,
        default: &'static str,
        doc: &'static str,
    ) -> Self {
        Field { name, kind, required: false, default: Some(default), doc }
    }
}

impl Kind {
    /// The kind in words, with its article: "a list of text".
    pub fn describe(&self) -> String {
        match self {
            Kind::Any => "any value".to_owned(),
            Kind::Text => "text".to_owned(),
            Kind::Integer { min: i64::MIN, max: i64::MAX } => "a whole number".to_owned(),
            Kind::Integer { min, max: i64::MAX } => format!("a whole number from {min}"),
            Kind::Integer { min, max } => format!("a whole number from {min} to {max}"),
            Kind::Boolean => "true or false".to_owned(),
            Kind::Choice(choices) => format!("one of {}", quoted(choices)),
            Kind::List(of) => format!("a list of {}", of.plural()),
            Kind::Map(of) => format!("a block of names with {} each", of.describe()),
            Kind::Record(_) => "a block of fields".to_owned(),
            Kind::Secret => "a reference to a secret".to_owned(),
            Kind::Duration => "a duration such as 90s or 5m".to_owned(),
            Kind::Connection => "the name of a connection".to_owned(),
            Kind::OneOf(kinds) => {
                kinds.iter().map(Kind::describe).collect::<Vec<_>>().join(", or ")
            }
        }
    }

    fn plural(&self) -> String {
        match self {
            Kind::Text => "texts".to_owned(),
            Kind::Integer { .. } => "whole numbers".to_owned(),
            Kind::Record(_) => "blocks of fields".to_owned(),
            Kind::Connection => "names of connections".to_owned(),
            other => other.describe(),
        }
    }
}

/// Words in backticks, with commas.
pub(crate) fn quoted(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}
