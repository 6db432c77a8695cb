//! What can be wrong with a server's proof of who it is.

use std::path::PathBuf;

use rustls::{CertificateError, Error};

use super::{Fingerprint, Thumbprint};

/// Why a certificate is not believed. Each names the certificate that was presented, so that an operator
/// can compare it with the one on the server's console.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TrustProblem {
    /// No trusted authority signed it.
    #[error("no trusted authority signed it (presented SHA-256 {presented})")]
    UnknownIssuer {
        /// The certificate seen.
        presented: Fingerprint,
    },
    /// Its time is over.
    #[error("it has expired (presented SHA-256 {presented})")]
    Expired {
        /// The certificate seen.
        presented: Fingerprint,
    },
    /// Its time has not begun; often the clock of the host or of this machine is wrong.
    #[error("it is not valid yet, is a clock wrong? (presented SHA-256 {presented})")]
    NotYetValid {
        /// The certificate seen.
        presented: Fingerprint,
    },
    /// It was issued for another name.
    #[error("it was issued for {} (presented SHA-256 {presented})", .issued_for.join(", "))]
    WrongName {
        /// The names in it.
        issued_for: Vec<String>,
        /// The certificate seen.
        presented: Fingerprint,
    },
    /// It is that of an authority, as `openssl req -x509` makes them: no proof of a server, even where it is trusted.
    #[error(
        "it is the certificate of an authority and not of a server (presented SHA-256 {presented})"
    )]
    OfAuthority {
        /// The certificate seen.
        presented: Fingerprint,
    },
    /// It is not the pinned one.
    #[error("it is not the pinned one (pinned SHA-256 {pinned}, presented {presented})")]
    NotThePinned {
        /// The one demanded.
        pinned: Fingerprint,
        /// The certificate seen.
        presented: Fingerprint,
    },
    /// It is not the one that the vCenter named for its host.
    #[error("it is not the one that vCenter named (SHA-1 {named}, presented {presented})")]
    NotTheNamed {
        /// The one that vCenter named.
        named: Thumbprint,
        /// The certificate seen.
        presented: Thumbprint,
    },
    /// It is another one than the last time.
    #[error(
        "it changed since {first_seen} (known SHA-256 {known}, presented {presented}, file `{}`)",
        .file.display()
    )]
    Changed {
        /// The one in the file.
        known: Fingerprint,
        /// When that was first seen.
        first_seen: String,
        /// The file.
        file: PathBuf,
        /// The certificate seen.
        presented: Fingerprint,
    },
    /// Neither the known-hosts file nor an authority knows it.
    #[error(
        "neither a trusted authority nor `{}` knows it (presented SHA-256 {presented})",
        .file.display()
    )]
    UnknownServer {
        /// The file.
        file: PathBuf,
        /// The certificate seen.
        presented: Fingerprint,
    },
    /// It could not be written down, so it is not believed either.
    #[error("it cannot be written to `{}`: {reason}", .file.display())]
    NotRecorded {
        /// The file.
        file: PathBuf,
        /// Why.
        reason: String,
    },
    /// Anything else that TLS found.
    #[error("{reason} (presented SHA-256 {presented})")]
    Other {
        /// What TLS said.
        reason: String,
        /// The certificate seen.
        presented: Fingerprint,
    },
}

/// How the verifier calls it; it has no variant of its own.
const OF_AUTHORITY: &str = "CaUsedAsEndEntity";

/// `vc.test` where the verifier writes `DnsName("vc.test")`.
fn plain_name(name: &str) -> String {
    let inner = name.split_once('(').and_then(|(_, inner)| inner.strip_suffix(')'));
    inner.map_or(name, |inner| inner.trim_matches('"')).to_owned()
}

impl TrustProblem {
    /// What an operator can do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::UnknownIssuer { .. } | Self::Other { .. } => {
                "give the authority's certificate as `ca_file`, or the SHA-256 shown as pin after \
                 comparing it with the one on the server's console"
            }
            Self::Expired { .. } => "renew the server's certificate, or pin it by its SHA-256",
            Self::NotYetValid { .. } => "set the time of the server and of this machine (NTP)",
            Self::WrongName { .. } => {
                "use one of the names in the certificate as address, or pin it by its SHA-256"
            }
            Self::OfAuthority { .. } => {
                "compare the SHA-256 with that of the certificate on the server and pin it, or give the server one \
                 that is no authority's (`CA:FALSE`)"
            }
            Self::NotThePinned { .. } | Self::Changed { .. } => {
                "if the certificate was replaced on purpose, put the new SHA-256 in place of the old \
                 one; if not, somebody else may be answering"
            }
            Self::NotTheNamed { .. } => {
                "reconnect the host in vCenter if its certificate was replaced; if not, somebody else may \
                 be answering"
            }
            Self::UnknownServer { .. } => {
                "compare the SHA-256 with the one on the server's console, then pin it or choose \
                 trust on first use"
            }
            Self::NotRecorded { .. } => "make the known-hosts file writable for this user only",
        }
    }

    pub(super) fn from_rustls(error: &Error, presented: Fingerprint) -> Self {
        use CertificateError as C;
        let Error::InvalidCertificate(problem) = error else {
            return Self::Other { reason: error.to_string(), presented };
        };
        match problem {
            C::UnknownIssuer => Self::UnknownIssuer { presented },
            C::Expired | C::ExpiredContext { .. } => Self::Expired { presented },
            C::NotValidYet | C::NotValidYetContext { .. } => Self::NotYetValid { presented },
            C::NotValidForName => {
                Self::WrongName { issued_for: vec!["other names".to_owned()], presented }
            }
            C::NotValidForNameContext { presented: names, .. } => {
                let issued_for = if names.is_empty() {
                    vec!["no name at all".to_owned()]
                } else {
                    names.iter().map(|name| plain_name(name)).collect()
                };
                Self::WrongName { issued_for, presented }
            }
            C::Other(cause) if cause.to_string().contains(OF_AUTHORITY) => {
                Self::OfAuthority { presented }
            }
            other => Self::Other { reason: other.to_string(), presented },
        }
    }
}
