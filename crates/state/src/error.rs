//! Why the journal cannot be used: [`JournalError`].

use std::error::Error;
use std::io;
use std::path::PathBuf;

use rusqlite::ErrorCode;

/// The journal cannot be opened, read or written. Trying again does not help until somebody changes something.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JournalError {
    /// Its folder is not there and cannot be made.
    #[error("cannot make the folder of the journal `{}`", .path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// Why.
        #[source]
        cause: io::Error,
    },
    /// The file cannot be made or opened.
    #[error("cannot open the journal `{}`", .path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        cause: Box<dyn Error + Send + Sync>,
    },
    /// The file is a database of something else, or none at all.
    #[error("`{}` is no journal of Lockstep", .path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// The file is a journal with contents that cannot be right.
    #[error("the journal `{}` is damaged", .path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What was found.
        #[source]
        cause: Box<dyn Error + Send + Sync>,
    },
    /// A later release wrote it.
    #[error("the journal `{}` has version {found}, this release knows up to {known}", .path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: i64,
        /// The last version that is known.
        known: i64,
    },
    /// The file lies on another machine, where the locks that keep it whole do not hold.
    #[error("the journal `{}` lies on a network drive ({kind})", .path.display())]
    Remote {
        /// The file.
        path: PathBuf,
        /// The kind of file system.
        kind: String,
    },
    /// Something could not be made durable. The journal takes nothing more after that.
    #[error("cannot write to the journal `{}`", .path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        cause: Box<dyn Error + Send + Sync>,
    },
    /// Something could not be read.
    #[error("cannot read the journal `{}`", .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        cause: Box<dyn Error + Send + Sync>,
    },
}

impl JournalError {
    /// What the operator can do.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Folder { .. } | Self::Open { .. } => {
                "make sure that the folder can be written to, or name another one by \
                 LOCKSTEP_STATE_DIR"
            }
            Self::Foreign { .. } => "name another folder by LOCKSTEP_STATE_DIR",
            Self::Damaged { .. } => {
                "move the file away to keep it; the next run begins a new one and looks at what is there"
            }
            Self::Remote { .. } => "name a folder on a disk of this machine by LOCKSTEP_STATE_DIR",
            Self::Newer { .. } => {
                "use the newer release, or name another folder by LOCKSTEP_STATE_DIR"
            }
            Self::Write { .. } | Self::Read { .. } => {
                "make room on the disk and see that the file can be written to, then apply again"
            }
        }
    }

    /// An error while the file at `path` was opened.
    pub(crate) fn opening(path: PathBuf, cause: rusqlite::Error) -> Self {
        match cause.sqlite_error_code() {
            Some(ErrorCode::NotADatabase) => Self::Foreign { path },
            Some(ErrorCode::DatabaseCorrupt) => Self::Damaged { path, cause: cause.into() },
            _ => Self::Open { path, cause: cause.into() },
        }
    }

    /// An error while the file at `path` was read.
    pub(crate) fn reading(path: PathBuf, cause: rusqlite::Error) -> Self {
        match cause.sqlite_error_code() {
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                Self::Damaged { path, cause: cause.into() }
            }
            _ => Self::Read { path, cause: cause.into() },
        }
    }
}
