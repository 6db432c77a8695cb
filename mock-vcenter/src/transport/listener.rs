//! Accepts TLS connections and turns requests into exchanges.
//!
//! One task per connection, HTTP/1.1 with keep-alive. [`Answer::Cut`] closes the connection without a byte of
//! answer, as a crashed server or a dead link would. Caps: connections, header size, body size, time for the
//! handshake and the headers.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::{Either, Full};
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONTENT_ENCODING, CONTENT_LENGTH, HeaderMap, HeaderValue, VARY};
use hyper::http::request::Parts;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use super::body;
use super::certificate::Certificate;
use super::stream::{BodyStream, Download};

const MAX_CONNECTIONS: usize = 1024;
const MAX_HEADER_BYTES: usize = 64 * 1024;
const HANDSHAKE_TIME: Duration = Duration::from_secs(20);
const HEADER_TIME: Duration = Duration::from_secs(60);
/// How long a stopping server lets running exchanges finish.
const GRACE: Duration = Duration::from_secs(2);

/// Why the server does not listen.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// The address is taken, not ours, or forbidden.
    #[error("cannot listen on `{address}`")]
    Bind {
        /// What was asked for.
        address: String,
        /// What the system said.
        #[source]
        cause: std::io::Error,
    },
}

/// A request, with its body read unless the path takes a stream.
#[derive(Debug)]
pub struct HttpRequest {
    /// GET, POST...
    pub method: Method,
    /// Path without query.
    pub path: String,
    /// Query without the question mark.
    pub query: String,
    /// All headers.
    pub headers: HeaderMap,
    /// The body, decompressed; empty on paths that take a stream.
    pub body: Vec<u8>,
    /// The body as it comes in, on paths that take a stream.
    pub stream: BodyStream,
    /// Who asked.
    pub peer: SocketAddr,
}

/// What goes back.
#[derive(Debug)]
pub enum Answer {
    /// An answer.
    Reply(Response<Vec<u8>>),
    /// A file, or a part of one; the headers say what it is and how long.
    File(Response<Download>),
    /// No answer: the connection is closed at once.
    Cut,
}

/// Answers requests.
pub trait Exchange: Send + Sync + 'static {
    /// True for paths whose requests may be bigger than memory.
    fn takes_stream(&self, path: &str) -> bool {
        let _ = path;
        false
    }

    /// Answers one request.
    fn answer(&self, request: HttpRequest) -> impl Future<Output = Answer> + Send;
}

/// A bound address, ready to accept.
#[derive(Debug)]
pub struct Listener {
    pub(super) socket: TcpListener,
    pub(super) address: SocketAddr,
    pub(super) certificate: Certificate,
}

/// Ends a running listener when told or dropped.
#[derive(Debug)]
pub struct Stop(pub(super) watch::Sender<bool>);

impl Stop {
    /// Tells the listener to stop accepting and to let running exchanges finish.
    pub fn now(&self) {
        self.0.send_replace(true);
    }
}

/// The connection is to be closed without an answer.
#[derive(Debug, thiserror::Error)]
#[error("connection cut on purpose")]
struct CutConnection;

impl Listener {
    /// Binds `address`, port 0 for any.
    ///
    /// # Errors
    /// When the address cannot be bound.
    pub async fn bind(address: SocketAddr, certificate: Certificate) -> Result<Self, ListenError> {
        let failed = |cause| ListenError::Bind { address: address.to_string(), cause };
        let socket = TcpListener::bind(address).await.map_err(failed)?;
        let address = socket.local_addr().map_err(failed)?;
        Ok(Self { socket, address, certificate })
    }

    /// The bound address with its real port.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// A way to stop, and the future that serves until then.
    pub fn serve(self, exchange: Arc<impl Exchange>) -> (Stop, impl Future<Output = ()> + Send) {
        let (stop, stopped) = watch::channel(false);
        (Stop(stop), self.accept_until(stopped, exchange))
    }

