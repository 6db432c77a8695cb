//! Tar archives (`.ova`): members are found and read, never unpacked.

mod error;
mod header;
mod index;

pub use error::ArchiveError;
pub(crate) use header::{BLOCK, Headers, Member, padding};
pub(crate) use index::{MAX_MEMBERS, Placed, index};
