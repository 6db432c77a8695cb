//! What can be asked. Nothing of it changes anything: this list is all that the client can send.

use serde_json::json;

use super::dialect::Dialect;
use crate::transport::Verb;

/// A question.
#[derive(Debug, Clone, Copy)]
pub(super) enum Question<'a> {
    /// Ids of all categories.
    Categories,
    /// A category by its id.
    Category(&'a str),
    /// Ids of the tags of a category.
    TagsOf(&'a str),
    /// A tag by its id.
    Tag(&'a str),
    /// What these tags are attached to.
    ObjectsOn(&'a [String]),
}

/// How it is sent.
pub(super) struct Form {
    pub(super) verb: Verb,
    pub(super) path: String,
    pub(super) body: Vec<u8>,
}

impl Question<'_> {
    /// As a server of this dialect takes it.
    pub(super) fn form(&self, dialect: Dialect) -> Form {
        let get = |what: &str, id: Option<&str>| Form {
            verb: Verb::Get,
            path: dialect.tagging_path(what, id, None),
            body: Vec::new(),
        };
        match self {
            Self::Categories => get("category", None),
            Self::Category(id) => get("category", Some(id)),
            Self::Tag(id) => get("tag", Some(id)),
            Self::TagsOf(category) => {
                let action = Some("list-tags-for-category");
                let (id, body) = match dialect {
                    Dialect::Api => (None, json!({ "category_id": category })),
                    Dialect::Rest => (Some(*category), json!({})),
                };
                let path = dialect.tagging_path("tag", id, action);
                Form { verb: Verb::Post, path, body: body.to_string().into_bytes() }
            }
            Self::ObjectsOn(tags) => {
                let action = Some("list-attached-objects-on-tags");
                let path = dialect.tagging_path("tag-association", None, action);
                let body = json!({ "tag_ids": tags }).to_string().into_bytes();
                Form { verb: Verb::Post, path, body }
            }
        }
    }

    /// What is wanted, for messages.
    pub(super) fn in_words(&self) -> &'static str {
        match self {
            Self::Categories | Self::Category(_) => "the categories of tags",
            Self::TagsOf(_) | Self::Tag(_) => "the tags",
            Self::ObjectsOn(_) => "what the tags are attached to",
        }
    }
}
