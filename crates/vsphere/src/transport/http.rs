//! The transport over reqwest.
//!
//! [`HttpTransport`] speaks HTTP/1.1 with keep-alive and gzip to one server. It follows no redirects (a
//! vendor's proxy must not lead credentials away), uses no proxy it was not told of, and keeps no cookies.

use std::error::Error as StdError;
use std::future::Future;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Client, Method, Proxy, RequestBuilder, Response, Url};
use rustls::ClientConfig;

use super::http_files::head_of;
use super::{
    Download, HttpRequest, HttpResponse, Limits, TimeoutPhase, Transport, TransportError,
    UploadBody, Verb,
};
use crate::clock::BoxFuture;
use crate::tls::TrustProblem;

/// Carries requests to one server over real sockets.
#[derive(Debug, Clone)]
pub struct HttpTransport {
    client: Client,
    /// Keeps no connection for later.
    pub(super) files: Client,
    pub(super) server: String,
    pub(super) limits: Limits,
    /// The last URL that was taken apart, and as it was written.
    last_url: Arc<Mutex<Option<(String, Url)>>>,
}

impl HttpTransport {
    /// A transport to `server` (`host:port`) that judges it by `tls`.
    ///
    /// # Errors
    /// When the proxy's address is malformed or TLS cannot be set up.
    pub fn new(
        server: &str,
        tls: ClientConfig,
        limits: Limits,
        proxy: Option<&str>,
    ) -> Result<Self, TransportError> {
        let fail = |error: reqwest::Error| TransportError::Setup {
            server: server.to_owned(),
            cause: root_cause(&error).into(),
        };
        let build = |tls: ClientConfig, kept: usize| {
            let mut builder = Client::builder()
                .tls_backend_preconfigured(tls)
                .https_only(true)
                .redirect(Policy::none())
                .referer(false)
                .no_proxy()
                .gzip(true)
                .connect_timeout(limits.connect)
                .pool_idle_timeout(Duration::from_secs(50))
                .pool_max_idle_per_host(kept)
                .tcp_nodelay(true);
            if let Some(proxy) = proxy {
                builder = builder.proxy(Proxy::all(proxy).map_err(fail)?);
            }
            builder.build().map_err(fail)
        };
        let files = build(tls.clone(), 0)?;
        let client = build(tls, usize::MAX)?;
        Ok(Self { client, files, server: server.to_owned(), limits, last_url: Arc::default() })
    }

    async fn run(&self, request: &HttpRequest) -> Result<HttpResponse, TransportError> {
        let send = async { self.send(request).await };
        let first_byte = self.limits.first_byte + request.extra_patience;
        let response = self.within(first_byte, TimeoutPhase::FirstByte, send).await??;
        self.answer(response, self.limits.body).await
    }

    /// The whole answer.
    pub(super) async fn answer(
        &self,
        response: Response,
        limit: usize,
    ) -> Result<HttpResponse, TransportError> {
        let head = head_of(&response);
        Ok(HttpResponse { body: self.read_body(response, limit).await?, ..head })
    }

    async fn send(&self, request: &HttpRequest) -> Result<Response, TransportError> {
        let builder = self.start(&self.client, request);
        let builder = match request.verb {
            Verb::Post | Verb::Put => builder.body(request.body.clone()),
            Verb::Get | Verb::Head | Verb::Delete => builder,
        };
        builder.send().await.map_err(|error| self.classify(&error))
    }

    /// A request without its body.
    pub(super) fn start(&self, client: &Client, request: &HttpRequest) -> RequestBuilder {
        let method = match request.verb {
            Verb::Get => Method::GET,
            Verb::Post => Method::POST,
            Verb::Put => Method::PUT,
            Verb::Head => Method::HEAD,
            Verb::Delete => Method::DELETE,
        };
        let start = match self.parsed(&request.url) {
            Some(url) => client.request(method, url),
            // It says why not when it is sent.
            None => client.request(method, &request.url),
        };
        request.headers.iter().fold(start, |builder, (name, value)| builder.header(*name, value))
    }

