//! Whose certificate is believed.
//!
//! [`TlsOptions`] says how; certificates are verified against the system's roots unless something else
//! is asked for by name. A server that fails is left during the handshake, before any credentials are
//! sent, on every single connection. TLS 1.2 is the lowest possible floor: rustls has neither TLS 1.0
//! nor 1.1, so a 5.5 host that offers nothing newer cannot be reached.

mod certificate;
mod config;
mod fingerprint;
mod known_hosts;
mod options;
mod problem;
mod verifier;

pub use certificate::{CertificateError, HostCertificate, read_certificate};
pub(crate) use config::{Pin, pinned_config};
pub use config::{TlsSetupError, client_config};
pub use fingerprint::{Fingerprint, FingerprintError, Thumbprint, ThumbprintError};
pub use known_hosts::{KnownHosts, KnownHostsError};
pub use options::{TlsFloor, TlsOptions, Trust, UnknownServer};
pub use problem::TrustProblem;
pub use verifier::NoticeSink;
