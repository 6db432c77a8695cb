//! An open session.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use secrecy::{ExposeSecret, SecretString};
use tokio_util::sync::CancellationToken;
use tracing::Level;
use vim25::soap::{decode_response, encode_request, encode_request_masked};
use vim25::types::{InvalidLogin, ServiceContent, UserSession};
use vim25::{DataObject, Item, Method, MoRef, Version, methods};

use crate::call::{CallError, CallProblem, RawCall, Wire};
use crate::effect::Effect;
use crate::endpoint::SessionTimes;
use crate::property::session_is_set;
use crate::rest::RestSession;

use super::licences::masked;
use super::open_leases::OpenLeases;

/// Methods whose bodies hold secrets in members that the schema does not mark: properties of packages.
const HOLD_SECRETS: [&str; 3] = ["CreateImportSpec", "ImportVApp", "ReconfigVM_Task"];

/// How one call is sent, where it differs from the usual.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CallOptions {
    /// How much longer than usual the server may think.
    pub(crate) extra_patience: Duration,
    /// Sends at most; the retry policy may allow fewer.
    pub(crate) attempts: u32,
}

impl CallOptions {
    /// Never sent twice.
    pub(crate) const ONCE: Self = Self { extra_patience: Duration::ZERO, attempts: 1 };
}

impl Default for CallOptions {
    fn default() -> Self {
        Self { extra_patience: Duration::ZERO, attempts: u32::MAX }
    }
}

/// Whom to log in as.
pub(crate) struct Credentials {
    pub(crate) username: String,
    pub(crate) password: SecretString,
}

/// What is known about the login.
enum Login {
    In,
    /// The server refused the credentials; it is not asked again.
    Refused(CallError),
}

/// Who hears of a session that was opened because the one before had ended.
pub(crate) type AtLogin = Box<dyn Fn(&UserSession) + Send + Sync>;

/// An open session with one server.
pub(crate) struct Session {
    pub(crate) wire: Wire,
    pub(crate) version: Version,
    pub(crate) content: ServiceContent,
    pub(crate) times: SessionTimes,
    pub(crate) closed: CancellationToken,
    pub(crate) open_leases: OpenLeases,
    /// What SOAP does not have.
    pub(crate) rest: RestSession,
    credentials: Credentials,
    login: tokio::sync::Mutex<Login>,
    generation: AtomicU64,
    pub(crate) at_login: OnceLock<AtLogin>,
    last_use: Mutex<Instant>,
}

impl Session {
    pub(crate) fn new(
        wire: Wire,
        version: Version,
        content: ServiceContent,
        credentials: Credentials,
        times: SessionTimes,
    ) -> Self {
        let last_use = Mutex::new(wire.clock.now());
        Self {
            wire,
            version,
            content,
            times,
            closed: CancellationToken::new(),
            open_leases: OpenLeases::default(),
            rest: RestSession::default(),
            credentials,
            login: tokio::sync::Mutex::new(Login::In),
            generation: AtomicU64::new(0),
            at_login: OnceLock::new(),
            last_use,
        }
    }

    /// Counts the logins; objects that a session owns are gone when it changes.
    pub(crate) fn generation(&self) -> u64 {
        self.generation.load(Ordering::Acquire)
    }

