//! Why a package is refused: [`PackageError`].

use std::io;

use crate::archive::ArchiveError;
use crate::content::ContentError;
use crate::descriptor::DescriptorError;
use crate::manifest::ManifestError;
use crate::signature::SignatureError;

/// A package that cannot be used. None of these passes by itself, but [`PackageError::Read`] may.
#[derive(Debug, thiserror::Error)]
pub enum PackageError {
    /// It cannot be read.
    #[error("cannot read `{name}`")]
    Read {
        /// The file.
        name: String,
        /// Why.
        #[source]
        cause: io::Error,
    },
    /// Something else.
    #[error("`{name}` is no OVF package: it {what}")]
    NotAPackage {
        /// The file.
        name: String,
        /// What it is or lacks.
        what: String,
    },
    /// Its archive cannot be used.
    #[error("cannot use the package `{name}`")]
    Archive {
        /// The archive.
        name: String,
        /// What is wrong.
        #[source]
        cause: ArchiveError,
    },
    /// Its descriptor is larger than any real one.
    #[error("the descriptor `{name}` has {size} bytes, more than the {limit} that are read")]
    DescriptorTooLarge {
        /// The descriptor.
        name: String,
        /// Its bytes.
        size: u64,
        /// How many are read.
        limit: u64,
    },
    /// Its descriptor cannot be used.
    #[error("cannot use the descriptor `{name}`")]
    Descriptor {
        /// The descriptor.
        name: String,
        /// What is wrong.
        #[source]
        cause: DescriptorError,
    },
    /// A file that the descriptor refers to is not there.
    #[error("the package lacks `{name}`, which its descriptor refers to")]
    Missing {
        /// The file.
        name: String,
    },
    /// A file that nobody asked for.
    #[error("the archive has `{name}`, which the descriptor does not refer to")]
    Unreferenced {
        /// The file.
        name: String,
    },
    /// A file is not as large as the descriptor says.
    #[error("`{name}` has {found} bytes, but the descriptor says {declared}")]
    Size {
        /// The file.
        name: String,
        /// What the descriptor says.
        declared: u64,
        /// What there is.
        found: u64,
    },
    /// A file is compressed in a way that is not known.
    #[error("`{name}` is compressed with `{method}`; only gzip is known")]
    Compression {
        /// The file.
        name: String,
        /// The way.
        method: String,
    },
    /// The manifest cannot be used, or does not fit the package.
    #[error("the manifest does not vouch for the package")]
    Manifest(#[from] ManifestError),
    /// The signature is wrong.
    #[error("the package's signature is wrong")]
    Signature(#[from] SignatureError),
    /// A file is not what was promised.
    #[error("the package is damaged or was changed")]
    Content(#[from] ContentError),
    /// An archive is read in one pass, and a file was left before its end.
    #[error("`{name}` was not read to its end; an archive that comes in one pass cannot go back")]
    Unread {
        /// The file.
        name: String,
    },
    /// There is no file with this id.
    #[error("the package has no file with the id `{0}`")]
    NoSuchFile(String),
}

impl PackageError {
    /// The error of reading `name`: what was wrong with its content, when that is why.
    pub(crate) fn reading(name: &str, cause: io::Error) -> Self {
        match ContentError::of(&cause) {
            Some(content) => PackageError::Content(content.clone()),
            None => PackageError::Read { name: name.to_owned(), cause },
        }
    }
}
