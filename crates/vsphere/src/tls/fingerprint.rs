//! Digests of certificates.
//!
//! [`Fingerprint`] (SHA-256) is what we trust by. [`Thumbprint`] (SHA-1) exists because `AddHost` demands it,
//! and because a vCenter names its hosts' certificates so when it sends files to them; nothing else is ever
//! trusted by it.

use std::fmt::{self, Write as _};
use std::str::FromStr;

use sha1::Sha1;
use sha2::{Digest, Sha256};

/// A text that is not a SHA-256 fingerprint.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{0}` is not a SHA-256 fingerprint (32 bytes in hex, colons allowed)")]
pub struct FingerprintError(String);

/// SHA-256 of a certificate's DER form; shown as upper-case hex pairs with colons.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint([u8; 32]);

/// SHA-1 of a certificate's DER form, in the form that vSphere compares: `AB:CD:…`, 59 characters.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Thumbprint([u8; 20]);

impl Fingerprint {
    /// Of this certificate.
    #[must_use]
    pub fn of(der: &[u8]) -> Self {
        Self(Sha256::digest(der).into())
    }
}

impl Thumbprint {
    /// Of this certificate.
    #[must_use]
    pub fn of(der: &[u8]) -> Self {
        Self(Sha1::digest(der).into())
    }
}

impl FromStr for Fingerprint {
    type Err = FingerprintError;

    fn from_str(text: &str) -> Result<Self, FingerprintError> {
        parse_hex(text).map(Self).ok_or_else(|| FingerprintError(text.to_owned()))
    }
}

/// A text that is not a SHA-1 thumbprint.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{0}` is not a SHA-1 thumbprint (20 bytes in hex, colons allowed)")]
pub struct ThumbprintError(String);

impl FromStr for Thumbprint {
    type Err = ThumbprintError;

    fn from_str(text: &str) -> Result<Self, ThumbprintError> {
        parse_digits(text.trim()).map(Self).ok_or_else(|| ThumbprintError(text.to_owned()))
    }
}

fn parse_hex(text: &str) -> Option<[u8; 32]> {
    let text = text.trim();
    let hex = text.get(..7).filter(|start| start.eq_ignore_ascii_case("sha256:"));
    parse_digits(&text[hex.map_or(0, str::len)..])
}

fn parse_digits<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digits: Vec<u32> =
        text.chars().filter(|c| *c != ':').map(|c| c.to_digit(16)).collect::<Option<_>>()?;
    let (pairs, []) = digits.as_chunks::<2>() else { return None };
    let bytes: Vec<u8> =
        pairs.iter().filter_map(|[high, low]| u8::try_from(high * 16 + low).ok()).collect();
    bytes.try_into().ok()
}

fn write_pairs(f: &mut fmt::Formatter<'_>, bytes: &[u8]) -> fmt::Result {
    for (at, byte) in bytes.iter().enumerate() {
        if at > 0 {
            f.write_char(':')?;
        }
        write!(f, "{byte:02X}")?;
    }
    Ok(())
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_pairs(f, &self.0)
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_pairs(f, &self.0)
    }
}

impl fmt::Display for Thumbprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_pairs(f, &self.0)
    }
}

impl fmt::Debug for Thumbprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_pairs(f, &self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fingerprints_are_read_in_every_usual_spelling() {
        let shown = Fingerprint::of(b"abc").to_string();
        assert!(shown.starts_with("BA:78:16:BF:8F:01:CF:EA:41:41:40:DE:5D:AE:22:23"), "{shown}");
        let plain = shown.replace(':', "");
        for text in [
            shown.clone(),
            shown.to_lowercase(),
            plain.clone(),
            format!("sha256:{plain}"),
            format!(" SHA256:{shown} "),
        ] {
            assert_eq!(text.parse(), Ok(Fingerprint::of(b"abc")), "{text}");
        }
        for text in ["", "AB", &plain[1..], &format!("{plain}00"), "zz", "日本語日本語"] {
            assert!(text.parse::<Fingerprint>().is_err(), "{text}");
        }
    }

    #[test]
    fn thumbprints_have_the_form_that_vsphere_compares() {
        let shown = Thumbprint::of(b"abc").to_string();
        assert_eq!(shown, "A9:99:3E:36:47:06:81:6A:BA:3E:25:71:78:50:C2:6C:9C:D0:D8:9D");
    }
}
