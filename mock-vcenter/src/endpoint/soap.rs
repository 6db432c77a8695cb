//! `/sdk`: from an envelope to the handler and back.
//!
//! Order of checks: version, envelope, disturbances, session, object, privilege; then the handler runs and the
//! call is logged.

use std::sync::Arc;

use hyper::header::{HeaderMap, HeaderValue, SET_COOKIE, USER_AGENT};
use hyper::{Response, StatusCode};
use vim25::descriptor::MethodDesc;
use vim25::soap::{self, Limits, Problem};
use vim25::{DataObject, Item, MoRef, Str, Version, mo};

use crate::call_log::CallRecord;
use crate::core::Core;
use crate::dispatch::{Call, Caller, Nature, check_constants};
use crate::disturb::Strike;
use crate::fault::Fault;
use crate::session::Session;
use crate::transport::{Answer, HttpRequest};

use super::access::cookie;
use super::isolate::isolated;
use super::reply;

const LIMITS: Limits = Limits { depth: 64, elements: 2_000_000, bytes: 16 * 1024 * 1024 };
const COOKIE_NAME: &str = "vmware_soap_session";
const ANONYMOUS: &str = "System.Anonymous";

pub(super) async fn answer(core: &Arc<Core>, request: HttpRequest) -> Answer {
    let version = match version_of(core, &request.headers) {
        Ok(version) => version,
        Err(fault) => return Answer::Reply(fault_reply(&fault, core.product.api())),
    };
    let asked = match soap::decode_request(&request.body, &LIMITS) {
        Ok(asked) => asked,
        Err(error) => {
            let fault = Fault::invalid_request(match &error.problem {
                Problem::UnknownMethod(name) => {
                    format!("Unable to resolve WSDL method name {name}")
                }
                _ => error.to_string(),
            });
            return Answer::Reply(fault_reply(&fault, version));
        }
    };
    let this = receiver(core, &*asked.body, asked.method);
    let strike = core.disturbances.strike(asked.method.name, &this, core.clock().elapsed());
    if strike.cut || strike.unavailable {
        return struck(&strike);
    }
    if !strike.delay.is_zero() {
        core.clock().sleep(strike.delay).await;
    }
    if strike.expire_sessions {
        core.end_all_sessions();
    }
    let caller = caller(core, &request);
    let call = Call::new(core.clone(), caller, this, asked.method, version);
    let result = match &strike.fault {
        Some(fault) => Err(fault.clone()),
        None => run(core, &call, asked.body).await,
    };
    log(core, &call, result.as_ref().err(), &strike);
    if strike.drop_response {
        return Answer::Cut;
    }
    Answer::Reply(finish(&call, result, version))
}

async fn run(core: &Arc<Core>, call: &Call, body: Box<dyn DataObject>) -> Result<Vec<u8>, Fault> {
    check(core, call)?;
    check_constants(&*body)?;
    match isolated(core.dispatch.answer(call.clone(), body)).await {
        Ok(result) => result,
        Err(_) => Err(Fault::system_error(format!(
            "{}.{} failed inside the server",
            call.this().kind,
            call.method().name
        ))),
    }
}

/// Session, object and privilege, in this order.
fn check(core: &Core, call: &Call) -> Result<(), Fault> {
    let (this, method) = (call.this(), call.method());
    let privilege = method.privilege.unwrap_or("System.View");
    // `Fetch` looks itself: some objects may be read before login.
    let open = privilege == ANONYMOUS || method.name == "Fetch";
    if call.caller().session.is_none() && !open {
        return Err(Fault::not_authenticated(this, privilege));
    }
    if !call.version().knows(method.since) {
        let name = method.name;
        return Err(Fault::invalid_request(format!("Unable to resolve WSDL method name {name}")));
    }
    if !core.store.snapshot().contains(this) {
        return Err(Fault::object_not_found(this));
    }
    if !open && !call.may(privilege) {
        return Err(Fault::no_permission(this, privilege));
    }
    Ok(())
}

fn struck(strike: &Strike) -> Answer {
    if strike.cut { Answer::Cut } else { Answer::Reply(reply::unavailable()) }
}

