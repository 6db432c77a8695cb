//! The certificate a mock shows: [`Certificate`], made anew for each server.
//!
//! A small certificate authority signs one leaf for the names the server answers to, so that a client can
//! trust the authority's PEM as it would a real vCenter's.

use std::net::IpAddr;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use sha1::{Digest, Sha1};

/// Why no certificate could be made.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    /// Key or certificate generation failed.
    #[error("cannot make a certificate for `{name}`")]
    Generate {
        /// First name of the certificate.
        name: String,
        /// What the generator said.
        #[source]
        cause: rcgen::Error,
    },
    /// The TLS library refused the certificate.
    #[error("cannot use the certificate of `{name}` for TLS")]
    Install {
        /// First name of the certificate.
        name: String,
        /// What the TLS library said.
        #[source]
        cause: rustls::Error,
    },
}

/// A server's certificate with its authority.
#[derive(Clone)]
pub struct Certificate {
    authority_pem: String,
    leaf_pem: String,
    thumbprint: String,
    tls: Arc<ServerConfig>,
}

impl Certificate {
    /// Makes an authority and a leaf for `localhost`, the loopback addresses and `address`.
    ///
    /// # Errors
    /// When the machine has no randomness or the TLS library refuses the result.
    pub fn generate(address: IpAddr) -> Result<Self, CertificateError> {
        let mut names = vec!["localhost".to_owned(), "127.0.0.1".to_owned(), "::1".to_owned()];
        if !address.is_loopback() && !address.is_unspecified() {
            names.push(address.to_string());
        }
        let made = sign(&names)
            .map_err(|cause| CertificateError::Generate { name: address.to_string(), cause })?;
        let tls = server_config(&made)
            .map_err(|cause| CertificateError::Install { name: address.to_string(), cause })?;
        Ok(Self {
            authority_pem: made.authority.pem(),
            leaf_pem: made.leaf.pem(),
            thumbprint: thumbprint(made.leaf.der()),
            tls: Arc::new(tls),
        })
    }

    /// PEM of the authority, for clients to trust.
    #[must_use]
    pub fn authority_pem(&self) -> &str {
        &self.authority_pem
    }

    /// PEM of the server's own certificate.
    #[must_use]
    pub fn leaf_pem(&self) -> &str {
        &self.leaf_pem
    }

    /// SHA-1 of the server's own certificate as vSphere prints it: upper case pairs with colons.
    #[must_use]
    pub fn thumbprint(&self) -> &str {
        &self.thumbprint
    }

    pub(super) fn tls(&self) -> Arc<ServerConfig> {
        self.tls.clone()
    }
}

impl std::fmt::Debug for Certificate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Certificate").field("thumbprint", &self.thumbprint).finish_non_exhaustive()
    }
}

struct Signed {
    authority: rcgen::Certificate,
    leaf: rcgen::Certificate,
    leaf_key: KeyPair,
}

fn sign(names: &[String]) -> Result<Signed, rcgen::Error> {
    let mut authority_params = CertificateParams::new(Vec::new())?;
    authority_params.distinguished_name.push(DnType::CommonName, "mock-vcenter authority");
    authority_params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    authority_params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let authority_key = KeyPair::generate()?;
    let authority = authority_params.self_signed(&authority_key)?;

    let mut leaf_params = CertificateParams::new(names.to_vec())?;
    leaf_params.distinguished_name.push(DnType::CommonName, "mock-vcenter");
    leaf_params.use_authority_key_identifier_extension = true;
    leaf_params.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::ServerAuth];
    let leaf_key = KeyPair::generate()?;
    let issuer = Issuer::from_params(&authority_params, &authority_key);
    let leaf = leaf_params.signed_by(&leaf_key, &issuer)?;
    Ok(Signed { authority, leaf, leaf_key })
}

fn server_config(made: &Signed) -> Result<ServerConfig, rustls::Error> {
    let chain: Vec<CertificateDer<'static>> =
        vec![made.leaf.der().clone(), made.authority.der().clone()];
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(made.leaf_key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

fn thumbprint(der: &[u8]) -> String {
    let digest = Sha1::digest(der);
    digest.iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(":")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_has_a_thumbprint_as_vsphere_prints_it() {
        let made = Certificate::generate(IpAddr::from([127, 0, 0, 1])).unwrap();
        assert_eq!(made.thumbprint().len(), 59);
        assert!(made.thumbprint().split(':').all(|pair| u8::from_str_radix(pair, 16).is_ok()));
        assert!(made.authority_pem().starts_with("-----BEGIN CERTIFICATE-----"));
        assert_ne!(made.authority_pem(), made.leaf_pem());
    }
}
