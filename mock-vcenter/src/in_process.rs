//! A server that listens nowhere: [`InProcess`] is asked by whoever started it, in the same thread if need be.
//!
//! Requests take the same way as over the network, from the endpoint on: no socket, no TLS, no compression. With
//! tokio's time paused and [`Pace::Real`](crate::clock::Pace), a server runs minutes in a moment and always the same
//! way.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use hyper::header::{HeaderMap, HeaderName, HeaderValue};
use tokio::task::JoinHandle;

use crate::call_log::CallRecord;
use crate::core::Core;
use crate::disturb::Rule;
use crate::endpoint::Endpoint;
use crate::store::Store;
use crate::transport::{Answer, BodyStream, Exchange, HttpRequest};

/// A request.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// GET, POST...
    pub method: String,
    /// Path and query.
    pub target: String,
    /// All headers; those that HTTP does not allow are left out.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

/// What came back.
#[derive(Clone, Debug, Default)]
pub struct Answered {
    /// HTTP status.
    pub status: u16,
    /// All headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

/// A server in this process. Its clock stops when it is dropped.
pub struct InProcess {
    core: Arc<Core>,
    ticking: JoinHandle<()>,
}

impl InProcess {
    pub(crate) fn new(core: Arc<Core>) -> Self {
        let clock = core.clock().clone();
        let ticking = tokio::spawn(async move { clock.run().await });
        Self { core, ticking }
    }

    /// Asks. `None` when the connection is closed without an answer. What has begun is only sure to be carried out
    /// if the future is polled to its end. Files do not come back this way.
    pub async fn ask(&self, asked: Asked) -> Option<Answered> {
        match Endpoint(Arc::clone(&self.core)).answer(request(asked)).await {
            Answer::Cut | Answer::File(_) => None,
            Answer::Reply(reply) => {
                let (head, body) = reply.into_parts();
                let header = |(name, value): (&HeaderName, &HeaderValue)| {
                    Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()))
                };
                let headers = head.headers.iter().filter_map(header).collect();
                Some(Answered { status: head.status.as_u16(), headers, body })
            }
        }
    }

    /// Its objects and its clock, to look at or to change behind the clients' backs.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.core.store
    }

    /// All calls it got, oldest first.
    #[must_use]
    pub fn calls(&self) -> Vec<CallRecord> {
        self.core.calls.list()
    }

    /// Number of open sessions.
    #[must_use]
    pub fn sessions(&self) -> usize {
        self.core.sessions.list().len()
    }

    /// Ends all sessions; returns how many there were.
    pub fn expire_sessions(&self) -> usize {
        self.core.end_all_sessions()
    }

    /// Adds a disturbance.
    pub fn disturb(&self, rule: Rule) {
        self.core.disturbances.add(rule);
    }

    /// Takes all disturbances away.
    pub fn calm(&self) {
        self.core.disturbances.replace(Vec::new());
    }
}

impl Drop for InProcess {
    fn drop(&mut self) {
        self.ticking.abort();
        self.core.clock().clear();
    }
}

impl std::fmt::Debug for InProcess {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("InProcess").field("product", &self.core.product).finish_non_exhaustive()
    }
}

fn request(asked: Asked) -> HttpRequest {
    let (path, query) = asked.target.split_once('?').unwrap_or((&asked.target, ""));
    let header = |(name, value): &(String, String)| {
        Some((HeaderName::try_from(name).ok()?, HeaderValue::try_from(value).ok()?))
    };
    HttpRequest {
        method: hyper::Method::from_bytes(asked.method.as_bytes()).unwrap_or_default(),
        path: path.to_owned(),
        query: query.to_owned(),
        headers: asked.headers.iter().filter_map(header).collect::<HeaderMap>(),
        stream: BodyStream::of(asked.body.clone()),
        body: asked.body,
        peer: SocketAddr::from((Ipv4Addr::LOCALHOST, 50_000)),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use crate::{Asked, Mock};

    #[tokio::test(start_paused = true)]
    async fn a_server_without_a_listener_answers_and_its_time_is_that_of_tokio() {
        let server = Mock::builder().in_process().unwrap();
        let target = "/sdk/vimServiceVersions.xml".to_owned();
        let asked = Asked { method: "GET".to_owned(), target, ..Asked::default() };
        let answered = server.ask(asked).await.unwrap();
        assert_eq!(answered.status, 200);
        assert!(String::from_utf8(answered.body).unwrap().contains("urn:vim25"));
        tokio::time::sleep(Duration::from_secs(3600)).await;
        assert_eq!(server.store().clock().elapsed().as_secs(), 3600);
    }
}
