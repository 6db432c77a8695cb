//! The files on datastores: real files in a folder of this machine, one directory for each datastore.
//!
//! [`Storage`] finds places and never leaves its folder; [`Upload`] writes one file piece by piece beside the
//! others and puts it into place when it is complete. How much room a datastore has left is the business of
//! [`crate::behaviour::datastore`].

mod area;
mod path;
mod upload;

pub use area::{Entry, Storage, StorageError};
pub use path::{DatastorePath, FilePath};
pub use upload::{Upload, UploadError};
