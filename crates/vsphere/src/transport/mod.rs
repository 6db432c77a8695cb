//! HTTP exchanges: bytes out, bytes in.
//!
//! [`Transport`] is the seam at which tests put a scripted server; [`HttpTransport`] is the real one.
//! Nothing here knows SOAP, sessions or retries.

mod cookie;
mod error;
mod exchange;
mod http;
mod limits;
mod probe;

pub use cookie::SessionCookie;
pub use error::{Cause, TimeoutPhase, TransportError};
pub use exchange::{HttpRequest, HttpResponse, Transport, Verb};
pub use http::HttpTransport;
pub use limits::Limits;
pub use probe::{NetworkProbe, Probe};
