//! The self-signed certificate of a host: [`HostCertificate`], the same in every run.
//!
//! It is an Ed25519 certificate whose key follows from the host's name, so that its thumbprint can be written
//! down in playbooks for a model. Nothing ever serves TLS with it.

use rcgen::{CertificateParams, DnType, KeyPair, SerialNumber, date_time_ymd};
use rustls::pki_types::PrivatePkcs8KeyDer;
use sha1::{Digest, Sha1};
use sha2::Sha256;
use vim25::Str;

/// A host's certificate as far as clients see it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HostCertificate {
    /// The certificate in PEM.
    pub pem: Str,
    /// Its SHA-1 as vSphere prints it: upper case pairs with colons.
    pub thumbprint: Str,
}

/// Head of a PKCS#8 document that holds a 32 byte Ed25519 key.
const PKCS8_HEAD: &[u8] = &[
    0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
];

impl HostCertificate {
    /// The certificate of the host called `name`. Generation 0 is the host's own; a server that takes a host
    /// over may have it replaced by a later one. Empty when the cryptographic library refuses.
    #[must_use]
    pub fn of(name: &str, generation: u32) -> Self {
        make(name, generation).unwrap_or_default()
    }
}

fn make(name: &str, generation: u32) -> Result<HostCertificate, rcgen::Error> {
    let seed = Sha256::digest(format!("{generation} {name}"));
    let document: Vec<u8> = PKCS8_HEAD.iter().copied().chain(seed.iter().copied()).collect();
    let key = KeyPair::from_pkcs8_der_and_sign_algo(
        &PrivatePkcs8KeyDer::from(document),
        &rcgen::PKCS_ED25519,
    )?;
    let mut params = CertificateParams::new(vec![name.to_owned()])?;
    params.serial_number = Some(SerialNumber::from_slice(&seed[..8]));
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(2040, 1, 1);
    params.distinguished_name.push(DnType::CommonName, name);
    let certificate = params.self_signed(&key)?;
    let digest = Sha1::digest(certificate.der());
    let pairs: Vec<_> = digest.iter().map(|byte| format!("{byte:02X}")).collect();
    Ok(HostCertificate { pem: certificate.pem().into(), thumbprint: pairs.join(":").into() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_is_the_same_in_every_run_and_differs_by_host() {
        let one = HostCertificate::of("esx1.lab.local", 0);
        assert_eq!(one.thumbprint.len(), 59);
        assert!(one.pem.starts_with("-----BEGIN CERTIFICATE-----"));
        assert_eq!(one, HostCertificate::of("esx1.lab.local", 0));
        assert_ne!(one.thumbprint, HostCertificate::of("esx2.lab.local", 0).thumbprint);
        assert_ne!(one.thumbprint, HostCertificate::of("esx1.lab.local", 1).thumbprint);
    }
}
