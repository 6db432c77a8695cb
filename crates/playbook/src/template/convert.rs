//! Between the tree of values and the values of expressions.

use std::collections::BTreeMap;
use std::sync::Arc;

use minijinja::value::{Value, ValueKind};

use crate::source::Span;
use crate::yaml::{Entry, Key, Node, NodeData, Resolved, Scalar};

/// More nesting than this cannot come from a playbook.
const DEEPEST: usize = 128;

/// A value for use in expressions.
pub(super) fn to_value(node: &Node) -> Value {
    match &node.data {
        NodeData::Scalar(scalar) => match scalar.resolve() {
            Resolved::Null => Value::from(()),
            Resolved::Boolean(value) => Value::from(value),
            Resolved::Integer(value) => Value::from(value),
            Resolved::Number(value) => Value::from(value),
            Resolved::Text => Value::from(Arc::clone(&scalar.text)),
        },
        NodeData::List(items) => Value::from(items.iter().map(to_value).collect::<Vec<_>>()),
        NodeData::Map(entries) => {
            let pairs = entries.iter();
            let pairs = pairs.map(|entry| (entry.key.text.to_string(), to_value(&entry.value)));
            Value::from(pairs.collect::<BTreeMap<String, Value>>())
        }
        NodeData::Unknown => Value::UNDEFINED,
    }
}

/// What an expression yielded, said to stand at `span`. `None` when a playbook cannot hold it.
pub(super) fn to_node(value: &Value, span: Span) -> Option<Node> {
    to_node_within(value, span, DEEPEST)
}

fn to_node_within(value: &Value, span: Span, depth: usize) -> Option<Node> {
    let depth = depth.checked_sub(1)?;
    let data = match value.kind() {
        ValueKind::None => NodeData::Scalar(Scalar::plain("null")),
        ValueKind::Bool | ValueKind::Number => NodeData::Scalar(Scalar::plain(value.to_string())),
        ValueKind::String => NodeData::Scalar(Scalar::quoted(value.as_str()?)),
        ValueKind::Seq | ValueKind::Iterable => {
            let items = value.try_iter().ok()?.map(|item| to_node_within(&item, span, depth));
            NodeData::List(items.collect::<Option<_>>()?)
        }
        ValueKind::Map => {
            let keys = value.try_iter().ok()?;
            let entries = keys.map(|key| {
                let inner = to_node_within(&value.get_item(&key).ok()?, span, depth)?;
                Some(Entry { key: Key { text: key.as_str()?.into(), span }, value: inner })
            });
            NodeData::Map(entries.collect::<Option<_>>()?)
        }
        _ => return None,
    };
    Some(Node::new(span, data))
}
