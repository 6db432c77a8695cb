//! OVF packages as the server understands them: the managed object `OvfManager`.
//!
//! [`model`] is what a descriptor says, read by `read` from the tree that `tree` makes of its text. What is wrong
//! with a package is a vSphere fault that goes into the answer (`problems`), never a failed call. The package's
//! files come later, through a lease ([`crate::behaviour::import`]).

mod deploy;
mod devices;
mod hardware;
mod model;
mod ovf_manager;
mod problems;
mod properties;
mod read;
mod tree;

#[cfg(test)]
mod tests;

pub(crate) use ovf_manager::{populate, register};
