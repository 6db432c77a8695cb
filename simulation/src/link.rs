//! The network between agent and mock: [`Link`] carries the agent's requests to a server in the same process.
//!
//! It is the only place that knows both transports. Requests take a moment, so that they overtake each other; what has
//! arrived is carried out whether the agent still lives or not.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use mock_vcenter::dispatch::Nature;
use mock_vcenter::{Answered, Asked, InProcess};
use tokio::time::{sleep, timeout};
use vsphere::BoxFuture;
use vsphere::transport::{
    HttpRequest, HttpResponse, TimeoutPhase, Transport, TransportError, Verb,
};

use crate::chance::SharedDice;
use crate::life::Life;
use crate::log::Log;
use crate::traffic::Traffic;

/// How long an answer is waited for beyond what the request allows, as the real transport does.
const PATIENCE: Duration = Duration::from_secs(60);

/// The state of the network, shared by all lives of the agent.
#[derive(Debug, Default)]
pub(crate) struct Weather {
    /// Connections are refused.
    pub(crate) refused: AtomicBool,
}

/// The connection of one life of the agent.
pub(crate) struct Link {
    pub(crate) server: Arc<InProcess>,
    pub(crate) weather: Arc<Weather>,
    pub(crate) dice: SharedDice,
    pub(crate) log: Log,
    pub(crate) traffic: Arc<Mutex<Traffic>>,
    pub(crate) life: Arc<Life>,
}

impl Link {
    async fn carry(&self, request: &HttpRequest) -> Result<HttpResponse, TransportError> {
        let call = Call::of(request);
        self.pause().await;
        if self.weather.refused.load(Ordering::Relaxed) {
            self.log.line("link", &format!("{call} refused"));
            let cause = io::Error::from(io::ErrorKind::ConnectionRefused).into();
            return Err(TransportError::Unreachable { server: server(), cause });
        }
        if call.changes() {
            let mut traffic = self.traffic.lock().unwrap_or_else(PoisonError::into_inner);
            traffic.sent(&call.method, &call.object);
        }
        let serving = Arc::clone(&self.server);
        let asked = asked(request);
        let answering = tokio::spawn(async move { serving.ask(asked).await });
        let within = PATIENCE + request.extra_patience;
        let Ok(answered) = timeout(within, answering).await else {
            self.log.line("link", &format!("{call} took too long"));
            let phase = TimeoutPhase::FirstByte;
            return Err(TransportError::Timeout { server: server(), phase, within });
        };
        self.pause().await;
        match answered.ok().flatten() {
            None => {
                self.log.line("link", &format!("{call} cut"));
                let cause = io::Error::from(io::ErrorKind::ConnectionReset).into();
                Err(TransportError::Broken { server: server(), cause })
            }
            Some(answered) => {
                self.log.line("link", &format!("{call} {}", answered.status));
                Ok(response(answered))
            }
        }
    }

    async fn pause(&self) {
        sleep(Duration::from_millis(self.dice.between(1, 20))).await;
        self.life.stop_if_dead().await;
    }
}

impl Transport for Link {
    fn exchange<'a>(
        &'a self,
        request: &'a HttpRequest,
    ) -> BoxFuture<'a, Result<HttpResponse, TransportError>> {
        Box::pin(self.carry(request))
    }
}

/// The call that a request carries, as far as it can be told from its text.
struct Call {
    method: String,
    object: String,
}

impl Call {
    fn of(request: &HttpRequest) -> Self {
        let text = String::from_utf8_lossy(&request.body);
        let body = text.split_once("Body>").map_or("", |(_, body)| body);
        let method = between(body, "<", [' ', '>']);
        let object = body.split_once("<_this").map_or("", |(_, rest)| rest);
        let object = between(object, ">", ['<', '<']);
        Self { method: method.to_owned(), object: object.to_owned() }
    }

    fn changes(&self) -> bool {
        let method = vim25::registry::find_method(&self.method);
        method.is_some_and(|method| Nature::of(method) == Nature::Mutating)
    }
}

impl std::fmt::Display for Call {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.method, self.object)
    }
}

fn between<'a>(text: &'a str, open: &str, close: [char; 2]) -> &'a str {
    let rest = text.split_once(open).map_or("", |(_, rest)| rest);
    rest.split(close).next().unwrap_or_default()
}

fn server() -> String {
    "vcenter.simulated:443".to_owned()
}

fn asked(request: &HttpRequest) -> Asked {
    let verb = match request.verb {
        Verb::Get => "GET",
        Verb::Post => "POST",
        Verb::Put => "PUT",
        Verb::Head => "HEAD",
        Verb::Delete => "DELETE",
    };
    let path = request.url.splitn(4, '/').nth(3).unwrap_or_default();
    let headers = request.headers.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
    Asked {
        method: verb.to_owned(),
        target: format!("/{path}"),
        headers: headers.collect(),
        body: request.body.clone(),
    }
}

fn response(answered: Answered) -> HttpResponse {
    let Answered { status, headers, body } = answered;
    HttpResponse { status, headers, body }
}
