//! Resource pools: the managed object, and what clients do to pools.

mod methods;
mod object;

pub(in crate::behaviour) use methods::{move_into, register};
pub use object::{ResourcePool, add_root};
