//! Things that an operator has to be told even when all goes well.
//!
//! [`Notice`]s are returned with the client, never printed here.

use std::fmt;
use std::path::PathBuf;

use crate::tls::Fingerprint;

/// Something that was accepted and must not stay unseen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// The certificate of this server is not verified at all.
    Insecure {
        /// `host:port`.
        server: String,
    },
    /// A certificate was trusted because it was the first one seen.
    TrustedOnFirstUse {
        /// `host:port`.
        server: String,
        /// What is trusted from now on.
        fingerprint: Fingerprint,
        /// Where that was written down.
        file: PathBuf,
    },
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Insecure { server } => write!(
                f,
                "the certificate of `{server}` is NOT verified: anybody on the way can read the \
                 password (replace `insecure` by a CA file or a SHA-256 pin)"
            ),
            Self::TrustedOnFirstUse { server, fingerprint, file } => write!(
                f,
                "trusting `{server}` on first use with certificate SHA-256 {fingerprint}, written \
                 to `{}`: compare it with the one on the server's console",
                file.display()
            ),
        }
    }
}
