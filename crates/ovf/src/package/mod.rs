//! Packages: [`Package`], whose files can be read in any order, and [`PackageStream`], which comes in one pass.

mod error;
mod file;
mod front;
mod layout;
mod opened;
mod recognise;
mod stream;
mod tape;

pub use error::PackageError;
pub use file::PackageFile;
pub use opened::Package;
pub use stream::{PackageStream, StreamedFile, Vouched};
