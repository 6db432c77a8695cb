//! One store, one commit path.
//!
//! [`Store`] holds every managed object. Readers take a [`Snapshot`] and never wait; writers run one after
//! the other, each as a [`Transaction`] that takes effect at once or not at all. What follows from a change
//! (wake-ups of parked waits, `recentTask`, events, derived properties) follows from the commit, so no
//! handler can forget it.

mod at;
mod commit;
mod history;
mod object;
mod shard_map;
mod snapshot;
mod state;
mod transaction;

pub use at::At;
pub(crate) use at::{Dependency, Reading, Tracker};
pub use commit::{Change, ChangeKind, Commit, Observer};
pub(crate) use history::Touched;
pub use object::{Links, ManagedObject, Property};
pub use snapshot::Snapshot;
pub use state::Store;
pub use transaction::{Origin, Transaction};

#[cfg(test)]
mod tests;
