//! Finding objects by path, name or id.
//!
//! [`Inventory`] is the name tree of a server, read in one bulk retrieval; looking things up in it costs
//! nothing. The path syntax is govc's: `/DC/host/Cluster/esx1`, `*` `?` `[a-z]` within a name, `...` for
//! any number of levels, relative to a datacenter and the folder of the kind, ids such as
//! `VirtualMachine:vm-12`. A secondary of Fault Tolerance has its primary's name and is never found by it.

mod error;
mod glob;
mod kind;
mod lookup;
mod path;
mod retrieve;
mod tree;

pub use error::{FindError, nearest};
pub use glob::matches as matches_pattern;
pub use kind::Kind;
pub use tree::{Entry, Inventory};
