//! Checks blocks against the table of their fields and turns them into [`Args`].

use std::collections::HashSet;
use std::sync::Arc;

use crate::args::{Args, Data, Slot, Value};
use crate::capability::{Field, Kind, quoted};
use crate::codes::Code;
use crate::diagnostic::Diagnostic;
use crate::session::Session;
use crate::source::Span;
use crate::suggest::instead;
use crate::yaml::{Entry, Node, NodeData, Scalar};

/// What fields of the kind [`Kind::Connection`] may name.
pub(super) type Names = HashSet<String>;

/// Where a value stands in the language, for messages: "`name` of `cluster`".
#[derive(Clone, Copy)]
pub(super) struct Owner<'a> {
    pub(super) name: &'a str,
    pub(super) connections: &'a Names,
}

impl Session<'_> {
    /// The fields of a block that must be one; blank means no fields.
    pub(super) fn record(
        &mut self,
        node: &Node,
        fields: &'static [Field],
        owner: Owner<'_>,
        place: Span,
    ) -> Option<Args> {
        let nothing = node.is_null();
        if !nothing && node.as_map().is_none() {
            let names: Vec<&str> = fields.iter().map(|field| field.name).take(3).collect();
            let hint = format!("write its fields below it, such as {}", quoted(&names));
            self.wrong_type(node, &format!("`{}`", owner.name), "a block of fields", &hint);
            return None;
        }
        let entries = node.as_map().unwrap_or(&[]);
        self.unknown_fields(entries, fields, owner);
        let slots = fields.iter().map(|field| self.field(entries, field, owner, place));
        let slots: Vec<Slot> = slots.collect();
        let span = if nothing { place } else { node.span };
        Some(Args::new(span, !nothing, fields, slots))
    }

    fn unknown_fields(&mut self, entries: &[Entry], fields: &'static [Field], owner: Owner<'_>) {
        for entry in entries {
            let known = fields.iter().any(|field| field.name == &*entry.key.text);
            if !known && !self.sink.is_full() {
                let name = self.sink.echo(&entry.key.text, entry.key.span);
                let what = format!("`{}` has no field {name}", owner.name);
                let hint = instead(&entry.key.text, fields.iter().map(|field| field.name));
                let span = entry.key.span;
                self.report(Diagnostic::new(Code::UnknownField, span, what).hint(hint));
            }
        }
    }

    fn field(
        &mut self,
        entries: &[Entry],
        field: &'static Field,
        owner: Owner<'_>,
        place: Span,
    ) -> Slot {
        let entry = entries.iter().find(|entry| &*entry.key.text == field.name);
        let what = format!("`{}` of `{}`", field.name, owner.name);
        match entry.map(|entry| &entry.value) {
            Some(node) if node.is_blank() && !node.is_unknown() => self.empty_at(entry, &what),
            Some(node) if node.is_null() && field.required => self.empty_at(entry, &what),
            Some(node) if !node.is_null() => {
                let inner = Owner { name: field.name, ..owner };
                let value = self.value(node, &field.kind, &what, inner);
                return Slot { value, given: true };
            }
            None if field.required => self.missing(field, owner, place),
            _ => {}
        }
        Slot { value: self.default_of(field, owner), given: false }
    }

    fn empty_at(&mut self, entry: Option<&Entry>, what: &str) {
        if let Some(entry) = entry {
            self.empty(&entry.value.at(entry.key.span), what);
        }
    }

    fn missing(&mut self, field: &Field, owner: Owner<'_>, place: Span) {
        let what = format!("`{}` needs the field `{}`", owner.name, field.name);
        let hint = format!("add `{}:` with {}", field.name, field.kind.describe());
        self.report(Diagnostic::new(Code::MissingField, place, what).hint(hint));
    }

    /// The declared default; a block that was left out gets the defaults of its fields, without complaints.
    fn default_of(&mut self, field: &'static Field, owner: Owner<'_>) -> Option<Value> {
        let before = self.sink.mark();
        let value = match (field.default, field.kind) {
            (Some(text), _) => self.value(&default_node(text), &field.kind, field.name, owner),
            (None, Kind::Record(fields)) => {
                let empty = Node::new(Span::NONE, NodeData::Scalar(Scalar::plain("null")));
                let args = self.record(&empty, fields, owner, Span::NONE);
                args.map(|args| Value { span: Span::NONE, data: Data::Record(args) })
            }
            (None, _) => None,
        };
        self.sink.forget_since(&before);
        value
    }
}

/// A default as it is declared: a scalar, `[]` or `{}`.
pub(super) fn default_node(text: &str) -> Node {
    let data = match text {
        "[]" => NodeData::List(Arc::from([])),
        "{}" => NodeData::Map(Arc::from([])),
        text => NodeData::Scalar(Scalar::plain(text)),
    };
    Node::new(Span::NONE, data)
}