    /// Whom it was opened as.
    pub(crate) fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    /// When a call was last sent.
    pub(crate) fn last_use(&self) -> Instant {
        *self.last_use.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends `call` and decodes its answer.
    pub(crate) async fn invoke<M: Method>(
        &self,
        call: &M,
        options: CallOptions,
    ) -> Result<M::Output, CallError> {
        let raw = encode(&self.wire, self.version, call, options);
        let body = self.invoke_raw(&raw).await?;
        decode::<M>(&self.wire, &raw, &body)
    }

    /// Sends an encoded call, once more after a new login if the session had ended.
    async fn invoke_raw(&self, call: &RawCall) -> Result<Vec<u8>, CallError> {
        let fail = |problem: CallProblem| {
            CallError::new(call.method.name, call.object.clone(), &call.operation_id, problem)
        };
        if self.closed.is_cancelled() {
            return Err(fail(CallProblem::Closed));
        }
        if !self.version.knows(call.method.since) {
            let (spoken, needed) = (self.version.id(), call.method.since.id());
            return Err(fail(CallProblem::TooOld { spoken, needed }));
        }
        *self.last_use.lock().unwrap_or_else(PoisonError::into_inner) = self.wire.clock.now();
        let generation = self.generation();
        match self.wire.send(call).await {
            Err(error) if error.is_not_authenticated() => match self.renew(generation).await {
                // The first send was answered without being carried out, so any call may follow.
                Ok(true) => self.wire.send(call).await,
                Ok(false) => Err(error),
                Err(cause) => Err(fail(CallProblem::Relogin(Box::new(cause)))),
            },
            outcome => outcome,
        }
    }

    /// Makes sure that there is a newer session than `seen`. False when that one is still good, so a
    /// new login would change nothing: the call needs more than a session.
    async fn renew(&self, seen: u64) -> Result<bool, CallError> {
        let mut login = self.login.lock().await;
        if let Login::Refused(error) = &*login {
            return Err(error.clone());
        }
        if self.generation() != seen {
            return Ok(true);
        }
        if self.is_still_good().await {
            return Ok(false);
        }
        tracing::info!(server = %self.wire.url, "the session ended, logging in again");
        self.wire.cookie.clear();
        match self.log_in().await {
            Ok(session) => {
                self.generation.fetch_add(1, Ordering::AcqRel);
                if let Some(tell) = self.at_login.get() {
                    tell(&session);
                }
                Ok(true)
            }
            Err(error) => {
                if error.fault::<InvalidLogin>().is_some() {
                    *login = Login::Refused(error.clone());
                }
                Err(error)
            }
        }
    }

    /// Asks the server. `SessionIsActive` would need a privilege that few accounts have.
    async fn is_still_good(&self) -> bool {
        let Some(manager) = &self.content.session_manager else { return false };
        let call = session_is_set::call(&self.content.property_collector, manager);
        let raw = encode(&self.wire, self.version, &call, CallOptions::default());
        let Ok(body) = self.wire.send(&raw).await else { return false };
        decode::<methods::RetrievePropertiesEx>(&self.wire, &raw, &body)
            .is_ok_and(|answer| session_is_set::read(answer.as_deref()))
    }

    /// Logs in with one attempt.
    pub(crate) async fn log_in(&self) -> Result<UserSession, CallError> {
        let call = methods::Login {
            this: self.session_manager(),
            user_name: self.credentials.username.as_str().into(),
            password: self.credentials.password.expose_secret().into(),
            ..Default::default()
        };
        let raw = encode(&self.wire, self.version, &call, CallOptions::ONCE);
        let body = self.wire.send(&raw).await?;
        decode::<methods::Login>(&self.wire, &raw, &body)
    }

    /// Ends the session, within `times.close`, and before that what was being imported. Later calls fail; a
    /// second close does nothing.
    pub(crate) async fn close(&self) -> Result<(), CallError> {
        if self.closed.is_cancelled() {
            return Ok(());
        }
        self.closed.cancel();
        self.abort_imports().await;
        self.close_rest().await;
        let call = methods::Logout { this: self.session_manager(), ..Default::default() };
        let raw = encode(&self.wire, self.version, &call, CallOptions::ONCE);
        tokio::select! {
            biased;
            outcome = self.wire.send(&raw) => match outcome {
                Err(error) if !error.is_not_authenticated() => Err(error),
                _ => Ok(()),
            },
            () = self.wire.clock.sleep(self.times.close) => {
                tracing::warn!(server = %self.wire.url, "logging out took too long");
                Ok(())
            }
        }
    }

    async fn close_rest(&self) {
        tokio::select! {
            () = self.rest.close(self) => {}
            () = self.wire.clock.sleep(self.times.close) => {
                tracing::warn!(server = %self.wire.url, "ending the REST session took too long");
            }
        }
    }

    /// Aborts the leases that are open, so that no half of a VM stays behind.
    async fn abort_imports(&self) {
        let aborting = async {
            for this in self.open_leases.take() {
                let call = methods::HttpNfcLeaseAbort { this, ..Default::default() };
                let raw = encode(&self.wire, self.version, &call, CallOptions::ONCE);
                if let Err(error) = self.wire.send(&raw).await {
                    tracing::debug!(%error, "aborting a lease failed");
                }
            }
        };
        tokio::select! {
            biased;
            () = aborting => {}
            () = self.wire.clock.sleep(self.times.close) => {
                tracing::warn!(server = %self.wire.url, "aborting imports took too long");
            }
        }
    }

    fn session_manager(&self) -> MoRef {
        let fallback = || MoRef::new("SessionManager", "SessionManager");
        self.content.session_manager.clone().unwrap_or_else(fallback)
    }
}

/// Encodes `call` for one server.
pub(crate) fn encode<M: Method>(
    wire: &Wire,
    version: Version,
    call: &M,
    options: CallOptions,
) -> RawCall {
    let method = M::method();
    wire.hidden.note(vim25::secrets(call));
    let operation_id = format!("lockstep-{:016x}", wire.chance.bits());
    if tracing::enabled!(Level::TRACE) && !HOLD_SECRETS.contains(&method.name) {
        let shown = encode_request_masked(call, method, version);
        let shown = String::from_utf8_lossy(&shown);
        tracing::trace!(method = method.name, body = %masked(&shown), "sending");
    }
    RawCall {
        method,
        object: object_of(call),
        version,
        effect: Effect::of(method.name),
        envelope: encode_request(call, version, Some(&operation_id)),
        operation_id,
        extra_patience: options.extra_patience,
        attempts: options.attempts,
    }
}

/// Decodes the answer to `raw`.
pub(crate) fn decode<M: Method>(
    wire: &Wire,
    raw: &RawCall,
    body: &[u8],
) -> Result<M::Output, CallError> {
    let fail = |problem: CallProblem| {
        CallError::new(raw.method.name, raw.object.clone(), &raw.operation_id, problem)
    };
    match decode_response::<M>(body, &wire.limits) {
        Ok(Ok(output)) => {
            if tracing::enabled!(Level::TRACE) && !HOLD_SECRETS.contains(&raw.method.name) {
                let shown = format!("{:?}", vim25::path::field_value(&output, &raw.method.result));
                // A guest's variables hold what its package calls properties, passwords among them.
                let shown = if shown.contains("guestinfo.") { "not shown" } else { &shown };
                tracing::trace!(method = raw.method.name, body = %masked(shown), "received");
            }
            Ok(output)
        }
        Ok(Err(fault)) => Err(fail(CallProblem::Fault(fault))),
        Err(error) => Err(fail(error.into())),
    }
}

/// The object that a call is for: the first parameter of every method.
fn object_of(call: &dyn DataObject) -> MoRef {
    match call.field(0).item(0) {
        Item::Ref(object) => object.clone(),
        _ => MoRef::default(),
    }
}
