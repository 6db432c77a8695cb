//! HTTP exchanges: bytes out, bytes in.
//!
//! [`Transport`] is the seam at which tests put a scripted server; [`HttpTransport`] is the real one. Calls
//! are exchanged whole; files go up as an [`UploadBody`] and come down as a [`Download`], piece by piece.
//! Nothing here knows SOAP, sessions or retries.

mod body;
mod buffers;
mod cookie;
mod error;
mod exchange;
mod http;
mod http_files;
mod limits;
mod probe;

pub use body::{ChunkSink, IN_FLIGHT, Meter, Pumped, UploadBody};
pub use cookie::SessionCookie;
pub use error::{Cause, TimeoutPhase, TransportError};
pub use exchange::{Chunks, Download, HttpRequest, HttpResponse, Transport, Verb};
pub use http::HttpTransport;
pub use limits::Limits;
pub use probe::{NetworkProbe, Probe};
