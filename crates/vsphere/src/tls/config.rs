//! Turns [`TlsOptions`] into what rustls needs.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rustls::client::WebPkiServerVerifier;
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore, SupportedProtocolVersion};

use super::verifier::{Judge, NoticeSink, Verifier};
use super::{Fingerprint, KnownHosts, KnownHostsError, Thumbprint, TlsFloor, TlsOptions, Trust};
use crate::notice::Notice;

/// Why TLS cannot be set up as asked. Trying again does not help.
#[derive(Debug, thiserror::Error)]
pub enum TlsSetupError {
    /// The CA file cannot be read.
    #[error("cannot read CA file `{}`", .file.display())]
    CaFile {
        /// The file.
        file: PathBuf,
        /// What is wrong.
        #[source]
        cause: rustls::pki_types::pem::Error,
    },
    /// The CA file holds no certificate that can be a root.
    #[error("CA file `{}` holds no usable certificate", .0.display())]
    NoRootInFile(PathBuf),
    /// This system has no roots, so nothing could be verified.
    #[error("this system has no trusted root certificates, give a CA file or a SHA-256 pin")]
    NoSystemRoots,
    /// The known-hosts file cannot be used.
    #[error("cannot use the known-hosts file")]
    KnownHosts(#[from] KnownHostsError),
    /// Rustls refused the set-up.
    #[error("cannot set up TLS")]
    Rustls(#[source] rustls::Error),
}

static FROM_TLS12: &[&SupportedProtocolVersion] =
    &[&rustls::version::TLS13, &rustls::version::TLS12];
static FROM_TLS13: &[&SupportedProtocolVersion] = &[&rustls::version::TLS13];

/// Makes the configuration for connections to `server` (`host:port`). What must be told to the operator
/// is put into `notices`, partly only when a handshake happens.
///
/// # Errors
/// When a file cannot be used, or there are no roots to verify with.
pub fn client_config(
    options: &TlsOptions,
    server: &str,
    notices: &NoticeSink,
) -> Result<ClientConfig, TlsSetupError> {
    let provider = Arc::new(ring::default_provider());
    let judge = judge(options, server, notices, &provider)?;
    config_for(judge, options.floor, provider)
}

/// How another server vouches for a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pin {
    /// By its certificate.
    Certificate(Fingerprint),
    /// By the older digest, where the server knows no other.
    Thumbprint(Thumbprint),
}

/// Makes the configuration for connections to a host with exactly this certificate.
///
/// # Errors
/// When TLS cannot be set up.
pub(crate) fn pinned_config(pin: Pin, floor: TlsFloor) -> Result<ClientConfig, TlsSetupError> {
    let judge = match pin {
        Pin::Certificate(fingerprint) => Judge::Pin(fingerprint),
        Pin::Thumbprint(thumbprint) => Judge::Thumbprint(thumbprint),
    };
    config_for(judge, floor, Arc::new(ring::default_provider()))
}

pub(super) fn config_for(
    judge: Judge,
    floor: TlsFloor,
    provider: Arc<CryptoProvider>,
) -> Result<ClientConfig, TlsSetupError> {
    let versions = match floor {
        TlsFloor::Tls12 => FROM_TLS12,
        TlsFloor::Tls13 => FROM_TLS13,
    };
    let config = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_protocol_versions(versions)
        .map_err(TlsSetupError::Rustls)?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Verifier { judge, provider }))
        .with_no_client_auth();
    Ok(config)
}

fn judge(
    options: &TlsOptions,
    server: &str,
    notices: &NoticeSink,
    provider: &Arc<CryptoProvider>,
) -> Result<Judge, TlsSetupError> {
    match &options.trust {
        Trust::System => Ok(Judge::Roots(verifier(system_roots()?, provider)?)),
        Trust::CaFile(file) => Ok(Judge::Roots(verifier(roots_of(file)?, provider)?)),
        Trust::Pin(fingerprint) => Ok(Judge::Pin(*fingerprint)),
        Trust::KnownHosts { file, unknown } => {
            let known = KnownHosts::read(file)?;
            let roots = match system_roots() {
                Ok(roots) => Some(verifier(roots, provider)?),
                Err(_) => None,
            };
            Ok(Judge::Known {
                server: server.to_owned(),
                known: Mutex::new(known),
                unknown: *unknown,
                roots,
                pending: Mutex::new(HashSet::new()),
                notices: Arc::clone(notices),
            })
        }
        Trust::Insecure => {
            let notice = Notice::Insecure { server: server.to_owned() };
            notices.lock().unwrap_or_else(PoisonError::into_inner).push(notice);
            Ok(Judge::Nothing)
        }
    }
}

fn verifier(
    roots: RootCertStore,
    provider: &Arc<CryptoProvider>,
) -> Result<Arc<WebPkiServerVerifier>, TlsSetupError> {
    WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider))
        .build()
        .map_err(|error| TlsSetupError::Rustls(rustls::Error::General(error.to_string())))
}

fn system_roots() -> Result<RootCertStore, TlsSetupError> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if roots.is_empty() { Err(TlsSetupError::NoSystemRoots) } else { Ok(roots) }
}

fn roots_of(file: &Path) -> Result<RootCertStore, TlsSetupError> {
    let fail = |cause| TlsSetupError::CaFile { file: file.to_owned(), cause };
    let certificates: Vec<CertificateDer<'static>> = CertificateDer::pem_file_iter(file)
        .map_err(fail)?
        .collect::<Result<_, _>>()
        .map_err(fail)?;
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(certificates);
    if roots.is_empty() { Err(TlsSetupError::NoRootInFile(file.to_owned())) } else { Ok(roots) }
}
