//! Tagging: categories and tags, what they are attached to, and the operations on them.

mod answer;
mod association;
mod definition;
mod operation;
mod state;

pub(super) use answer::run;
pub(super) use operation::Operation;
pub use state::{Cardinality, Tagging};
