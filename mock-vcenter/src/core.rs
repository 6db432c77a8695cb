//! The parts of one running server, wired together: [`Core`].

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use vim25::Str;
use vim25::enums::HostSystemConnectionState;
use vim25::types::{UserLoginSessionEvent, UserLogoutSessionEvent, UserSession};

use crate::behaviour::host_system::HostSystem;
use crate::behaviour::import;
use crate::call_log::CallLog;
use crate::clock::Clock;
use crate::dispatch::{Call, Dispatch};
use crate::disturb::Disturbances;
use crate::fault::Fault;
use crate::product::{Product, Role};
use crate::property::Collectors;
use crate::session::{
    self, Account, IDLE_LIMIT, OWNED_BY, SessionManager, Sessions, Tickets, session_manager_id,
};
use crate::storage::Storage;
use crate::store::{Origin, Store};

/// One server. Nothing of it is global, so a process can run many.
pub(crate) struct Core {
    pub(crate) product: Product,
    pub(crate) seed: u64,
    pub(crate) store: Store,
    pub(crate) accounts: Vec<Account>,
    pub(crate) sessions: Sessions,
    /// Those of the REST API.
    pub(crate) rest_sessions: Sessions,
    pub(crate) collectors: Arc<Collectors>,
    pub(crate) dispatch: Dispatch,
    pub(crate) calls: CallLog,
    pub(crate) disturbances: Disturbances,
    /// Where the management appliance answers SSH.
    pub(crate) ssh: Mutex<Option<SocketAddr>>,
    pub(crate) storage: Arc<Storage>,
    pub(crate) tickets: Tickets,
    /// Where the server listens and what certificate it shows, once that is known.
    pub(crate) own: OnceLock<Own>,
}

/// How the server is reached.
#[derive(Clone, Debug)]
pub(crate) struct Own {
    pub(crate) address: SocketAddr,
    pub(crate) thumbprint: Str,
}

impl Core {
    pub(crate) fn clock(&self) -> &Clock {
        self.store.clock()
    }

    /// Whether this is a host by itself that is down, as while it reboots. Its sessions end with it.
    pub(crate) fn is_away(&self) -> bool {
        if self.product.role() != Role::Esxi {
            return false;
        }
        let snapshot = self.store.snapshot();
        let hosts = snapshot.of_kind("HostSystem").iter();
        let mut hosts = hosts.filter_map(|id| snapshot.get::<HostSystem>(id));
        let away = hosts.any(|host| host.connection == HostSystemConnectionState::NotResponding);
        if away {
            self.end_all_sessions();
        }
        away
    }

    /// Whether this is the password of an account. That of a host's `root` is the machine's own affair.
    pub(crate) fn accepts(&self, account: &Account, password: &str) -> bool {
        if self.product.role() == Role::Vcenter || account.name != "root" {
            return account.password == password;
        }
        let snapshot = self.store.snapshot();
        let mut hosts = snapshot.of_kind("HostSystem").iter();
        hosts.any(|id| {
            let host = snapshot.get::<HostSystem>(id);
            host.is_some_and(|host| host.server.accepts("root", password))
        })
    }

    /// Opens a session for `account` and gives its cookie to the answer of `call`.
    pub(crate) fn open_session(
        self: &Arc<Self>,
        account: &Account,
        call: &Call,
        locale: Str,
    ) -> Result<UserSession, Fault> {
        let manager = session_manager_id(&self.product);
        let origin = Origin { user: account.name.clone(), ..Origin::default() };
        let session = self.store.commit(&origin, |tx| {
            let session = UserSession {
                key: tx.new_uuid(),
                user_name: account.name.clone(),
                full_name: account.name.clone(),
                login_time: tx.timestamp(),
                last_active_time: tx.timestamp(),
                message_locale: locale.clone(),
                locale,
                ip_address: call.caller().address.clone(),
                user_agent: call.caller().user_agent.clone(),
                ..Default::default()
            };
            tx.edit::<SessionManager>(&manager)?.sessions.push(session.clone());
            let mut event = UserLoginSessionEvent::default();
            event.ip_address = session.ip_address.clone();
            event.user_agent = Some(session.user_agent.clone());
            event.locale = session.locale.clone();
            event.session_id = session.key.clone();
            event.full_formatted_message = Some(told(&session, "in"));
            tx.post_event(event);
            Ok(session)
        })?;
        let now = self.clock().elapsed();
        let (_, cookie) = self.sessions.open(session.key.clone(), account, self.seed, now);
        call.give_cookie(cookie);
        self.expire_after(session.key.clone(), IDLE_LIMIT);
        Ok(session)
    }

    /// Ends a session with all that lives in it. False when there is none.
    pub(crate) fn end_session(&self, key: &Str) -> bool {
        if !self.sessions.close(key) {
            return false;
        }
        let manager = session_manager_id(&self.product);
        let ended = self.store.commit(&Origin::default(), |tx| {
            import::session_ended(tx, key, &self.storage)?;
            let owned = tx.view().referrers(&session::anchor(key), OWNED_BY).to_vec();
            for object in &owned {
                tx.remove(object);
            }
            let sessions = &mut tx.edit::<SessionManager>(&manager)?.sessions;
            if let Some(place) = sessions.iter().position(|session| session.key == *key) {
                let session = sessions.remove(place);
                tx.post_event(logout_event(session));
            }
            Ok(())
        });
        if let Err(fault) = ended {
            tracing::warn!(%fault, "a session ended without its traces");
        }
        self.collectors.close_session(key);
        true
    }

    /// Address and port of the server, as URLs have them.
    pub(crate) fn authority(&self) -> String {
        self.own.get().map_or_else(|| "127.0.0.1".to_owned(), |own| own.address.to_string())
    }

    /// SHA-1 thumbprint of the server's certificate; empty when it has none.
    pub(crate) fn thumbprint(&self) -> Str {
        self.own.get().map(|own| own.thumbprint.clone()).unwrap_or_default()
    }

    /// Ends every session, as a restart would. Returns how many there were.
    pub(crate) fn end_all_sessions(&self) -> usize {
        let rest = self.rest_sessions.list();
        rest.iter().for_each(|(key, _)| {
            self.rest_sessions.close(key);
        });
        let sessions = self.sessions.list();
        sessions.iter().filter(|(key, _)| self.end_session(key)).count()
    }

    fn expire_after(self: &Arc<Self>, key: Str, wait: Duration) {
        let core = Arc::downgrade(self);
        self.clock().after(wait, move || {
            let Some(core) = core.upgrade() else { return };
            let Some(idle) = core.sessions.idle(&key, core.clock().elapsed()) else { return };
            match IDLE_LIMIT.checked_sub(idle) {
                Some(left) if !left.is_zero() => core.expire_after(key, left),
                _ => {
                    core.end_session(&key);
                }
            }
        });
    }
}

fn told(session: &UserSession, way: &str) -> Str {
    let UserSession { user_name, ip_address, user_agent, .. } = session;
    format!("User {user_name}@{ip_address} logged {way} as {user_agent}").into()
}

fn logout_event(session: UserSession) -> UserLogoutSessionEvent {
    let mut event = UserLogoutSessionEvent::default();
    event.full_formatted_message = Some(told(&session, "out"));
    event.ip_address = Some(session.ip_address);
    event.user_agent = Some(session.user_agent);
    event.call_count = Some(session.call_count);
    event.session_id = Some(session.key);
    event.login_time = Some(session.login_time);
    event.user_name = session.user_name;
    event
}
