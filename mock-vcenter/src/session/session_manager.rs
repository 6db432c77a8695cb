//! The object `SessionManager` and its methods.

use vim25::methods::{Login, Logout, SessionIsActive, SetLocale, TerminateSession};
use vim25::types::{NotFound, UserSession};
use vim25::{MoRef, Str, Value};

use crate::dispatch::{Call, Dispatch};
use crate::fault::Fault;
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
}

fn login(call: &Call, asked: Login) -> Result<UserSession, Fault> {
    let core = call.core();
    if call.caller().session.is_some() {
        return Err(Fault::invalid_login());
    }
    let account = core
        .accounts
        .iter()
        .find(|account| account.name == asked.user_name && account.password == *asked.password);
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
