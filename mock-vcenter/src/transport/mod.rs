//! HTTPS: certificate, listener and body handling.
//!
//! [`Listener`] accepts TLS connections and hands each request, its body read and bounded, to an
//! [`Exchange`]; the answer is compressed when the client asked for it. It knows nothing of SOAP.

mod body;
mod certificate;
mod listener;
mod reserved;
mod stream;

pub use certificate::{Certificate, CertificateError};
pub use listener::{Answer, Exchange, HttpRequest, ListenError, Listener, Stop};
pub use reserved::{Reserved, Serving};
pub use stream::{BodyBroken, BodyStream, Download};
