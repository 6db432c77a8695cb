//! Contents of a package: where their bytes lie, and how they are read and judged on the way.

mod error;
mod part;
mod reader;
mod source;

pub use error::ContentError;
pub(crate) use part::{Part, Promise};
pub use reader::FileReader;
pub(crate) use reader::{Inflation, NextPart};
pub use source::{Content, Folder};
pub(crate) use source::{LocalFile, LocalFolder};
