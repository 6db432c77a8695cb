//! Faults in words: cause and remedy.
//!
//! [`explain_fault`] knows the faults that this job meets. One it has no words for is shown with its type
//! and all its fields, never hidden. The server's own text is not used: it may be in any language.

mod access;
mod evc;
mod explanation;
mod fault_tolerance;
mod ft_reason;
mod general;
mod hosts;
mod resources;

pub use explanation::{Explanation, explain_fault};
use explanation::{Words, all_named, named};

#[cfg(test)]
mod tests;