    /// `url`, taken apart. Nearly all requests go to the same, and that takes longer than to send one.
    fn parsed(&self, url: &str) -> Option<Url> {
        let mut last = self.last_url.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, known)) = last.as_ref().filter(|(written, _)| written == url) {
            return Some(known.clone());
        }
        let parsed = Url::parse(url).ok()?;
        *last = Some((url.to_owned(), parsed.clone()));
        Some(parsed)
    }

    async fn read_body(
        &self,
        mut response: Response,
        limit: usize,
    ) -> Result<Vec<u8>, TransportError> {
        let expected =
            usize::try_from(response.content_length().unwrap_or(0)).unwrap_or(usize::MAX);
        if expected > limit {
            return Err(TransportError::TooLarge { server: self.server.clone(), limit });
        }
        let mut body = Vec::with_capacity(expected);
        loop {
            let piece = self.within(self.limits.idle, TimeoutPhase::Idle, response.chunk()).await?;
            let Some(piece) = piece.map_err(|error| self.classify(&error))? else {
                return Ok(body);
            };
            if body.len() + piece.len() > limit {
                return Err(TransportError::TooLarge { server: self.server.clone(), limit });
            }
            body.extend_from_slice(&piece);
        }
    }

    pub(super) async fn within<T>(
        &self,
        within: Duration,
        phase: TimeoutPhase,
        work: impl Future<Output = T>,
    ) -> Result<T, TransportError> {
        let server = || self.server.clone();
        tokio::time::timeout(within, work).await.map_err(|_| TransportError::Timeout {
            server: server(),
            phase,
            within,
        })
    }

    pub(super) fn classify(&self, error: &reqwest::Error) -> TransportError {
        let server = self.server.clone();
        if let Some(tls) = find_tls(error) {
            return match trust_problem(tls) {
                Some(problem) => TransportError::Untrusted { server, cause: problem.into() },
                None => TransportError::Handshake { server, cause: tls.to_string().into() },
            };
        }
        let cause = root_cause(error).into();
        if error.is_builder() {
            TransportError::Setup { server, cause }
        } else if error.is_connect() && error.is_timeout() {
            TransportError::ConnectTimeout { server, within: self.limits.connect }
        } else if error.is_connect() {
            TransportError::Unreachable { server, cause }
        } else {
            TransportError::Broken { server, cause }
        }
    }
}

impl Transport for HttpTransport {
    fn exchange<'a>(
        &'a self,
        request: &'a HttpRequest,
    ) -> BoxFuture<'a, Result<HttpResponse, TransportError>> {
        let total = self.limits.total + request.extra_patience;
        Box::pin(async move { self.within(total, TimeoutPhase::Total, self.run(request)).await? })
    }

    fn upload<'a>(
        &'a self,
        request: &'a HttpRequest,
        body: UploadBody,
    ) -> BoxFuture<'a, Result<HttpResponse, TransportError>> {
        Box::pin(self.send_file(request, body))
    }

    fn download<'a>(
        &'a self,
        request: &'a HttpRequest,
    ) -> BoxFuture<'a, Result<Download, TransportError>> {
        Box::pin(self.fetch_file(request))
    }
}

/// The TLS failure in a chain of causes. An `io::Error` hides its content from `source()`.
fn find_tls<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a rustls::Error> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(tls) = error.downcast_ref::<rustls::Error>() {
            return Some(tls);
        }
        next = match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(inner) => Some(inner as &(dyn StdError + 'static)),
            None => error.source(),
        };
    }
    None
}

fn trust_problem(tls: &rustls::Error) -> Option<TrustProblem> {
    let rustls::Error::InvalidCertificate(rustls::CertificateError::Other(other)) = tls else {
        return None;
    };
    other.0.downcast_ref::<TrustProblem>().cloned()
}

/// The innermost cause: the outer ones repeat each other and the URL.
fn root_cause(error: &(dyn StdError + 'static)) -> String {
    let mut last = error;
    while let Some(next) = last.source() {
        last = next;
    }
    last.to_string()
}
