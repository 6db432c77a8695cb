//! Secrets: references in a playbook, and where the values come from.
//!
//! A playbook only ever holds a [`SecretRef`]; a [`SecretSource`] handed in by the caller turns it into a value.
//! [`StandardSecrets`] is the usual source.

mod command;
mod reference;
mod source;

pub use command::CommandLimits;
pub use reference::SecretRef;
pub use source::{SecretError, SecretSource, StandardSecrets};

/// The keys of a reference, in the order they are recommended.
pub(crate) const REFERENCE_KEYS: [&str; 4] = ["env", "file", "command", "prompt"];
