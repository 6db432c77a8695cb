//! One request, one response, and the trait between them.

use std::fmt;
use std::time::Duration;

use super::TransportError;
use crate::clock::BoxFuture;

/// HTTP verb.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// Read a document.
    Get,
    /// Send a call.
    Post,
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
}
