//! What every package has in front of its files: descriptor, manifest, signature. Held against each other here.

use super::error::PackageError;
use super::layout::Layout;
use crate::content::ContentError;
use crate::descriptor::{Descriptor, MAX_DESCRIPTOR};
use crate::digest::Digest;
use crate::manifest::{MAX_BYTES, Manifest, ManifestError};
use crate::signature::Signature;

/// The descriptor as it was read.
#[derive(Debug)]
pub(crate) struct Front {
    pub(crate) name: String,
    pub(crate) text: String,
    /// Of the bytes in the package, with whatever mark they begin.
    bytes: Vec<u8>,
    pub(crate) descriptor: Descriptor,
    pub(crate) layout: Layout,
}

impl Front {
    /// Reads a descriptor called `name`.
    pub(crate) fn read(name: &str, bytes: Vec<u8>) -> Result<Self, PackageError> {
        let descriptor = Descriptor::read(&bytes)
            .map_err(|cause| PackageError::Descriptor { name: name.to_owned(), cause })?;
        let layout = Layout::of(name, &descriptor)?;
        let text = String::from_utf8_lossy(&bytes);
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text).to_owned();
        Ok(Front { name: name.to_owned(), text, bytes, descriptor, layout })
    }

    /// Holds the descriptor against its digest in the manifest.
    pub(crate) fn check(&self, manifest: &Manifest) -> Result<(), PackageError> {
        let expected = manifest.required(&self.name)?;
        let found = Digest::of(expected.algorithm, &self.bytes);
        match *expected == found {
            true => Ok(()),
            false => Err(ContentError::Digest {
                name: self.name.clone(),
                expected: expected.clone(),
                found,
            }
            .into()),
        }
    }
}

/// Manifest and signature from the texts of their files.
pub(crate) fn vouchers(
    manifest: Option<(String, Vec<u8>)>,
    certificate: Option<(String, Vec<u8>)>,
) -> Result<(Option<Manifest>, Signature), PackageError> {
    let manifest = manifest.map(|(name, text)| Manifest::read(&name, text)).transpose()?;
    let signature = match certificate {
        Some((name, text)) => Signature::read(&name, &text, manifest.as_ref())?,
        None => Signature::Absent,
    };
    Ok((manifest, signature))
}

/// That a descriptor of `size` bytes may be read into memory.
pub(crate) fn check_descriptor_size(name: &str, size: u64) -> Result<(), PackageError> {
    match size <= MAX_DESCRIPTOR {
        true => Ok(()),
        false => {
            let (name, limit) = (name.to_owned(), MAX_DESCRIPTOR);
            Err(PackageError::DescriptorTooLarge { name, size, limit })
        }
    }
}

/// That a manifest or certificate of `size` bytes may be read into memory.
pub(crate) fn check_voucher_size(name: &str, size: u64) -> Result<(), PackageError> {
    match size <= MAX_BYTES {
        true => Ok(()),
        false => Err(ManifestError::TooLarge(name.to_owned()).into()),
    }
}
