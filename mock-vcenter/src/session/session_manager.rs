//! The object `SessionManager` and its methods.

use vim25::methods::{
    AcquireGenericServiceTicket, Login, Logout, SessionIsActive, SetLocale, TerminateSession,
};
use vim25::types::{
    NotFound, SessionManagerGenericServiceTicket, SessionManagerHttpServiceRequestSpec, UserSession,
};
use vim25::{MoRef, Str, Value};

use crate::dispatch::{Call, Dispatch};
use crate::fault::Fault;
use crate::session::Ticket;
use crate::store::{At, ManagedObject, Property};

/// The reference of the session manager of a vCenter or, with `ha-sessionmgr`, of an ESXi host.
#[must_use]
pub fn session_manager_id(product: &crate::Product) -> MoRef {
    MoRef::new("SessionManager", product.id("SessionManager", "ha-sessionmgr"))
}

/// Shows the sessions.
#[derive(Clone, Default)]
pub(crate) struct SessionManager {
    pub(crate) sessions: Vec<UserSession>,
}

impl ManagedObject for SessionManager {
    fn kind(&self) -> &'static str {
        "SessionManager"
    }

    fn property<'a>(&'a self, name: &str, at: &At<'a>) -> Option<Property<'a>> {
        match name {
            "sessionList" => {
                Property::of(Value::objects_of("UserSession", self.sessions.iter().cloned()))
            }
            "currentSession" => {
                let key = at.session()?;
                Property::borrowed(self.sessions.iter().find(|session| session.key == key)?)
            }
            "defaultLocale" => Property::of("en"),
            "messageLocaleList" | "supportedLocaleList" => {
                Property::of(vec![Str::from("en"), Str::from("en_US")])
            }
            _ => None,
        }
    }
}

pub(crate) fn register(dispatch: &mut Dispatch) {
    dispatch.add::<Login>(login);
    dispatch.add::<Logout>(logout);
    dispatch.add::<SessionIsActive>(session_is_active);
    dispatch.add::<TerminateSession>(terminate);
    dispatch.add::<SetLocale>(set_locale);
    dispatch.add::<AcquireGenericServiceTicket>(acquire_ticket);
}

fn login(call: &Call, asked: Login) -> Result<UserSession, Fault> {
    let core = call.core();
    if call.caller().session.is_some() {
        return Err(Fault::invalid_login());
    }
    let account = core
        .accounts
        .iter()
        .find(|account| account.name == asked.user_name && core.accepts(account, &asked.password));
    let account = account.ok_or_else(Fault::invalid_login)?;
    let locale = asked.locale.unwrap_or_else(|| "en".into());
    core.open_session(account, call, locale)
}

fn logout(call: &Call, _: Logout) -> Result<(), Fault> {
    call.core().end_session(&call.session_key());
    Ok(())
}

fn session_is_active(call: &Call, asked: SessionIsActive) -> Result<bool, Fault> {
    let sessions = call.core().sessions.list();
    Ok(sessions.iter().any(|(key, user)| *key == asked.session_id && *user == asked.user_name))
}

fn terminate(call: &Call, asked: TerminateSession) -> Result<(), Fault> {
    let own = call.session_key();
    if asked.session_id.contains(&own) {
        return Err(Fault::invalid_argument("sessionId"));
    }
    for key in &asked.session_id {
        if !call.core().end_session(key) {
            return Err(Fault::new(NotFound::default(), "The session does not exist."));
        }
    }
    Ok(())
}

/// A ticket for one request over HTTP, to be sent as the cookie `vmware_cgi_ticket`.
fn acquire_ticket(
    call: &Call,
    asked: AcquireGenericServiceTicket,
) -> Result<SessionManagerGenericServiceTicket, Fault> {
    let spec = asked.spec.downcast_ref::<SessionManagerHttpServiceRequestSpec>();
    let spec = spec.ok_or_else(|| Fault::invalid_argument("spec"))?;
    let Some(session) = &call.caller().session else {
        return Err(Fault::not_authenticated(call.this(), "System.View"));
    };
    let method = spec.method.as_deref().unwrap_or("httpGet");
    let method = method.strip_prefix("http").unwrap_or(method).to_uppercase();
    let url = spec.url.as_str();
    let after_host =
        url.split_once("://").map_or(url, |(_, rest)| rest.find('/').map_or("/", |at| &rest[at..]));
    let target = after_host.trim_end_matches('?').to_owned();
    let id = call.commit(|tx| Ok(tx.new_uuid()))?;
    let core = call.core();
    let ticket = Ticket {
        method,
        target,
        user: session.user.clone(),
        session: session.key.clone(),
        privileges: session.privileges.clone(),
    };
    core.tickets.issue(id.to_string(), core.clock().elapsed(), ticket);
    Ok(SessionManagerGenericServiceTicket {
        id,
        host_name: Some(core.authority().into()),
        ssl_thumbprint: Some(core.thumbprint()),
        ..Default::default()
    })
}

fn set_locale(call: &Call, asked: SetLocale) -> Result<(), Fault> {
    let (manager, key) = (call.this().clone(), call.session_key());
    call.commit(|tx| {
        let manager = tx.edit::<SessionManager>(&manager)?;
        if let Some(session) = manager.sessions.iter_mut().find(|session| session.key == key) {
            session.locale = asked.locale;
        }
        Ok(())
    })
}
