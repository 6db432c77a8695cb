//! What an operator can choose about TLS.

use std::path::PathBuf;

use super::Fingerprint;

/// How a server proves who it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Trust {
    /// By a certificate signed by one of this system's roots, for the name it is called by.
    #[default]
    System,
    /// The same, with the roots of this PEM file instead of the system's.
    CaFile(PathBuf),
    /// By exactly this certificate; name, dates and issuer do not matter.
    Pin(Fingerprint),
    /// By the certificate that this file holds for it, or by the system's roots when it holds none.
    KnownHosts {
        /// The file; it need not exist.
        file: PathBuf,
        /// What to do with a server that neither knows.
        unknown: UnknownServer,
    },
    /// Not at all. Anybody can read and change everything, the password included.
    Insecure,
}

/// What to do with a server that nothing vouches for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum UnknownServer {
    /// Stop.
    #[default]
    Refuse,
    /// Believe it this once, write its certificate down, tell the operator, and demand the same one
    /// from then on.
    TrustOnFirstUse,
}

/// The oldest TLS version that is spoken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TlsFloor {
    /// TLS 1.2: vSphere 6.0 and newer, 5.5 with its last updates.
    #[default]
    Tls12,
    /// TLS 1.3: vSphere 8.0 and newer.
    Tls13,
}

/// Everything about TLS.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TlsOptions {
    /// Whose certificate is believed.
    pub trust: Trust,
    /// The oldest version spoken.
    pub floor: TlsFloor,
}

impl From<Trust> for TlsOptions {
    fn from(trust: Trust) -> Self {
        Self { trust, floor: TlsFloor::default() }
    }
}
