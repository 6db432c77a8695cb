//! Reads the certificate that a host presents, without trusting it.
//!
//! vCenter wants an ESXi host's thumbprint (older releases) or certificate (9.x) when a host is added.
//! [`read_certificate`] shakes hands with the host, checks that it holds the key, and hangs up. Whether
//! that certificate is the right one is for the caller to decide.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rustls::crypto::ring;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::verifier::Judge;
use super::{Fingerprint, Thumbprint, TlsFloor, TlsSetupError, config};

/// Why a certificate could not be read.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    /// No connection, or the handshake failed. Trying again can help.
    #[error("cannot read the certificate of `{server}`")]
    Handshake {
        /// `host:port`.
        server: String,
        /// What is wrong.
        #[source]
        cause: io::Error,
    },
    /// The host was too slow. Trying again can help.
    #[error("cannot read the certificate of `{server}` within {} s", .within.as_secs_f32())]
    Timeout {
        /// `host:port`.
        server: String,
        /// The bound.
        within: Duration,
    },
    /// This is no host name.
    #[error("`{0}` is not a host name or address")]
    Name(String),
    /// TLS cannot be set up here.
    #[error("cannot set up TLS")]
    Setup(#[from] TlsSetupError),
}

/// A host's certificate in the forms that vSphere asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostCertificate {
    /// SHA-1, as `HostConnectSpec.sslThumbprint` wants it.
    pub sha1: Thumbprint,
    /// SHA-256, to compare with what the host's console shows.
    pub sha256: Fingerprint,
    /// PEM, as `HostConnectSpec.sslCertificate` (9.0) wants it.
    pub pem: String,
}

impl HostCertificate {
    /// Of this DER form.
    #[must_use]
    pub fn of(der: &[u8]) -> Self {
        Self { sha1: Thumbprint::of(der), sha256: Fingerprint::of(der), pem: pem(der) }
    }
}

/// Reads the certificate of `host:port` within `within`. Nothing is sent but the handshake.
///
/// # Errors
/// When the host cannot be reached, speaks no TLS 1.2 or newer, or does not hold the certificate's key.
pub async fn read_certificate(
    host: &str,
    port: u16,
    within: Duration,
) -> Result<HostCertificate, CertificateError> {
    let server = format!("{host}:{port}");
    let shaken = tokio::time::timeout(within, shake_hands(host, port));
    match shaken.await {
        Ok(outcome) => outcome,
        Err(_) => Err(CertificateError::Timeout { server, within }),
    }
}

async fn shake_hands(host: &str, port: u16) -> Result<HostCertificate, CertificateError> {
    let fail = |cause| CertificateError::Handshake { server: format!("{host}:{port}"), cause };
    let bare = host.trim_start_matches('[').trim_end_matches(']').to_owned();
    let name =
        ServerName::try_from(bare.clone()).map_err(|_| CertificateError::Name(host.into()))?;
    let provider = Arc::new(ring::default_provider());
    let config = config::config_for(Judge::KeyOnly, TlsFloor::Tls12, provider)?;
    let socket = TcpStream::connect((bare.as_str(), port)).await.map_err(fail)?;
    let connection =
        TlsConnector::from(Arc::new(config)).connect(name, socket).await.map_err(fail)?;
    let leaf = connection.get_ref().1.peer_certificates().and_then(<[_]>::first);
    let leaf = leaf.ok_or_else(|| fail(io::Error::other("the host presented no certificate")))?;
    Ok(HostCertificate::of(leaf))
}

fn pem(der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let mut out = String::from("-----BEGIN CERTIFICATE-----\n");
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at(rest.len().min(64));
        out.push_str(line);
        out.push('\n');
        rest = after;
    }
    out.push_str("-----END CERTIFICATE-----\n");
    out
}
