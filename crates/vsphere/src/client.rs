//! The client of one server: opens the session, hands out readers and writers, closes it.

use std::fmt;
use std::sync::{Arc, PoisonError};

use vim25::soap;
use vim25::types::UserSession;

use crate::call::{CallError, Hidden, Wire};
use crate::clock::{Chance, Clock, SystemChance, SystemClock};
use crate::endpoint::Endpoint;
use crate::notice::Notice;
use crate::property::{Silence, Updates};
use crate::reader::{Reader, Shared};
use crate::session::{self, ConnectError, Credentials};
use crate::tls::{NoticeSink, client_config};
use crate::transfer::Around;
use crate::transport::{HttpTransport, SessionCookie, Transport};
use crate::vim_task::PercentBoard;
use crate::writer::Writer;

/// What a client takes from outside; the default is this machine.
#[derive(Debug, Clone)]
pub struct Surroundings {
    /// Its time.
    pub clock: Arc<dyn Clock>,
    /// Its randomness.
    pub chance: Arc<dyn Chance>,
}

impl Default for Surroundings {
    fn default() -> Self {
        Self { clock: Arc::new(SystemClock), chance: Arc::new(SystemChance::new()) }
    }
}

/// An open session with one vCenter or ESXi host.
///
/// Call [`close`](Self::close) at the end, also on the way out after an error or a signal. A client that
/// is only dropped logs out in the background, which a process that ends at once may not live to see.
pub struct Client {
    reader: Reader,
    notices: NoticeSink,
}

impl Client {
    /// Opens a session: one login attempt, over TLS judged as `endpoint.tls` says.
    ///
    /// # Errors
    /// When the server cannot be reached, is not trusted, is no vSphere server, or refuses the login.
    pub async fn connect(endpoint: Endpoint) -> Result<Self, ConnectError> {
        Self::connect_in(endpoint, Surroundings::default()).await
    }

    /// The same with another clock and randomness.
    ///
    /// # Errors
    /// As [`connect`](Self::connect).
    pub async fn connect_in(
        endpoint: Endpoint,
        surroundings: Surroundings,
    ) -> Result<Self, ConnectError> {
        let server = endpoint.url.authority();
        let notices = NoticeSink::default();
        let tls = client_config(&endpoint.tls, &server, &notices)
            .map_err(|cause| ConnectError::Tls { server: server.clone(), cause })?;
        let proxy = endpoint.proxy.as_deref();
        let transport = HttpTransport::new(&server, tls, endpoint.limits, proxy)
            .map_err(|cause| ConnectError::Transport { server, cause })?;
        Self::start(endpoint, Arc::new(transport), surroundings, notices).await
    }

    /// The same over a transport that is already there. `endpoint.tls`, `limits` and `proxy` are its
    /// affair and not looked at.
    ///
    /// # Errors
    /// As [`connect`](Self::connect).
    pub async fn connect_over(
        endpoint: Endpoint,
        transport: Arc<dyn Transport>,
        surroundings: Surroundings,
    ) -> Result<Self, ConnectError> {
        Self::start(endpoint, transport, surroundings, NoticeSink::default()).await
    }

    async fn start(
        endpoint: Endpoint,
        transport: Arc<dyn Transport>,
        surroundings: Surroundings,
        notices: NoticeSink,
    ) -> Result<Self, ConnectError> {
        let wire = Wire {
            transport,
            url: endpoint.url,
            cookie: SessionCookie::default(),
            clock: surroundings.clock,
            chance: surroundings.chance,
            retry: endpoint.retry,
            limits: soap::Limits::default(),
            hidden: Hidden::default(),
        };
        let around = Around {
            tls: endpoint.tls,
            limits: endpoint.limits,
            proxy: endpoint.proxy,
            notices: Arc::clone(&notices),
        };
        let credentials = Credentials { username: endpoint.username, password: endpoint.password };
        let session = Arc::new(session::open(wire, credentials, endpoint.session).await?);
        tokio::spawn(session::keep_alive(Arc::downgrade(&session)));
        let updates = Arc::new(Updates::new(Arc::clone(&session)));
        let shared = Shared { session, updates, percents: PercentBoard::default(), around };
        Ok(Self { reader: Reader { shared: Arc::new(shared) }, notices })
    }

    /// The side that can only look.
    #[must_use]
    pub fn reader(&self) -> Reader {
        self.reader.clone()
    }

    /// The side that can change things.
    #[must_use]
    pub fn writer(&self) -> Writer {
        Writer::new(self.reader.clone())
    }

    /// What the operator has to be told about how the server was trusted. Each notice is given once.
    #[must_use]
    pub fn take_notices(&self) -> Vec<Notice> {
        std::mem::take(&mut *self.notices.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Has `tell` called with each session that is opened because the server ended the one before, and before
    /// anything is sent in it. Only the first `tell` that is given counts.
    pub fn on_new_session(&self, tell: impl Fn(&UserSession) + Send + Sync + 'static) {
        let _ = self.reader.session().at_login.set(Box::new(tell));
    }

    /// Has `tell` called when the server has not answered for some seconds to those who follow its work, and when it
    /// does again. It is waited for in between, for as long as `SessionTimes::updates_patience`. Only the first
    /// `tell` that is given counts.
    pub fn on_silence(&self, tell: impl Fn(Silence) + Send + Sync + 'static) {
        let _ = self.reader.shared.updates.trouble.at_silence.set(Box::new(tell));
    }

    /// Logs out, within the bound of `SessionTimes::close`. Readers and writers fail from then on.
    ///
    /// # Errors
    /// When the logout could not be sent or was refused; the server then drops the session by itself
    /// after its idle time.
    pub async fn close(&self) -> Result<(), CallError> {
        self.reader.session().close().await
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        let session = Arc::clone(&self.reader.shared.session);
        if session.closed.is_cancelled() {
            return;
        }
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move { session.close().await });
        }
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Client({})", self.reader.url())
    }
}
