//! The checked values of a task: [`Args`].
//!
//! Reading never fails and never panics on what a user wrote: checking came before, and a field that was left
//! out yields its declared default, or an empty value. Asking for a field that the table does not declare is a
//! bug of the caller, which debug builds report.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use crate::capability::Field;
use crate::secrets::SecretRef;
use crate::source::Span;

/// A checked value and where it was written.
#[derive(Clone, Debug)]
pub struct Value {
    /// The place in the playbook; [`Span::NONE`] for defaults.
    pub span: Span,
    /// The value.
    pub data: Data,
}

/// What a checked value is.
#[derive(Clone, Debug)]
pub enum Data {
    /// Nothing.
    Null,
    /// `true` or `false`.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// A number with a fraction; only where any value is taken.
    Number(f64),
    /// Text, a choice or the name of a connection.
    Text(Arc<str>),
    /// A length of time.
    Duration(Duration),
    /// A list.
    List(Vec<Value>),
    /// Freely named keys, in the order of the file.
    Map(Vec<(String, Value)>),
    /// A block of declared fields.
    Record(Args),
    /// A reference to a secret.
    Secret(SecretRef),
}

/// The checked fields of a capability or record, cheap to clone.
#[derive(Clone, Debug)]
pub struct Args(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    span: Span,
    given: bool,
    fields: &'static [Field],
    slots: Vec<Slot>,
}

/// The value of the field at the same index of the table.
#[derive(Clone, Debug, Default)]
pub(crate) struct Slot {
    pub(crate) value: Option<Value>,
    pub(crate) given: bool,
}

static NOTHING: LazyLock<Args> = LazyLock::new(|| Args::new(Span::NONE, false, &[], Vec::new()));

impl Args {
    pub(crate) fn new(span: Span, given: bool, fields: &'static [Field], slots: Vec<Slot>) -> Self {
        Args(Arc::new(Inner { span, given, fields, slots }))
    }

    /// Where the block stands.
    pub fn place(&self) -> Span {
        self.0.span
    }

    /// Tells whether the block itself was written in the playbook.
    pub fn is_given(&self) -> bool {
        self.0.given
    }

    /// Tells whether a field was written in the playbook.
    pub fn given(&self, field: &str) -> bool {
        self.slot(field).is_some_and(|slot| slot.given)
    }

    /// Where a field's value stands, or else the whole block.
    pub fn span(&self, field: &str) -> Span {
        let written = self.value(field).map(|value| value.span).filter(|span| !span.is_none());
        written.unwrap_or(self.0.span)
    }

    /// The names of the fields that were written, in the table's order.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        let slots = self.0.fields.iter().zip(&self.0.slots);
        slots.filter(|(_, slot)| slot.given).map(|(field, _)| field.name)
    }

    /// A field's value or default.
    pub fn value(&self, field: &str) -> Option<&Value> {
        self.slot(field)?.value.as_ref()
    }

    /// Text, a choice or the name of a connection; empty when there is none.
    pub fn text(&self, field: &str) -> &str {
        self.opt_text(field).unwrap_or("")
    }

    /// Text, if there is any.
    pub fn opt_text(&self, field: &str) -> Option<&str> {
        self.value(field)?.as_text()
    }

    /// `true` or `false`; `false` when there is none.
    pub fn boolean(&self, field: &str) -> bool {
        self.opt_boolean(field).unwrap_or(false)
    }

    /// `true` or `false`, if given.
    pub fn opt_boolean(&self, field: &str) -> Option<bool> {
        self.value(field)?.as_boolean()
    }

    /// A whole number; 0 when there is none.
    pub fn integer(&self, field: &str) -> i64 {
        self.opt_integer(field).unwrap_or(0)
    }

    /// A whole number, if given.
    pub fn opt_integer(&self, field: &str) -> Option<i64> {
        self.value(field)?.as_integer()
    }

    /// A whole number as `i32`, limited to what that holds; the wire's `int`.
    pub fn opt_int(&self, field: &str) -> Option<i32> {
        let limited = self.opt_integer(field)?.clamp(i32::MIN.into(), i32::MAX.into());
        i32::try_from(limited).ok()
    }

    /// A length of time; zero when there is none.
    pub fn duration(&self, field: &str) -> Duration {
        self.opt_duration(field).unwrap_or_default()
    }

    /// A length of time, if given.
    pub fn opt_duration(&self, field: &str) -> Option<Duration> {
        self.value(field)?.as_duration()
    }

    /// A reference to a secret, if given.
    pub fn secret(&self, field: &str) -> Option<&SecretRef> {
        self.value(field)?.as_secret()
    }

    /// The items of a list; empty when there is none.
    pub fn list(&self, field: &str) -> &[Value] {
        self.value(field).and_then(Value::as_list).unwrap_or(&[])
    }

    /// The texts of a list of texts.
    pub fn texts(&self, field: &str) -> Vec<&str> {
        self.list(field).iter().filter_map(Value::as_text).collect()
    }

    /// The blocks of a list of records.
    pub fn records(&self, field: &str) -> Vec<&Args> {
        self.list(field).iter().filter_map(Value::as_record).collect()
    }

    /// The entries of a map; empty when there is none.
    pub fn map(&self, field: &str) -> &[(String, Value)] {
        self.value(field).and_then(Value::as_map).unwrap_or(&[])
    }

    /// A block of fields. When it was left out, its fields have their defaults and
    /// [`is_given`](Args::is_given) says so.
    pub fn record(&self, field: &str) -> &Args {
        self.value(field).and_then(Value::as_record).unwrap_or(&NOTHING)
    }

    /// A block of fields, if it was written.
    pub fn opt_record(&self, field: &str) -> Option<&Args> {
        self.value(field)?.as_record().filter(|record| record.is_given())
    }

    fn slot(&self, field: &str) -> Option<&Slot> {
        let index = self.0.fields.iter().position(|known| known.name == field);
        debug_assert!(
            index.is_some() || self.0.fields.is_empty(),
            "field `{field}` is not declared in the capability's table"
        );
        self.0.slots.get(index?)
    }
}

impl Value {
    /// Text, a choice or the name of a connection.
    pub fn as_text(&self) -> Option<&str> {
        match &self.data {
            Data::Text(text) => Some(text),
            _ => None,
        }
    }

    /// `true` or `false`.
    pub fn as_boolean(&self) -> Option<bool> {
        match self.data {
            Data::Boolean(value) => Some(value),
            _ => None,
        }
    }

    /// A whole number.
    pub fn as_integer(&self) -> Option<i64> {
        match self.data {
            Data::Integer(value) => Some(value),
            _ => None,
        }
    }

    /// A length of time.
    pub fn as_duration(&self) -> Option<Duration> {
        match self.data {
            Data::Duration(value) => Some(value),
            _ => None,
        }
    }

    /// The items of a list.
    pub fn as_list(&self) -> Option<&[Value]> {
        match &self.data {
            Data::List(items) => Some(items),
            _ => None,
        }
    }

    /// The entries of a map.
    pub fn as_map(&self) -> Option<&[(String, Value)]> {
        match &self.data {
            Data::Map(entries) => Some(entries),
            _ => None,
        }
    }

    /// A block of fields.
    pub fn as_record(&self) -> Option<&Args> {
        match &self.data {
            Data::Record(args) => Some(args),
            _ => None,
        }
    }

    /// A reference to a secret.
    pub fn as_secret(&self) -> Option<&SecretRef> {
        match &self.data {
            Data::Secret(reference) => Some(reference),
            _ => None,
        }
    }
}