/// The version in the `SOAPAction` header; where that is no version URI, as with some old clients, the server's own.
fn version_of(core: &Core, headers: &HeaderMap) -> Result<Version, Fault> {
    let action =
        headers.get("soapaction").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let action = action.trim().trim_matches('"');
    let Some(uri) = action.strip_prefix("urn:") else { return Ok(core.product.api()) };
    let asked = match uri.strip_prefix("vim25") {
        Some("") => return Ok(core.product.api()),
        Some(rest) => rest.strip_prefix('/').and_then(|id| core.product.negotiate(id)),
        None => None,
    };
    asked.ok_or_else(|| Fault::invalid_request(format!("Unsupported version URI \"{action}\"")))
}

/// The object asked. Where a client leaves its type out, it is the one with this id that has the method.
fn receiver(core: &Core, body: &dyn DataObject, method: &MethodDesc) -> MoRef {
    match body.field(0).item(0) {
        Item::Ref(this) if this.kind.is_empty() => {
            let store = core.store.snapshot();
            let having = mo::all().iter().filter(|kind| mo::is_a(kind.name, method.managed));
            let mut named = having.map(|kind| MoRef::new(kind.name, this.value.clone()));
            let found = named.find(|object| store.contains(object));
            found.unwrap_or_else(|| MoRef::new(method.managed, this.value.clone()))
        }
        Item::Ref(this) => this.clone(),
        _ => MoRef::default(),
    }
}

fn caller(core: &Core, request: &HttpRequest) -> Caller {
    let agent = request.headers.get(USER_AGENT).and_then(|value| value.to_str().ok());
    Caller {
        address: request.peer.ip().to_string().into(),
        user_agent: agent.unwrap_or_default().into(),
        session: session_of(core, &request.headers),
    }
}

/// The session whose cookie a request carries.
pub(super) fn session_of(core: &Core, headers: &HeaderMap) -> Option<Arc<Session>> {
    let value = cookie(headers, COOKIE_NAME)?;
    core.sessions.touch(&value, core.clock().elapsed())
}

fn finish(call: &Call, result: Result<Vec<u8>, Fault>, version: Version) -> Response<Vec<u8>> {
    let mut response = match result {
        Ok(body) => reply::xml(StatusCode::OK, body),
        Err(fault) => fault_reply(&fault, version),
    };
    if let Some(value) = call.cookie() {
        let cookie = format!("{COOKIE_NAME}=\"{value}\"; Path=/; HttpOnly; Secure;");
        if let Ok(header) = HeaderValue::from_str(&cookie) {
            response.headers_mut().insert(SET_COOKIE, header);
        }
    }
    response
}

fn fault_reply(fault: &Fault, version: Version) -> Response<Vec<u8>> {
    let detail = fault.detail.as_object();
    let body = soap::encode_fault("ServerFaultCode", &fault.message, detail, version);
    reply::xml(StatusCode::INTERNAL_SERVER_ERROR, body)
}

fn log(core: &Core, call: &Call, fault: Option<&Fault>, strike: &Strike) {
    let disturbed = match strike {
        Strike { drop_response: true, .. } => Some("dropResponse"),
        Strike { fault: Some(_), .. } => Some("fault"),
        Strike { expire_sessions: true, .. } => Some("expireSessions"),
        Strike { delay, .. } if !delay.is_zero() => Some("delay"),
        _ => None,
    };
    let millis = core.clock().elapsed().as_millis();
    core.calls.add(CallRecord {
        number: 0,
        at_millis: u64::try_from(millis).unwrap_or(u64::MAX),
        method: call.method().name.to_owned(),
        managed: call.this().kind.to_string(),
        object: call.this().value.to_string(),
        user: call.user().to_owned(),
        session: Str::to_string(&call.session_key()),
        version: call.version().id().to_owned(),
        nature: Nature::of(call.method()),
        fault: fault.map(|fault| fault.detail.type_name().to_owned()),
        disturbed: disturbed.map(str::to_owned),
    });
}
