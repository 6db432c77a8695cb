//! The tree of values of a playbook: [`Node`], each with its place. Cheap to clone.

use std::sync::Arc;

use super::scalar::{Resolved, Scalar};
use crate::source::Span;

/// A value and where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) span: Span,
    pub(crate) data: NodeData,
}

/// What a value is made of.
#[derive(Clone, Debug)]
pub(crate) enum NodeData {
    Scalar(Scalar),
    List(Arc<[Node]>),
    Map(Arc<[Entry]>),
    /// A mistake was reported here already; every check lets it pass.
    Unknown,
}

/// A key with its value.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) key: Key,
    pub(crate) value: Node,
}

/// A key and where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Key {
    pub(crate) text: Arc<str>,
    pub(crate) span: Span,
}

impl Node {
    pub(crate) fn new(span: Span, data: NodeData) -> Self {
        Node { span, data }
    }

    pub(crate) fn unknown(span: Span) -> Self {
        Node { span, data: NodeData::Unknown }
    }

    /// The same value, said to stand elsewhere.
    pub(crate) fn at(&self, span: Span) -> Self {
        Node { span, data: self.data.clone() }
    }

    pub(crate) fn is_unknown(&self) -> bool {
        matches!(self.data, NodeData::Unknown)
    }

    pub(crate) fn as_scalar(&self) -> Option<&Scalar> {
        match &self.data {
            NodeData::Scalar(scalar) => Some(scalar),
            _ => None,
        }
    }

    pub(crate) fn as_list(&self) -> Option<&[Node]> {
        match &self.data {
            NodeData::List(items) => Some(items),
            _ => None,
        }
    }

    pub(crate) fn as_map(&self) -> Option<&[Entry]> {
        match &self.data {
            NodeData::Map(entries) => Some(entries),
            _ => None,
        }
    }

    /// The value of a key, when this is a block that has it.
    pub(crate) fn get(&self, key: &str) -> Option<&Node> {
        let entry = self.as_map()?.iter().find(|entry| &*entry.key.text == key)?;
        Some(&entry.value)
    }

    pub(crate) fn is_null(&self) -> bool {
        self.as_scalar().is_some_and(|scalar| scalar.resolve() == Resolved::Null)
    }

    /// A key was written with nothing behind it.
    pub(crate) fn is_blank(&self) -> bool {
        self.as_scalar().is_some_and(|scalar| scalar.plain && scalar.text.is_empty())
    }

    /// A block that has the shape of a reference to a secret.
    pub(crate) fn is_secret_reference(&self) -> bool {
        let Some([entry]) = self.as_map() else { return false };
        crate::secrets::REFERENCE_KEYS.contains(&&*entry.key.text)
    }

    /// What it is, in words with an article.
    pub(crate) fn describe(&self) -> &'static str {
        match &self.data {
            NodeData::List(_) => "a list",
            NodeData::Map(_) => "a block of keys",
            NodeData::Unknown => "something unknown",
            NodeData::Scalar(scalar) => match scalar.resolve() {
                Resolved::Null => "nothing",
                Resolved::Boolean(_) => "true or false",
                Resolved::Integer(_) | Resolved::Number(_) => "a number",
                Resolved::Text => "text",
            },
        }
    }

    /// The same tree without places, for values that are not written in the playbook.
    pub(crate) fn without_places(&self) -> Node {
        let data = match &self.data {
            NodeData::List(items) => {
                NodeData::List(items.iter().map(Node::without_places).collect())
            }
            NodeData::Map(entries) => NodeData::Map(
                entries
                    .iter()
                    .map(|entry| Entry {
                        key: Key { text: entry.key.text.clone(), span: Span::NONE },
                        value: entry.value.without_places(),
                    })
                    .collect(),
            ),
            other => other.clone(),
        };
        Node { span: Span::NONE, data }
    }
}
