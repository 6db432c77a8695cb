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
