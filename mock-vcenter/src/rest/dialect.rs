//! How `/api` and `/rest` write the same thing.
//!
//! | | `/api` | `/rest` |
//! |---|---|---|
//! | tagging | `/api/cis/tagging/...` | `/rest/com/vmware/cis/tagging/...` |
//! | session | `/api/session` | `/rest/com/vmware/cis/session` |
//! | identifier | `/tag/ID` | `/tag/id:ID` |
//! | action | `?action=x` | `?~action=x` |
//! | answer | bare; 201 for what is made, 204 for nothing | 200 and `{"value": ...}`, or nothing |
//! | specification in a body | bare | below `create_spec`, `update_spec` |

use hyper::{Method, StatusCode};
use serde_json::{Value as Json, json};

use crate::endpoint::url;

/// Which of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    Api,
    Rest,
}

/// What a path and a query ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Asked {
    pub(super) dialect: Dialect,
    pub(super) resource: Resource,
    /// Of one thing of the resource.
    pub(super) id: Option<String>,
    pub(super) action: Option<String>,
}

/// Kinds of things that are served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Resource {
    Session,
    Category,
    Tag,
    Association,
}

/// What goes back when all is well.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Success {
    /// Something that was asked for.
    Found(Json),
    /// The id of something that was made.
    Made(String),
    /// Nothing to say.
    Nothing,
}

impl Dialect {
    /// Takes a path apart; `None` when nothing is served there.
    pub(super) fn read(path: &str, query: &str) -> Option<Asked> {
        let (dialect, rest, action) = match path.strip_prefix("/api/") {
            Some(rest) => (Self::Api, rest, "action"),
            None => (Self::Rest, path.strip_prefix("/rest/com/vmware/cis/")?, "~action"),
        };
        let rest = match (dialect, rest) {
            (_, "session") => "session",
            (Self::Api, rest) => rest.strip_prefix("cis/tagging/")?,
            (Self::Rest, rest) => rest.strip_prefix("tagging/")?,
        };
        let (kind, id) = match rest.split_once('/') {
            Some((kind, id)) => (kind, Some(url::decoded(id)?)),
            None => (rest, None),
        };
        let id = match (dialect, id) {
            (Self::Rest, Some(id)) => Some(id.strip_prefix("id:")?.to_owned()),
            (_, id) => id,
        };
        let resource = match kind {
            "session" => Resource::Session,
            "category" => Resource::Category,
            "tag" => Resource::Tag,
            "tag-association" => Resource::Association,
            _ => return None,
        };
        Some(Asked { dialect, resource, id, action: url::parameter(query, action) })
    }

    /// The specification in a body.
    pub(super) fn specification(self, method: &Method, body: Json) -> Json {
        let wrapper = if *method == Method::PATCH { "update_spec" } else { "create_spec" };
        match (self, body) {
            (Self::Rest, Json::Object(mut fields)) => match fields.remove(wrapper) {
                Some(inner) => inner,
                None => Json::Object(fields),
            },
            (_, body) => body,
        }
    }

    /// Status and body of an answer.
    pub(super) fn write(self, success: &Success) -> (StatusCode, Option<Json>) {
        match (self, success) {
            (Self::Api, Success::Found(found)) => (StatusCode::OK, Some(found.clone())),
            (Self::Api, Success::Made(id)) => (StatusCode::CREATED, Some(json!(id))),
            (Self::Api, Success::Nothing) => (StatusCode::NO_CONTENT, None),
            (Self::Rest, Success::Found(found)) => {
                (StatusCode::OK, Some(json!({ "value": found })))
            }
            (Self::Rest, Success::Made(id)) => (StatusCode::OK, Some(json!({ "value": id }))),
            (Self::Rest, Success::Nothing) => (StatusCode::OK, None),
        }
    }
}
