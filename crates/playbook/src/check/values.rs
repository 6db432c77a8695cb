//! Checks one value against its kind: lists, maps and alternatives here, single values in `scalars`.

use std::sync::Arc;

use super::fields::Owner;
use crate::args::{Data, Value};
use crate::capability::Kind;
use crate::session::Session;
use crate::yaml::{Node, NodeData, Resolved};

impl Session<'_> {
    /// A value of the kind, or a complaint about `what`.
    pub(super) fn value(
        &mut self,
        node: &Node,
        kind: &'static Kind,
        what: &str,
        owner: Owner<'_>,
    ) -> Option<Value> {
        if !self.step() || node.is_unknown() {
            return None;
        }
        let data = match kind {
            Kind::Any => Some(anything(node)),
            Kind::Secret => self.secret(node, what).map(Data::Secret),
            Kind::List(of) => self.list(node, of, what, owner),
            Kind::Map(of) => self.map(node, of, what, owner),
            Kind::Record(fields) => self.record(node, fields, owner, node.span).map(Data::Record),
            Kind::OneOf(kinds) => return self.one_of(node, kinds, what, owner),
            _ => self.scalar_value(node, kind, what, owner),
        };
        Some(Value { span: node.span, data: data? })
    }

    fn list(
        &mut self,
        node: &Node,
        of: &'static Kind,
        what: &str,
        owner: Owner<'_>,
    ) -> Option<Data> {
        let Some(items) = node.as_list() else {
            let shown = node.as_scalar().filter(|scalar| {
                fits(node, of)
                    && scalar.text.len() < 40
                    && self.sink.may_show(&scalar.text, node.span)
            });
            let hint = match shown {
                Some(scalar) => format!("write a list: `[{}]`", scalar.text),
                None => "write each item on its own line, starting with `- `".to_owned(),
            };
            self.wrong_type(node, what, &Kind::List(of).describe(), &hint);
            return None;
        };
        let what = format!("an item in {what}");
        let values = items.iter().filter_map(|item| self.item(item, of, &what, owner));
        Some(Data::List(values.collect()))
    }

    fn item(
        &mut self,
        item: &Node,
        of: &'static Kind,
        what: &str,
        owner: Owner<'_>,
    ) -> Option<Value> {
        if item.is_null() && !matches!(of, Kind::Any) {
            self.empty(item, what);
            return None;
        }
        self.value(item, of, what, owner)
    }

    fn map(
        &mut self,
        node: &Node,
        of: &'static Kind,
        what: &str,
        owner: Owner<'_>,
    ) -> Option<Data> {
        let Some(entries) = node.as_map() else {
            let hint = "write `name: value` lines below it";
            self.wrong_type(node, what, "a block of names with values", hint);
            return None;
        };
        let mut pairs = Vec::with_capacity(entries.len());
        for entry in entries {
            let inner = format!("{} in {what}", self.sink.echo(&entry.key.text, entry.key.span));
            let value = self.item(&entry.value, of, &inner, owner);
            pairs.extend(value.map(|value| (entry.key.text.to_string(), value)));
        }
        Some(Data::Map(pairs))
    }

    /// The first kind that fits without complaint; else the complaint of the first of the same shape.
    fn one_of(
        &mut self,
        node: &Node,
        kinds: &'static [Kind],
        what: &str,
        owner: Owner<'_>,
    ) -> Option<Value> {
        let alike: Vec<&'static Kind> = kinds.iter().filter(|kind| fits(node, kind)).collect();
        for kind in &alike {
            let before = self.sink.mark();
            let value = self.value(node, kind, what, owner);
            if !self.sink.complained_since(&before) {
                return value;
            }
            self.sink.forget_since(&before);
        }
        match alike.first() {
            Some(kind) => self.value(node, kind, what, owner),
            None => {
                let takes: Vec<String> = kinds.iter().map(Kind::describe).collect();
                self.wrong_type(node, what, &takes.join(", or "), "write one of these");
                None
            }
        }
    }
}

/// Whether a value has the shape of a kind, whatever is inside.
fn fits(node: &Node, kind: &Kind) -> bool {
    match kind {
        Kind::Any => true,
        Kind::OneOf(kinds) => kinds.iter().any(|kind| fits(node, kind)),
        Kind::List(_) => node.as_list().is_some(),
        Kind::Map(_) | Kind::Record(_) => node.as_map().is_some(),
        Kind::Secret => true,
        _ => node.as_scalar().is_some(),
    }
}

fn anything(node: &Node) -> Data {
    match &node.data {
        NodeData::Scalar(scalar) => match scalar.resolve() {
            Resolved::Null => Data::Null,
            Resolved::Boolean(value) => Data::Boolean(value),
            Resolved::Integer(value) => Data::Integer(value),
            Resolved::Number(value) => Data::Number(value),
            Resolved::Text => Data::Text(Arc::clone(&scalar.text)),
        },
        NodeData::List(items) => Data::List(items.iter().map(any_value).collect()),
        NodeData::Map(entries) => {
            let pairs = entries.iter();
            Data::Map(pairs.map(|e| (e.key.text.to_string(), any_value(&e.value))).collect())
        }
        NodeData::Unknown => Data::Null,
    }
}

fn any_value(node: &Node) -> Value {
    Value { span: node.span, data: anything(node) }
}
