//! One request, one response, and the trait between them.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;

use super::{TransportError, UploadBody};
use crate::clock::BoxFuture;

/// HTTP verb.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// Read a document.
    Get,
    /// Send a call, or a disk.
    Post,
    /// Send a file.
    Put,
    /// Ask for a document without its content.
    Head,
    /// Delete a file.
    Delete,
}

/// A request. Its `Debug` form shows neither cookies nor the body, which may hold a password.
#[derive(Clone)]
pub struct HttpRequest {
    /// What to do.
    pub verb: Verb,
    /// Full URL without credentials.
    pub url: String,
    /// Headers to send, names in lower case.
    pub headers: Vec<(&'static str, String)>,
    /// Body; empty for a `Get`.
    pub body: Vec<u8>,
    /// How much longer than usual the server may think (long polls).
    pub extra_patience: Duration,
}

impl HttpRequest {
    /// A request without a body of its own, and with no extra patience.
    pub(crate) fn bare(verb: Verb, url: String, headers: Vec<(&'static str, String)>) -> Self {
        Self { verb, url, headers, body: Vec::new(), extra_patience: Duration::ZERO }
    }
}

impl fmt::Debug for HttpRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.headers.iter().map(|(name, _)| *name).collect();
        f.debug_struct("HttpRequest")
            .field("verb", &self.verb)
            .field("url", &self.url)
            .field("headers", &names)
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// A response, read to its end. Its `Debug` form shows no header values and no body.
#[derive(Clone, Default)]
pub struct HttpResponse {
    /// HTTP status.
    pub status: u16,
    /// Headers in the order of arrival, names in lower case.
    pub headers: Vec<(String, String)>,
    /// Decompressed body.
    pub body: Vec<u8>,
}

impl HttpResponse {
    /// All values of the header `name` (lower case), in the order of arrival.
    pub fn header_values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.headers.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

impl HttpResponse {
    /// The first words of a page, on one line and without control characters.
    pub(crate) fn beginning(&self) -> String {
        let text = String::from_utf8_lossy(&self.body[..self.body.len().min(400)]);
        let plain: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        plain.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(160).collect()
    }
}

impl fmt::Debug for HttpResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpResponse")
            .field("status", &self.status)
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// Something that carries requests to one server.
///
/// An implementation answers every exchange within its own bounds, follows no redirects and keeps no
/// cookies.
pub trait Transport: Send + Sync + 'static {
    /// Sends `request` and reads the whole answer, whatever its status.
    fn exchange<'a>(
        &'a self,
        request: &'a HttpRequest,
    ) -> BoxFuture<'a, Result<HttpResponse, TransportError>>;

    /// Sends `request` with `body` instead of its own and reads the answer. Bounded by standing still, not
    /// in total; never sent again.
    fn upload<'a>(
        &'a self,
        request: &'a HttpRequest,
        body: UploadBody,
    ) -> BoxFuture<'a, Result<HttpResponse, TransportError>> {
        drop(body);
        Box::pin(async { Err(no_files(request)) })
    }

    /// Sends `request` and gives the answer with its body still to be read.
    fn download<'a>(
        &'a self,
        request: &'a HttpRequest,
    ) -> BoxFuture<'a, Result<Download, TransportError>> {
        Box::pin(async { Err(no_files(request)) })
    }
}

/// The body of an answer, piece by piece.
pub trait Chunks: Send {
    /// The next piece; `None` at the end.
    fn next(&mut self) -> BoxFuture<'_, Result<Option<Bytes>, TransportError>>;
}

/// An answer whose body is read piece by piece.
pub struct Download {
    /// Status and headers; the body is empty.
    pub head: HttpResponse,
    /// How many bytes the server promised, if it did.
    pub length: Option<u64>,
    /// The body.
    pub chunks: Box<dyn Chunks>,
}

impl fmt::Debug for Download {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Download")
            .field("status", &self.head.status)
            .field("length", &self.length)
            .finish_non_exhaustive()
    }
}

fn no_files(request: &HttpRequest) -> TransportError {
    let after_scheme = request.url.split("://").nth(1).unwrap_or_default();
    let server = after_scheme.split('/').next().unwrap_or_default().to_owned();
    TransportError::Setup { server, cause: "this transport carries no files".into() }
}
