//! The envelope: what a JSON-RPC message asks for, and how its result or its error is written.

use serde_json::{Map, Value as Json, json};

use super::value;

/// A call of an operation. It holds a password, so it cannot be printed.
pub(super) struct Invocation {
    /// Goes back with the answer.
    pub(super) id: Json,
    pub(super) service: String,
    pub(super) operation: String,
    pub(super) identity: Identity,
    /// The input, without the names of structures.
    pub(super) input: Json,
}

/// Who calls, as the message says.
pub(super) enum Identity {
    Password(String, String),
    Session(String),
    Nobody,
}

/// A message that is no call.
#[derive(Debug)]
pub(super) struct Malformed {
    id: Json,
    fault: Fault,
    detail: String,
}

/// The errors of JSON-RPC itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    Parse,
    InvalidRequest,
    MethodNotFound,
    InvalidParams,
}

impl Fault {
    fn code(self) -> i64 {
        match self {
            Self::Parse => -32700,
            Self::InvalidRequest => -32600,
            Self::MethodNotFound => -32601,
            Self::InvalidParams => -32602,
        }
    }

    fn text(self) -> &'static str {
        match self {
            Self::Parse => "Parse error.",
            Self::InvalidRequest => "Invalid Request.",
            Self::MethodNotFound => "Method not found.",
            Self::InvalidParams => "Invalid params.",
        }
    }
}

impl Malformed {
    /// Before the id of the message is known to be one.
    fn early(fault: Fault, detail: impl Into<String>) -> Self {
        Self { id: Json::Null, fault, detail: detail.into() }
    }

    /// As the call log knows it.
    pub(super) fn name(&self) -> String {
        format!("JSON-RPC {}", self.fault.code())
    }

    pub(super) fn body(&self) -> Json {
        json!({
            "jsonrpc": "2.0",
            "id": self.id,
            "error": {
                "code": self.fault.code(),
                "message": self.fault.text(),
                "data": self.detail,
            },
        })
    }
}

impl Invocation {
    /// Reads a body. How deep it may be nested is bounded by the parser, so that whatever walks through the values
    /// afterwards is bounded too.
    pub(super) fn read(body: &[u8]) -> Result<Self, Malformed> {
        let message: Json = serde_json::from_slice(body)
            .map_err(|error| Malformed::early(Fault::Parse, error.to_string()))?;
        let Json::Object(mut message) = message else {
            return Err(Malformed::early(Fault::InvalidRequest, "A message is an object."));
        };
        if message.get("jsonrpc") != Some(&json!("2.0")) {
            return Err(Malformed::early(Fault::InvalidRequest, "\"jsonrpc\" is not \"2.0\"."));
        }
        // Every operation has an answer, so there is nothing that could be asked without an id.
        let id = message.remove("id").filter(|id| id.is_string() || id.is_i64() || id.is_u64());
        let Some(id) = id else {
            let detail = "\"id\" is neither text nor a whole number.";
            return Err(Malformed::early(Fault::InvalidRequest, detail));
        };
        let Some(method) = message.get("method").and_then(Json::as_str) else {
            return Err(Malformed::early(Fault::InvalidRequest, "\"method\" is no text."));
        };
        if method != "invoke" {
            return Err(Malformed { id, fault: Fault::MethodNotFound, detail: method.to_owned() });
        }
        let params = message.remove("params").unwrap_or_default();
        Self::of_params(&id, params).map_err(|detail| {
            let detail = detail.to_owned();
            Malformed { id, fault: Fault::InvalidParams, detail }
        })
    }

    fn of_params(id: &Json, params: Json) -> Result<Self, &'static str> {
        let Json::Object(mut params) = params else {
            return Err("\"params\" is no object.");
        };
        let service = text(&mut params, "serviceId").ok_or("\"serviceId\" is no text.")?;
        let operation = text(&mut params, "operationId").ok_or("\"operationId\" is no text.")?;
        let identity = identity(params.remove("ctx"))?;
        let input = params.remove("input").ok_or("\"input\" is missing.")?;
        if input.pointer("/STRUCTURE/operation-input").is_none() {
            return Err("\"input\" is no structure operation-input.");
        }
        let input = value::plain(input).ok_or("\"input\" holds what is no value.")?;
        Ok(Self { id: id.clone(), service, operation, identity, input })
    }
}

fn text(fields: &mut Map<String, Json>, name: &str) -> Option<String> {
    match fields.remove(name) {
        Some(Json::String(text)) => Some(text),
        _ => None,
    }
}

fn identity(context: Option<Json>) -> Result<Identity, &'static str> {
    let Some(Json::Object(mut context)) = context else {
        return Err("\"ctx\" is no object.");
    };
    let mut security = match context.remove("securityCtx") {
        None | Some(Json::Null) => return Ok(Identity::Nobody),
        Some(Json::Object(security)) => security,
        Some(_) => return Err("\"securityCtx\" is no object."),
    };
    let scheme = text(&mut security, "schemeId");
    let scheme = scheme.as_deref().and_then(|id| id.strip_prefix("com.vmware.vapi.std.security."));
    let mut field = |name| text(&mut security, name);
    Ok(match scheme {
        Some("user_pass") => match (field("userName"), field("password")) {
            (Some(user), Some(password)) => Identity::Password(user, password),
            _ => Identity::Nobody,
        },
        Some("session_id") => field("sessionId").map_or(Identity::Nobody, Identity::Session),
        _ => Identity::Nobody,
    })
}

/// The answer of an operation: its output, or an error of the API.
pub(super) fn result(id: &Json, outcome: Result<Json, Json>) -> Json {
    let result = match outcome {
        Ok(output) => json!({ "output": output }),
        Err(error) => json!({ "error": error }),
    };
    json!({ "jsonrpc": "2.0", "id": id, "result": result })
}
