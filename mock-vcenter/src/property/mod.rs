//! The property collector: reading properties of many objects, and waiting for them to change.
//!
//! [`Collectors`] holds what clients have asked to watch. A parked wait is woken by the commit that touches
//! something it read (see [`crate::store`]); then the difference between the client's version and now is
//! worked out from the two snapshots. Nothing polls and nothing is queued for a client that does not ask.

mod collector;
mod collectors;
mod difference;
mod filter;
mod methods;
mod objects;
mod path;
mod reader;
mod retrieve;
mod selection;

pub(crate) use collectors::Collectors;
pub(crate) use methods::register;
pub(crate) use objects::PropertyCollector;
pub(crate) use path::value_at;

#[cfg(test)]
mod tests;