    pub(super) async fn accept_until(
        self,
        mut stopped: watch::Receiver<bool>,
        exchange: Arc<impl Exchange>,
    ) {
        let acceptor = TlsAcceptor::from(self.certificate.tls());
        let slots = Arc::new(Semaphore::new(MAX_CONNECTIONS));
        let mut connections = JoinSet::new();
        loop {
            let accepted = tokio::select! {
                accepted = self.socket.accept() => accepted,
                _ = stopped.wait_for(|stop| *stop) => break,
            };
            while connections.try_join_next().is_some() {}
            let Ok((stream, peer)) = accepted else { continue };
            let Ok(slot) = slots.clone().try_acquire_owned() else { continue };
            let (acceptor, exchange, stopped) =
                (acceptor.clone(), exchange.clone(), stopped.clone());
            connections.spawn(async move {
                serve_connection(stream, peer, &acceptor, exchange, stopped).await;
                drop(slot);
            });
        }
        drop(self.socket);
        let finish = async { while connections.join_next().await.is_some() {} };
        if tokio::time::timeout(GRACE, finish).await.is_err() {
            connections.abort_all();
        }
    }
}

async fn serve_connection(
    stream: TcpStream,
    peer: SocketAddr,
    acceptor: &TlsAcceptor,
    exchange: Arc<impl Exchange>,
    mut stopped: watch::Receiver<bool>,
) {
    // Small answers must not wait for the next one.
    let _ = stream.set_nodelay(true);
    let handshake = tokio::time::timeout(HANDSHAKE_TIME, acceptor.accept(stream)).await;
    let Ok(Ok(stream)) = handshake else { return };
    let service = service_fn(move |request| {
        let exchange = exchange.clone();
        async move { respond(request, peer, &*exchange).await }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIME)
        .max_header_size(MAX_HEADER_BYTES)
        .keep_alive(true)
        .serve_connection(TokioIo::new(stream), service);
    tokio::pin!(connection);
    tokio::select! {
        _ = connection.as_mut() => return,
        _ = stopped.wait_for(|stop| *stop) => connection.as_mut().graceful_shutdown(),
    }
    let _ = connection.await;
}

/// The body of any answer.
type Outgoing = Either<Full<Bytes>, Download>;

async fn respond(
    request: Request<Incoming>,
    peer: SocketAddr,
    exchange: &impl Exchange,
) -> Result<Response<Outgoing>, CutConnection> {
    let gzip = body::accepts_gzip(request.headers());
    let request = if exchange.takes_stream(request.uri().path()) {
        let (head, incoming) = request.into_parts();
        http_request(head, peer, Vec::new(), BodyStream::network(incoming))
    } else {
        match read_request(request, peer).await {
            Ok(request) => request,
            Err(status) => return Ok(refuse(status).map(Either::Left)),
        }
    };
    match exchange.answer(request).await {
        Answer::Cut => Err(CutConnection),
        Answer::Reply(reply) => Ok(finish(reply, gzip).map(Either::Left)),
        Answer::File(file) => Ok(file.map(Either::Right)),
    }
}

async fn read_request(
    request: Request<Incoming>,
    peer: SocketAddr,
) -> Result<HttpRequest, StatusCode> {
    let (head, incoming) = request.into_parts();
    let body = body::read(&head.headers, incoming).await?;
    Ok(http_request(head, peer, body, BodyStream::of(Vec::new())))
}

fn http_request(head: Parts, peer: SocketAddr, body: Vec<u8>, stream: BodyStream) -> HttpRequest {
    HttpRequest {
        method: head.method,
        path: head.uri.path().to_owned(),
        query: head.uri.query().unwrap_or_default().to_owned(),
        headers: head.headers,
        body,
        stream,
        peer,
    }
}

fn finish(reply: Response<Vec<u8>>, gzip: bool) -> Response<Full<Bytes>> {
    let (mut head, plain) = reply.into_parts();
    let packed = if gzip { body::compress(&plain) } else { None };
    if packed.is_some() {
        head.headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    head.headers.insert(VARY, HeaderValue::from_static("Accept-Encoding"));
    let body = packed.unwrap_or(plain);
    // The answer to HEAD tells the length of what it leaves out.
    if !head.headers.contains_key(CONTENT_LENGTH) {
        head.headers.insert(CONTENT_LENGTH, HeaderValue::from(body.len()));
    }
    Response::from_parts(head, Full::new(Bytes::from(body)))
}

fn refuse(status: StatusCode) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::new()));
    *response.status_mut() = status;
    response
}
