//! What can be wrong with a file's content: [`ContentError`].

use std::io;

use crate::digest::Digest;

/// A file of the package that is not what package or manifest promise.
///
/// Readers hand it out inside of [`io::Error`]; [`ContentError::of`] gets it back.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ContentError {
    /// Its digest is not the manifest's.
    #[error(
        "the content of `{name}` does not match the manifest: it has {found}, expected was {expected}"
    )]
    Digest {
        /// The file.
        name: String,
        /// What the manifest says.
        expected: Digest,
        /// What was computed.
        found: Digest,
    },
    /// It ends too early.
    #[error("`{name}` ends after {found} of {expected} bytes")]
    Truncated {
        /// The file.
        name: String,
        /// Bytes that were promised.
        expected: u64,
        /// Bytes that came.
        found: u64,
    },
    /// It goes on after its promised end.
    #[error("`{name}` is longer than the {expected} bytes that it should have")]
    Longer {
        /// The file.
        name: String,
        /// Bytes that were promised.
        expected: u64,
    },
    /// It becomes larger than it can honestly be.
    #[error("`{name}` would decompress to more than {limit} bytes")]
    Bomb {
        /// The file.
        name: String,
        /// How much is allowed.
        limit: u64,
    },
    /// It is not compressed as it should be.
    #[error("`{name}` cannot be decompressed: {what}")]
    NotCompressed {
        /// The file.
        name: String,
        /// What the decompressor says.
        what: String,
    },
    /// The archive that is read in one pass has gone on to another member.
    #[error("`{name}` can no longer be read: the archive is read in one pass, and it has gone on")]
    Gone {
        /// The file.
        name: String,
    },
}

impl ContentError {
    /// What was wrong with the content, when that is why reading failed.
    pub fn of(error: &io::Error) -> Option<&ContentError> {
        error.get_ref().and_then(|inner| inner.downcast_ref())
    }
}

impl From<ContentError> for io::Error {
    fn from(error: ContentError) -> Self {
        let kind = match error {
            ContentError::Truncated { .. } => io::ErrorKind::UnexpectedEof,
            _ => io::ErrorKind::InvalidData,
        };
        io::Error::new(kind, error)
    }
}
