//! From text to a tree of values with places: [`parse`] yields [`Node`]s.

mod build;
mod duplicate;
mod events;
mod node;
mod scalar;
mod syntax;

pub(crate) use events::parse;
pub(crate) use node::{Entry, Key, Node, NodeData};
pub(crate) use scalar::{Resolved, Scalar};
