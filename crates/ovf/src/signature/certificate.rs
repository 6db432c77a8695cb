//! The certificate of a signer, as far as it is shown and needed to check a signature: [`Signer`].

use std::fmt;
use std::time::SystemTime;

use der::asn1::{AnyRef, GeneralizedTime, ObjectIdentifier, UtcTime};
use der::{Decode, Header, Reader, SliceReader, Tag};
use spki::SubjectPublicKeyInfoRef;

use crate::digest::{Algorithm, Digest};

/// Who signed a package, by the certificate that came with it.
#[derive(Clone, PartialEq, Eq)]
pub struct Signer {
    /// Whom the certificate names.
    pub subject: String,
    /// Who made the certificate.
    pub issuer: String,
    /// When it begins to be valid.
    pub not_before: SystemTime,
    /// When it ceases to be valid.
    pub not_after: SystemTime,
    /// SHA-256 of the certificate, as lower-case hexadecimal digits.
    pub sha256: String,
    /// The key, if it is one of RSA, as PKCS #1 spells it.
    pub(super) rsa_key: Option<Vec<u8>>,
}

/// A reason not to trust a signature that is right in itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignerDoubt {
    /// The certificate is not valid any more.
    Expired,
    /// The certificate is not valid yet.
    NotYetValid,
    /// The signer vouches for itself.
    SelfSigned,
    /// Lockstep does not know the authority that made the certificate.
    UnknownAuthority,
}

/// RSA encryption, the algorithm of keys.
const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");

/// Parts of a name that are shown, with the letters they are known by.
const NAME_PARTS: [(ObjectIdentifier, &str); 6] = [
    (ObjectIdentifier::new_unwrap("2.5.4.3"), "CN"),
    (ObjectIdentifier::new_unwrap("2.5.4.11"), "OU"),
    (ObjectIdentifier::new_unwrap("2.5.4.10"), "O"),
    (ObjectIdentifier::new_unwrap("2.5.4.7"), "L"),
    (ObjectIdentifier::new_unwrap("2.5.4.8"), "ST"),
    (ObjectIdentifier::new_unwrap("2.5.4.6"), "C"),
];

impl Signer {
    /// Reads a certificate of X.509 in DER.
    pub(super) fn read(certificate: &[u8]) -> der::Result<Self> {
        let mut reader = SliceReader::new(certificate)?;
        let mut signer = reader.sequence(|certificate| {
            let signer = certificate.sequence(to_be_signed)?;
            // Algorithm and signature of the authority.
            certificate.tlv_bytes()?;
            certificate.tlv_bytes()?;
            Ok::<_, der::Error>(signer)
        })?;
        reader.finish()?;
        signer.sha256 = Digest::of(Algorithm::Sha256, certificate).hex();
        Ok(signer)
    }

    /// Reasons not to trust it at the time `now`. Nobody asks an authority, so there is always one.
    pub fn doubts(&self, now: SystemTime) -> Vec<SignerDoubt> {
        let mut doubts = Vec::new();
        if now < self.not_before {
            doubts.push(SignerDoubt::NotYetValid);
        }
        if now > self.not_after {
            doubts.push(SignerDoubt::Expired);
        }
        doubts.push(match self.subject == self.issuer {
            true => SignerDoubt::SelfSigned,
            false => SignerDoubt::UnknownAuthority,
        });
        doubts
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Signer");
        shown.field("subject", &self.subject).field("sha256", &self.sha256).finish_non_exhaustive()
    }
}

impl fmt::Display for SignerDoubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            SignerDoubt::Expired => "the certificate has expired",
            SignerDoubt::NotYetValid => "the certificate is not valid yet",
            SignerDoubt::SelfSigned => "the signer vouches for itself (self-signed)",
            SignerDoubt::UnknownAuthority => {
                "the authority that made the certificate was not checked"
            }
        })
    }
}

fn to_be_signed(tbs: &mut SliceReader<'_>) -> der::Result<Signer> {
    // Since version 2 it begins with the version.
    if Tag::peek(tbs)?.is_context_specific() {
        tbs.tlv_bytes()?;
    }
    // Serial number and algorithm.
    tbs.tlv_bytes()?;
    tbs.tlv_bytes()?;
    let issuer = name(tbs)?;
    let (not_before, not_after) =
        tbs.sequence(|validity| Ok::<_, der::Error>((time(validity)?, time(validity)?)))?;
    let subject = name(tbs)?;
    let key = SubjectPublicKeyInfoRef::decode(tbs)?;
    let rsa_key = match key.algorithm.oid {
        RSA => key.subject_public_key.as_bytes().map(<[u8]>::to_vec),
        _ => None,
    };
    while !tbs.is_finished() {
        tbs.tlv_bytes()?;
    }
    let sha256 = String::new();
    Ok(Signer { subject, issuer, not_before, not_after, sha256, rsa_key })
}

fn time(reader: &mut SliceReader<'_>) -> der::Result<SystemTime> {
    let since_epoch = match Tag::peek(reader)? {
        Tag::GeneralizedTime => GeneralizedTime::decode(reader)?.to_unix_duration(),
        _ => UtcTime::decode(reader)?.to_unix_duration(),
    };
    Ok(SystemTime::UNIX_EPOCH + since_epoch)
}

/// A name as `CN=a, O=b`.
fn name(reader: &mut SliceReader<'_>) -> der::Result<String> {
    reader.sequence(|name| {
        let mut parts = Vec::new();
        while !name.is_finished() {
            let header = Header::decode(name)?;
            header.tag().assert_eq(Tag::Set)?;
            let set = name.read_slice(header.length())?;
            let mut set = SliceReader::new(set)?;
            while !set.is_finished() {
                parts.extend(set.sequence(part)?);
            }
        }
        Ok(parts.join(", "))
    })
}

fn part(pair: &mut SliceReader<'_>) -> der::Result<Option<String>> {
    let kind = ObjectIdentifier::decode(pair)?;
    let value = AnyRef::decode(pair)?;
    let known = NAME_PARTS.iter().find(|(oid, _)| *oid == kind);
    let text: String = String::from_utf8_lossy(value.value())
        .chars()
        .map(|c| if c.is_control() { '\u{fffd}' } else { c })
        .collect();
    Ok(known.map(|(_, letters)| format!("{letters}={text}")))
}
