//! The two chains of hashes of a run: one over its events, one over the notes about its steps.
//!
//! Each hash covers the line and the hash before it; the first one covers the run's id and the playbook's
//! digest. It shows that something was changed, not who did it: whoever can write the file can also compute
//! hashes.

use sha2::{Digest, Sha256};

/// A SHA-256 hash.
pub(crate) type Hash = [u8; 32];

/// The SHA-256 of these bytes in hexadecimal.
#[must_use]
pub fn digest_of(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

/// Bytes in hexadecimal.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The version of the chains that runs get now; the first had none over the steps.
pub(crate) const VERSION: i64 = 2;

/// What the first lines of a run are chained to.
pub(crate) fn root(version: i64, run: &str, digest: &str) -> Hash {
    let mut hasher = Sha256::new();
    hasher.update(format!("lockstep journal {version}\0"));
    hasher.update(run.as_bytes());
    hasher.update(b"\0");
    hasher.update(digest.as_bytes());
    hasher.finalize().into()
}

/// The hash of a line.
pub(crate) fn link(before: &[u8], line: &str) -> Hash {
    let mut hasher = Sha256::new();
    hasher.update(before);
    hasher.update(line.as_bytes());
    hasher.finalize().into()
}
