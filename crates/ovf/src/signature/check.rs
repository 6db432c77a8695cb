//! The file `.cert`: a signature of the manifest and the certificate of who made it: [`Signature`].

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::signature::{
    RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY, RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY,
    RSA_PKCS1_1024_8192_SHA512_FOR_LEGACY_USE_ONLY, RsaParameters, UnparsedPublicKey,
};

use super::certificate::Signer;
use crate::digest::{Algorithm, from_hex};
use crate::manifest::{Manifest, entry};

/// Who vouches for a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Signature {
    /// Nobody.
    Absent,
    /// The manifest was signed with the key of this certificate. Whether to trust it is another question:
    /// [`Signer::doubts`].
    Valid(Box<Signer>),
    /// There is a signature with a key of a kind that is not known.
    NotChecked(Box<Signer>),
}

/// A signature that is wrong, or cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// It signs a manifest that is not there.
    #[error("`{0}` signs a manifest, but the package has none")]
    NoManifest(String),
    /// The file is not a signature and a certificate.
    #[error("`{name}` {what}")]
    Unreadable {
        /// The file.
        name: String,
        /// What is wrong with it.
        what: &'static str,
    },
    /// It signs another file.
    #[error("`{name}` signs `{signed}`, not the manifest `{manifest}`")]
    OtherFile {
        /// The file.
        name: String,
        /// What it signs.
        signed: String,
        /// What it should sign.
        manifest: String,
    },
    /// The manifest is not what was signed, or somebody else signed it.
    #[error("the signature in `{name}` is not one of the manifest by `{subject}`")]
    Mismatch {
        /// The file.
        name: String,
        /// Whom the certificate names.
        subject: String,
    },
}

const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
const END: &str = "-----END CERTIFICATE-----";

impl Signature {
    /// Reads the certificate file called `name` and checks its signature of the manifest.
    pub(crate) fn read(
        name: &str,
        text: &[u8],
        manifest: Option<&Manifest>,
    ) -> Result<Self, SignatureError> {
        let manifest = manifest.ok_or_else(|| SignatureError::NoManifest(name.to_owned()))?;
        let unreadable = |what| SignatureError::Unreadable { name: name.to_owned(), what };
        let text = std::str::from_utf8(text).map_err(|_| unreadable("is no text"))?;
        let certificate = certificate(text).ok_or_else(|| unreadable("has no certificate"))?;
        let signer =
            Signer::read(&certificate).map_err(|_| unreadable("has a certificate that is none"))?;
        let (algorithm, signed, signature) =
            text.lines().find_map(entry).ok_or_else(|| unreadable("has no signature"))?;
        if signed != manifest.name() {
            let (name, signed) = (name.to_owned(), signed.to_owned());
            let manifest = manifest.name().to_owned();
            return Err(SignatureError::OtherFile { name, signed, manifest });
        }
        let signature =
            from_hex(signature).ok_or_else(|| unreadable("has a signature that is none"))?;
        let Some(key) = &signer.rsa_key else {
            return Ok(Signature::NotChecked(Box::new(signer)));
        };
        let key = UnparsedPublicKey::new(parameters(algorithm), key);
        match key.verify(manifest.text(), &signature) {
            Ok(()) => Ok(Signature::Valid(Box::new(signer))),
            Err(_) => {
                Err(SignatureError::Mismatch { name: name.to_owned(), subject: signer.subject })
            }
        }
    }
}

/// Older packages are signed with keys and digests that nobody would choose today.
fn parameters(algorithm: Algorithm) -> &'static RsaParameters {
    match algorithm {
        Algorithm::Sha1 => &RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY,
        Algorithm::Sha256 => &RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY,
        Algorithm::Sha512 => &RSA_PKCS1_1024_8192_SHA512_FOR_LEGACY_USE_ONLY,
    }
}

/// The first certificate, which is the signer's; others are those of authorities.
fn certificate(text: &str) -> Option<Vec<u8>> {
    let (_, behind) = text.split_once(BEGIN)?;
    let (inside, _) = behind.split_once(END)?;
    let digits: String = inside.chars().filter(|c| !c.is_whitespace()).collect();
    STANDARD.decode(digits).ok()
}
