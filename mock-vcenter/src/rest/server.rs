//! A request from its arrival to the call log: disturbance, session, privilege, then the operation.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper::header::{AUTHORIZATION, HeaderMap};
use hyper::{Method, Response};
use serde_json::{Value as Json, json};
use vim25::Str;

use crate::core::Core;
use crate::dispatch::Nature;
use crate::endpoint::{FileCall, reply};
use crate::product::Role;
use crate::session::Session;
use crate::transport::{Answer, HttpRequest};

use super::dialect::{Asked, Dialect, Resource, Success};
use super::operations::{Operation, run};
use super::refusal::{Kind, Refusal};

/// The header that carries a session.
const SESSION: &str = "vmware-api-session-id";

/// Whether a path belongs to this API.
pub(crate) fn is_rest(path: &str) -> bool {
    path.starts_with("/api/") || path.starts_with("/rest/")
}

/// Answers a request.
pub(crate) async fn answer(core: &Arc<Core>, request: HttpRequest) -> Answer {
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
    let operation = Operation::of(&request.method, &asked);
    // A session changes nothing of the inventory.
    let nature = operation.map_or(Nature::Read, Operation::nature);
    let call = call.of_nature(nature);
    let session = session_of(core, &request.headers);
    let outcome = match &call.strike.fault {
        Some(fault) => Err(Refusal::new(Kind::InternalServerError, fault.message.to_string())),
        None => serve(core, &request, &asked, operation, session.as_deref()),
    };
    let (status, body) = match &outcome {
        Ok(success) => asked.dialect.write(success),
        Err(refusal) => (refusal.status(), Some(refusal.body(asked.dialect))),
    };
    let reply = match body {
        Some(body) => reply::json(status, &body),
        None => reply::empty(status),
    };
    call.end_as(core, session.as_deref(), Answer::Reply(reply))
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
    let resource = match asked.resource {
        Resource::Session => {
            return match asked.dialect {
                Dialect::Api => "/api/session".to_owned(),
                Dialect::Rest => "/rest/com/vmware/cis/session".to_owned(),
            };
        }
        Resource::Category => "category",
        Resource::Tag => "tag",
        Resource::Association => "tag-association",
    };
    match asked.dialect {
        Dialect::Api => format!("/api/cis/tagging/{resource}"),
        Dialect::Rest => format!("/rest/com/vmware/cis/tagging/{resource}"),
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

fn serve(
    core: &Arc<Core>,
    request: &HttpRequest,
    asked: &Asked,
    operation: Option<Operation>,
    session: Option<&Session>,
) -> Result<Success, Refusal> {
    if asked.resource == Resource::Session {
        return of_session(core, request, asked, session);
    }
    let operation = operation.ok_or_else(|| not_modelled(request))?;
    let Some(session) = session else { return Err(unauthenticated()) };
    if let Some(privilege) = operation.privilege(asked.resource)
        && !session.privileges.contains(privilege)
    {
        let message = format!("The privilege {privilege} is missing.");
        return Err(Refusal::new(Kind::Unauthorized, message));
    }
    let body = body_of(request)?;
    let body = match operation {
        Operation::Create | Operation::Update => asked.dialect.specification(&request.method, body),
        _ => body,
    };
    run(core, operation, asked, body)
}

fn body_of(request: &HttpRequest) -> Result<Json, Refusal> {
    if request.body.is_empty() {
        return Ok(json!({}));
    }
    serde_json::from_slice(&request.body).map_err(|error| Refusal::invalid(error.to_string()))
}

fn unauthenticated() -> Refusal {
    Refusal::new(Kind::Unauthenticated, "Authentication required.")
}

fn of_session(
    core: &Core,
    request: &HttpRequest,
    asked: &Asked,
    session: Option<&Session>,
) -> Result<Success, Refusal> {
    let get = asked.action.as_deref() == Some("get");
    match request.method {
        Method::POST if !get => log_in(core, request),
        Method::GET | Method::POST => {
            let session = session.ok_or_else(unauthenticated)?;
            Ok(Success::Found(json!({ "user": &*session.user })))
        }
        Method::DELETE => {
            let session = session.ok_or_else(unauthenticated)?;
            core.rest_sessions.close(&session.key);
            Ok(Success::Nothing)
        }
        _ => Err(not_modelled(request)),
    }
}

fn log_in(core: &Core, request: &HttpRequest) -> Result<Success, Refusal> {
    let wrong = || Refusal::new(Kind::Unauthenticated, "Invalid user name or password.");
    let (user, password) = credentials(&request.headers).ok_or_else(wrong)?;
    let account = core.accounts.iter().find(|account| account.name == user.as_str());
    let account = account.filter(|account| core.accepts(account, &password)).ok_or_else(wrong)?;
    let key = core.rest_sessions.new_key(core.seed);
    let now = core.clock().elapsed();
    let (_, token) = core.rest_sessions.open(key, account, core.seed, now);
    Ok(Success::Made(token.to_string()))
}

fn credentials(headers: &HeaderMap) -> Option<(String, String)> {
    let text = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, credentials) = text.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let plain = String::from_utf8(STANDARD.decode(credentials.trim()).ok()?).ok()?;
    let (user, password) = plain.split_once(':')?;
    Some((user.to_owned(), password.to_owned()))
}

fn session_of(core: &Core, headers: &HeaderMap) -> Option<Arc<Session>> {
    let token: Str = headers.get(SESSION)?.to_str().ok()?.into();
    core.rest_sessions.touch(&token, core.clock().elapsed())
}
