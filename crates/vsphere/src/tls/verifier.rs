//! The verifier that judges each handshake.
//!
//! Whatever the mode, the server must prove that it holds the certificate's key; `insecure` alone skips
//! even that. Trust on first use is written down only after that proof, so a replayed certificate leaves
//! no trace.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, DigitallySignedStruct, Error, OtherError, SignatureScheme};

use super::{Fingerprint, KnownHosts, Thumbprint, TrustProblem, UnknownServer};
use crate::notice::Notice;

/// Receives notices while handshakes happen.
pub type NoticeSink = Arc<Mutex<Vec<Notice>>>;

/// How one client judges.
#[derive(Debug)]
pub(super) enum Judge {
    Roots(Arc<WebPkiServerVerifier>),
    Pin(Fingerprint),
    /// What a trusted vCenter says of its host.
    Thumbprint(Thumbprint),
    Known {
        server: String,
        known: Mutex<KnownHosts>,
        unknown: UnknownServer,
        /// A system without roots still has its known servers.
        roots: Option<Arc<WebPkiServerVerifier>>,
        /// Accepted on first use in a handshake whose proof is still to come.
        pending: Mutex<HashSet<Fingerprint>>,
        notices: NoticeSink,
    },
    /// Any certificate, if the server holds its key.
    KeyOnly,
    Nothing,
}

type ByChain<'a> = dyn Fn(&WebPkiServerVerifier) -> Result<(), Error> + 'a;

/// [`Judge`] as rustls wants it.
#[derive(Debug)]
pub(super) struct Verifier {
    pub(super) judge: Judge,
    pub(super) provider: Arc<CryptoProvider>,
}

impl Verifier {
    fn proven(
        &self,
        certificate: &CertificateDer<'_>,
        proof: Result<HandshakeSignatureValid, Error>,
    ) -> Result<HandshakeSignatureValid, Error> {
        if matches!(self.judge, Judge::Nothing) {
            return Ok(HandshakeSignatureValid::assertion());
        }
        let proof = proof?;
        self.judge.remember(Fingerprint::of(certificate)).map_err(refuse)?;
        Ok(proof)
    }
}

impl Judge {
    fn check(
        &self,
        certificate: &CertificateDer<'_>,
        chain: &ByChain<'_>,
    ) -> Result<(), TrustProblem> {
        let presented = Fingerprint::of(certificate);
        let by_roots = |roots: &WebPkiServerVerifier| {
            chain(roots).map_err(|error| TrustProblem::from_rustls(&error, presented))
        };
        match self {
            Self::KeyOnly | Self::Nothing => Ok(()),
            Self::Roots(roots) => by_roots(roots),
            Self::Pin(pinned) if *pinned == presented => Ok(()),
            Self::Pin(pinned) => Err(TrustProblem::NotThePinned { pinned: *pinned, presented }),
            Self::Thumbprint(named) => {
                let presented = Thumbprint::of(certificate);
                let fits = *named == presented;
                fits.then_some(()).ok_or(TrustProblem::NotTheNamed { named: *named, presented })
            }
            Self::Known { server, known, unknown, roots, pending, .. } => {
                let known = lock(known);
                match known.get(server) {
                    Some(entry) if entry.fingerprint == presented => Ok(()),
                    Some(entry) => Err(TrustProblem::Changed {
                        known: entry.fingerprint,
                        first_seen: entry.first_seen.clone(),
                        file: known.file().to_owned(),
                        presented,
                    }),
                    None if roots.as_ref().is_some_and(|roots| by_roots(roots).is_ok()) => Ok(()),
                    None if *unknown == UnknownServer::TrustOnFirstUse => {
                        lock(pending).insert(presented);
                        Ok(())
                    }
                    None => Err(TrustProblem::UnknownServer {
                        file: known.file().to_owned(),
                        presented,
                    }),
                }
            }
        }
    }

    /// Writes a server down that is trusted on first use.
    fn remember(&self, presented: Fingerprint) -> Result<(), TrustProblem> {
        let Self::Known { server, known, pending, notices, .. } = self else { return Ok(()) };
        if !lock(pending).remove(&presented) {
            return Ok(());
        }
        let mut known = lock(known);
        match known.get(server) {
            Some(entry) if entry.fingerprint == presented => return Ok(()),
            // Two first handshakes at once saw two certificates: the first one written down counts.
            Some(entry) => {
                return Err(TrustProblem::Changed {
                    known: entry.fingerprint,
                    first_seen: entry.first_seen.clone(),
                    file: known.file().to_owned(),
                    presented,
                });
            }
            None => {}
        }
        let file = known.file().to_owned();
        known.add(server, presented, SystemTime::now()).map_err(|error| {
            TrustProblem::NotRecorded { file: file.clone(), reason: error.to_string() }
        })?;
        lock(notices).push(Notice::TrustedOnFirstUse {
            server: server.clone(),
            fingerprint: presented,
            file,
        });
        Ok(())
    }
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

fn refuse(problem: TrustProblem) -> Error {
    Error::InvalidCertificate(CertificateError::Other(OtherError(Arc::new(problem))))
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let chain = |roots: &WebPkiServerVerifier| {
            roots
                .verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
                .map(|_| ())
        };
        self.judge.check(end_entity, &chain).map_err(refuse)?;
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        self.proven(certificate, verify_tls12_signature(message, certificate, signed, algorithms))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        self.proven(certificate, verify_tls13_signature(message, certificate, signed, algorithms))
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
