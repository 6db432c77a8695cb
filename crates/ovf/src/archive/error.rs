//! What can be wrong with an archive: [`ArchiveError`].

use std::io;

use crate::names::NameError;

/// An archive that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// Not a tar archive.
    #[error("it is no tar archive")]
    NotTar,
    /// It ends too early.
    #[error("the archive is cut off {}", place(.after))]
    Truncated {
        /// The last member whose header was there.
        after: Option<String>,
    },
    /// A header makes no sense.
    #[error("the archive is damaged at byte {offset}: {what}")]
    Damaged {
        /// Where the header begins.
        offset: u64,
        /// What is wrong.
        what: &'static str,
    },
    /// A link, a device, a folder and the like.
    #[error("the archive has `{name}`, which is {kind}; a package holds plain files only")]
    Special {
        /// The member.
        name: String,
        /// What it is.
        kind: &'static str,
    },
    /// A header that not everybody would read in the same way.
    #[error("the archive's header of `{name}` uses `{key}`, which has no place in a package")]
    Extension {
        /// The member.
        name: String,
        /// What the header uses.
        key: String,
    },
    /// A name leads out of the package.
    #[error("the archive has a member by the name `{name}`")]
    Name {
        /// The name.
        name: String,
        /// What is wrong with it.
        #[source]
        problem: NameError,
    },
    /// A name occurs twice.
    #[error("the archive has two members called `{name}`")]
    Duplicate {
        /// The name.
        name: String,
    },
    /// More members than any real package.
    #[error("the archive has more than {limit} members")]
    TooMany {
        /// How many are allowed.
        limit: usize,
    },
    /// It cannot be read.
    #[error("cannot read the archive")]
    Read(#[source] io::Error),
}

fn place(name: &Option<String>) -> String {
    match name {
        Some(name) => format!("in or after `{name}`"),
        None => "before its first member".to_owned(),
    }
}
