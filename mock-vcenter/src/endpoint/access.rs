//! Who asks for a file: a session's cookie, a name with a password, or a ticket for this one request.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper::header::{AUTHORIZATION, COOKIE, HeaderMap};
use vim25::Str;

use crate::core::Core;
use crate::session::Privileges;
use crate::transport::HttpRequest;

use super::soap::session_of;
use super::url;

/// Somebody who may ask.
#[derive(Debug)]
pub(super) struct Access {
    pub(super) user: Str,
    pub(super) session: Str,
    pub(super) privileges: Privileges,
}

/// Whoever the request is from; `None` when it does not say, or says it wrongly.
pub(super) fn access(core: &Core, request: &HttpRequest) -> Option<Access> {
    if let Some(session) = session_of(core, &request.headers) {
        return Some(Access {
            user: session.user.clone(),
            session: session.key.clone(),
            privileges: session.privileges.clone(),
        });
    }
    by_ticket(core, request).or_else(|| by_password(core, &request.headers))
}

/// User and password that stand in the headers.
pub(crate) fn credentials(headers: &HeaderMap) -> Option<(String, String)> {
    let text = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, credentials) = text.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let plain = String::from_utf8(STANDARD.decode(credentials.trim()).ok()?).ok()?;
    let (user, password) = plain.split_once(':')?;
    Some((user.to_owned(), password.to_owned()))
}

fn by_password(core: &Core, headers: &HeaderMap) -> Option<Access> {
    let (user, password) = credentials(headers)?;
    let account = core.accounts.iter().find(|account| account.name == user.as_str())?;
    core.accepts(account, &password).then(|| Access {
        user: account.name.clone(),
        session: Str::default(),
        privileges: account.privileges.clone(),
    })
}

fn by_ticket(core: &Core, request: &HttpRequest) -> Option<Access> {
    let id = cookie(&request.headers, "vmware_cgi_ticket")?;
    let target = format!("{}?{}", request.path, request.query);
    let ticket = core.tickets.redeem(&id, core.clock().elapsed(), |ticket| {
        let method = ticket.method.eq_ignore_ascii_case(request.method.as_str());
        method && url::decoded(&ticket.target) == url::decoded(target.trim_end_matches('?'))
    })?;
    Some(Access { user: ticket.user, session: ticket.session, privileges: ticket.privileges })
}

/// The value of a cookie, without quotes around it.
pub(crate) fn cookie(headers: &HeaderMap, wanted: &str) -> Option<String> {
    let lines = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| {
        let (name, value) = pair.trim().split_once('=')?;
        (name == wanted).then(|| value.trim_matches('"').to_owned())
    });
    pairs.next()
}
