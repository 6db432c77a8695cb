//! The signature of a package.

mod certificate;
mod check;

pub use certificate::{Signer, SignerDoubt};
pub use check::{Signature, SignatureError};
