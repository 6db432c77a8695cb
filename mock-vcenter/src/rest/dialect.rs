//! How `/api` and `/rest` write the same thing.
//!
//! | | `/api` | `/rest` |
//! |---|---|---|
//! | tagging | `/api/cis/tagging/...` | `/rest/com/vmware/cis/tagging/...` |
//! | session | `/api/session` | `/rest/com/vmware/cis/session` |
//! | inventory | `/api/vcenter/...` | `/rest/vcenter/...` |
//! | power | `/vm/ID/power?action=start` | `/vm/ID/power/start` |
//! | identifier of tagging | `/tag/ID` | `/tag/id:ID` |
//! | action | `?action=x` | `?~action=x` |
//! | answer | bare; 201 for what is made, 204 for nothing | 200 and `{"value": ...}`, or nothing |
//! | specification in a body | bare | below `create_spec`, `update_spec` |

use hyper::StatusCode;
use serde_json::{Value as Json, json};

use crate::endpoint::url;

use super::vcenter::Listed;

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
    /// All that stands behind the question mark.
    pub(super) query: String,
}

impl Asked {
    fn of_cis(&mut self, rest: &str) -> Option<()> {
        if rest == "session" {
            return Some(());
        }
        let rest = rest.strip_prefix("tagging/")?;
        let (kind, id) = match rest.split_once('/') {
            Some((kind, id)) => (kind, Some(url::decoded(id)?)),
            None => (rest, None),
        };
        self.id = match (self.dialect, id) {
            (Dialect::Rest, Some(id)) => Some(id.strip_prefix("id:")?.to_owned()),
            (_, id) => id,
        };
        self.resource = match kind {
            "category" => Resource::Category,
            "tag" => Resource::Tag,
            "tag-association" => Resource::Association,
            _ => return None,
        };
        Some(())
    }

    /// The older dialect has the action on a VM's power in the path.
    fn of_inventory(&mut self, rest: &str) -> Option<()> {
        let parts: Vec<&str> = rest.split('/').collect();
        self.id = parts.get(1).and_then(|id| url::decoded(id));
        let kind = Listed::named(parts[0])?;
        self.resource = match (kind, parts.get(2..).unwrap_or_default(), self.dialect) {
            (kind, [], _) => Resource::Inventory(kind),
            (Listed::Vm, ["power"], _) => Resource::VmPower,
            (Listed::Vm, ["power", action], Dialect::Rest) => {
                self.action = Some((*action).to_owned());
                Resource::VmPower
            }
            _ => return None,
        };
        Some(())
    }
}

/// Kinds of things that are served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Resource {
    Session,
    Category,
    Tag,
    Association,
    /// Objects of a kind, or one of them.
    Inventory(Listed),
    VmPower,
    ApplianceVersion,
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
        let (dialect, rest, sign) = match path.strip_prefix("/api/") {
            Some(rest) => (Self::Api, rest, "action"),
            None => (Self::Rest, path.strip_prefix("/rest/")?, "~action"),
        };
        let mut asked = Asked {
            dialect,
            resource: Resource::Session,
            id: None,
            action: url::parameter(query, sign),
            query: query.to_owned(),
        };
        let rest = rest.trim_end_matches('/');
        if let Some(rest) = rest.strip_prefix("vcenter/") {
            asked.of_inventory(rest)?;
        } else if rest == "appliance/system/version" {
            asked.resource = Resource::ApplianceVersion;
        } else {
            let rest = match dialect {
                Self::Api => rest.strip_prefix("cis/").or(Some(rest).filter(|is| *is == "session")),
                Self::Rest => rest.strip_prefix("com/vmware/cis/"),
            };
            asked.of_cis(rest?)?;
        }
        Some(asked)
    }

    /// The specification in a body.
    pub(super) fn specification(self, update: bool, body: Json) -> Json {
        let wrapper = if update { "update_spec" } else { "create_spec" };
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
