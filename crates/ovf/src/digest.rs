//! Digests of files: [`Digest`] and how they are computed along the way.

use std::fmt;

use ring::digest::{Context, SHA256, SHA512};
use sha1::Digest as _;

/// A way to compute a digest, weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Algorithm {
    /// SHA-1. Protects against damage, no longer against forgery; older packages have nothing else.
    Sha1,
    /// SHA-256.
    Sha256,
    /// SHA-512.
    Sha512,
}

/// A digest.
#[derive(Clone, PartialEq, Eq)]
pub struct Digest {
    /// How it was computed.
    pub algorithm: Algorithm,
    bytes: Vec<u8>,
}

impl Algorithm {
    /// All of them.
    pub const ALL: [Algorithm; 3] = [Algorithm::Sha1, Algorithm::Sha256, Algorithm::Sha512];

    /// As manifests spell it, also as newer versions of OpenSSL do (`SHA2-256`).
    pub(crate) fn named(name: &str) -> Option<Self> {
        match name.trim().to_ascii_uppercase().as_str() {
            "SHA1" | "SHA-1" => Some(Algorithm::Sha1),
            "SHA256" | "SHA-256" | "SHA2-256" => Some(Algorithm::Sha256),
            "SHA512" | "SHA-512" | "SHA2-512" => Some(Algorithm::Sha512),
            _ => None,
        }
    }

    /// Bytes of a digest.
    pub(crate) fn length(self) -> usize {
        match self {
            Algorithm::Sha1 => 20,
            Algorithm::Sha256 => 32,
            Algorithm::Sha512 => 64,
        }
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Algorithm::Sha1 => "SHA1",
            Algorithm::Sha256 => "SHA256",
            Algorithm::Sha512 => "SHA512",
        })
    }
}

impl Digest {
    /// The digest of `data`.
    pub fn of(algorithm: Algorithm, data: &[u8]) -> Self {
        let mut hasher = Hasher::new(algorithm);
        hasher.update(data);
        hasher.finish()
    }

    /// From hexadecimal digits in either case; nothing when they are no digest of this algorithm.
    pub fn from_hex(algorithm: Algorithm, text: &str) -> Option<Self> {
        let bytes = from_hex(text).filter(|bytes| bytes.len() == algorithm.length())?;
        Some(Digest { algorithm, bytes })
    }

    /// As lower-case hexadecimal digits.
    pub fn hex(&self) -> String {
        to_hex(&self.bytes)
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.algorithm, self.hex())
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// Computes a digest piece by piece.
pub(crate) enum Hasher {
    Sha1(Box<sha1::Sha1>),
    Sha2(Algorithm, Box<Context>),
}

impl Hasher {
    pub(crate) fn new(algorithm: Algorithm) -> Self {
        match algorithm {
            Algorithm::Sha1 => Hasher::Sha1(Box::default()),
            Algorithm::Sha256 => Hasher::Sha2(algorithm, Box::new(Context::new(&SHA256))),
            Algorithm::Sha512 => Hasher::Sha2(algorithm, Box::new(Context::new(&SHA512))),
        }
    }

    pub(crate) fn update(&mut self, data: &[u8]) {
        match self {
            Hasher::Sha1(sha1) => sha1.update(data),
            Hasher::Sha2(_, context) => context.update(data),
        }
    }

    pub(crate) fn finish(self) -> Digest {
        match self {
            Hasher::Sha1(sha1) => {
                Digest { algorithm: Algorithm::Sha1, bytes: sha1.finalize().to_vec() }
            }
            Hasher::Sha2(algorithm, context) => {
                Digest { algorithm, bytes: context.finish().as_ref().to_vec() }
            }
        }
    }
}

/// Bytes from hexadecimal digits in either case.
pub(crate) fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes();
    if !digits.len().is_multiple_of(2) || !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    let pairs = digits.chunks_exact(2).map(|pair| std::str::from_utf8(pair).ok());
    pairs.map(|pair| u8::from_str_radix(pair?, 16).ok()).collect()
}

/// Lower-case hexadecimal digits.
pub(crate) fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_those_of_the_standard() {
        let hex = |algorithm| Digest::of(algorithm, b"abc").hex();
        assert_eq!(hex(Algorithm::Sha1), "a9993e364706816aba3e25717850c26c9cd0d89d");
        assert!(hex(Algorithm::Sha256).starts_with("ba7816bf8f01cfea414140de5dae2223"));
        assert!(hex(Algorithm::Sha512).starts_with("ddaf35a193617abacc417349ae204131"));
        for algorithm in Algorithm::ALL {
            let digest = Digest::of(algorithm, b"abc");
            let upper = digest.hex().to_uppercase();
            assert_eq!(Digest::from_hex(algorithm, &upper), Some(digest));
            assert_eq!(Digest::from_hex(algorithm, &upper[2..]), None);
        }
        assert_eq!(from_hex("+1"), None);
        assert_eq!(from_hex("0"), None);
    }
}
