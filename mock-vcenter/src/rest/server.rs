//! A request of `/api/` or `/rest/` from its arrival to the call log: disturbance, session, then the operation.

use std::sync::Arc;

use hyper::header::{CONTENT_LENGTH, HeaderValue, SET_COOKIE, USER_AGENT};
use hyper::{Method, Response};
use serde_json::{Value as Json, json};

use crate::core::Core;
use crate::dispatch::{Caller, Nature};
use crate::endpoint::{FileCall, credentials, reply};
use crate::product::Role;
use crate::session::Session;
use crate::transport::{Answer, HttpRequest};

use super::dialect::{Asked, Dialect, Resource, Success};
use super::operation::Operation;
use super::refusal::{Kind, Refusal};
use super::session;

/// Whether a path belongs to this API.
pub(crate) fn is_rest(path: &str) -> bool {
    path.starts_with("/api/") || path.starts_with("/rest/")
}

/// Answers a request.
pub(crate) async fn answer(core: &Arc<Core>, mut request: HttpRequest) -> Answer {
    let Some(asked) =
        Dialect::read(&request.path, &request.query).filter(|asked| speaks(core, asked))
    else {
        return Answer::Reply(not_served(&request));
    };
    let action = asked.action.as_ref().map(|action| format!("?action={action}"));
    let name = format!("{}{}", name_of(&asked), action.unwrap_or_default());
    let object = asked.id.clone().unwrap_or_default();
    let call = match FileCall::begin(core, &request, &name, &object).await {
        Ok(call) => call,
        Err(answer) => return answer,
    };
    let head = request.method == Method::HEAD;
    if head {
        request.method = Method::GET;
    }
    let operation = Operation::of(&request.method, &asked);
    // A session changes nothing of the inventory.
    let nature = operation.map_or(Nature::Read, Operation::nature);
    let call = call.of_nature(nature);
    let session = session::of_request(core, &request.headers);
    let outcome = match &call.strike.fault {
        Some(fault) => Err(Refusal::new(Kind::InternalServerError, fault.message.to_string())),
        None => serve(core, &request, &asked, operation, session.clone()).await,
    };
    let (status, body) = match &outcome {
        Ok(success) => asked.dialect.write(success),
        Err(refusal) => (refusal.status(), Some(refusal.body(asked.dialect))),
    };
    let mut reply = match body {
        Some(body) => reply::json(status, &body),
        None => reply::empty(status),
    };
    if let (Resource::Session, Ok(Success::Made(token))) = (asked.resource, &outcome)
        && let Ok(cookie) = session::cookie(asked.dialect, token).try_into()
    {
        reply.headers_mut().insert(SET_COOKIE, cookie);
    }
    if head {
        reply = without_body(reply);
    }
    call.end_as(core, session.as_deref(), Answer::Reply(reply))
}

/// The same, with the length of what is left out.
fn without_body(reply: Response<Vec<u8>>) -> Response<Vec<u8>> {
    let (mut head, body) = reply.into_parts();
    head.headers.insert(CONTENT_LENGTH, HeaderValue::from(body.len()));
    Response::from_parts(head, Vec::new())
}

/// A host has none of this; `/api` came with 7.0 U2, and `/rest` with 6.5.
fn speaks(core: &Core, asked: &Asked) -> bool {
    let since = match asked.dialect {
        Dialect::Api => "7.0.2.0",
        Dialect::Rest => "6.5",
    };
    let since = vim25::Version::parse(since);
    core.product.role() == Role::Vcenter
        && since.is_some_and(|since| core.product.api().knows(since))
}

fn name_of(asked: &Asked) -> String {
    let root = match asked.dialect {
        Dialect::Api => "/api",
        Dialect::Rest => "/rest",
    };
    let cis = match asked.dialect {
        Dialect::Api => "/api/cis/tagging",
        Dialect::Rest => "/rest/com/vmware/cis/tagging",
    };
    match asked.resource {
        Resource::Session if asked.dialect == Dialect::Api => "/api/session".to_owned(),
        Resource::Session => "/rest/com/vmware/cis/session".to_owned(),
        Resource::Category => format!("{cis}/category"),
        Resource::Tag => format!("{cis}/tag"),
        Resource::Association => format!("{cis}/tag-association"),
        Resource::Inventory(kind) => format!("{root}/vcenter/{}", kind.name()),
        Resource::VmPower => format!("{root}/vcenter/vm/power"),
        Resource::ApplianceVersion => format!("{root}/appliance/system/version"),
    }
}

fn not_served(request: &HttpRequest) -> Response<Vec<u8>> {
    let dialect = if request.path.starts_with("/rest/") { Dialect::Rest } else { Dialect::Api };
    let refusal = not_modelled(request);
    reply::json(refusal.status(), &refusal.body(dialect))
}

fn not_modelled(request: &HttpRequest) -> Refusal {
    let message = format!("{} {} is not modelled.", request.method, request.path);
    Refusal::new(Kind::OperationNotFound, message)
}

async fn serve(
    core: &Arc<Core>,
    request: &HttpRequest,
    asked: &Asked,
    operation: Option<Operation>,
    session: Option<Arc<Session>>,
) -> Result<Success, Refusal> {
    if asked.resource == Resource::Session {
        let credentials = credentials(&request.headers);
        let session = session.as_deref();
        return match session::serve(core, &request.method, asked, credentials, session) {
            Some(outcome) => outcome,
            None => Err(not_modelled(request)),
        };
    }
    let operation = operation.ok_or_else(|| not_modelled(request))?;
    let session = session.ok_or_else(Refusal::unauthenticated)?;
    operation.run(core, asked, caller(request, session), body_of(request)).await
}

/// Who asks, and from where.
pub(super) fn caller(request: &HttpRequest, session: Arc<Session>) -> Caller {
    let agent = request.headers.get(USER_AGENT).and_then(|value| value.to_str().ok());
    Caller {
        address: request.peer.ip().to_string().into(),
        user_agent: agent.unwrap_or_default().into(),
        session: Some(session),
    }
}

fn body_of(request: &HttpRequest) -> Result<Json, Refusal> {
    if request.body.is_empty() {
        return Ok(json!({}));
    }
    serde_json::from_slice(&request.body).map_err(|error| Refusal::invalid(error.to_string()))
}
