//! Sessions of this API: how they begin, what is told of them, how a request says which one it is in.

use std::sync::Arc;
use std::time::Duration;

use hyper::Method;
use hyper::header::HeaderMap;
use serde_json::json;
use vim25::DateTime;

use crate::core::Core;
use crate::endpoint;
use crate::session::Session;

use super::dialect::{Asked, Dialect, Success};
use super::refusal::{Kind, Refusal};

/// The header that carries a session, and the cookie that does.
const NAME: &str = "vmware-api-session-id";

/// The session that goes by this token.
pub(super) fn named(core: &Core, token: &str) -> Option<Arc<Session>> {
    core.rest_sessions.touch(token, core.clock().elapsed())
}

/// The session that a request is in. The header counts before the cookie, which a client may have kept from an
/// earlier session.
pub(super) fn of_request(core: &Core, headers: &HeaderMap) -> Option<Arc<Session>> {
    let header = headers.get(NAME).and_then(|value| value.to_str().ok()).map(str::to_owned);
    named(core, &header.or_else(|| endpoint::cookie(headers, NAME))?)
}

/// What a client with a jar for cookies is to keep.
pub(super) fn cookie(dialect: Dialect, token: &str) -> String {
    let root = match dialect {
        Dialect::Api => "/api",
        Dialect::Rest => "/rest",
    };
    format!("{NAME}={token};Path={root};Secure;HttpOnly")
}

/// Begins, shows or ends a session; `None` when that is not what is asked for.
pub(super) fn serve(
    core: &Core,
    method: &Method,
    asked: &Asked,
    credentials: Option<(String, String)>,
    session: Option<&Session>,
) -> Option<Result<Success, Refusal>> {
    let own = || session.ok_or_else(Refusal::unauthenticated);
    match (method, asked.action.as_deref()) {
        (&Method::POST, None) => Some(log_in(core, credentials)),
        (&Method::GET, None) | (&Method::POST, Some("get")) => {
            Some(own().map(|session| show(core, session)))
        }
        (&Method::DELETE, None) => Some(own().map(|session| {
            core.rest_sessions.close(&session.key);
            Success::Nothing
        })),
        _ => None,
    }
}

fn show(core: &Core, session: &Session) -> Success {
    let now = core.clock().elapsed();
    let (created, last) = core.rest_sessions.times(&session.key).unwrap_or((now, now));
    let at = |then: Duration| in_milliseconds(core, now.saturating_sub(then));
    Success::Found(json!({
        "user": &*session.user,
        "created_time": at(created),
        "last_accessed_time": at(last),
    }))
}

/// The time so long ago, with three digits of a second as this API writes it.
fn in_milliseconds(core: &Core, ago: Duration) -> String {
    let text = DateTime::from_system_time(core.clock().now() - ago);
    let milliseconds = text.as_str().get(..23).unwrap_or(text.as_str());
    format!("{milliseconds}Z")
}

fn log_in(core: &Core, credentials: Option<(String, String)>) -> Result<Success, Refusal> {
    let wrong = || Refusal::new(Kind::Unauthenticated, "Invalid user name or password.");
    let (user, password) = credentials.ok_or_else(wrong)?;
    let account = core.accounts.iter().find(|account| account.name == user.as_str());
    let account = account.filter(|account| core.accepts(account, &password)).ok_or_else(wrong)?;
    let key = core.rest_sessions.new_key(core.seed);
    let now = core.clock().elapsed();
    let (_, token) = core.rest_sessions.open(key, account, core.seed, now);
    Ok(Success::Made(token.to_string()))
}
