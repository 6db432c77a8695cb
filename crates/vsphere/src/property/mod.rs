//! Reading properties of managed objects, once or for as long as they change.
//!
//! [`ObjectProperties`] is what was read of one object. [`Reader`](crate::Reader) has the calls:
//! `retrieve…` read once, `watch` and `wait_until` follow changes. All watches of a client share one
//! `WaitForUpdatesEx`, whose loop is in `update_loop`.

mod batch;
mod object_properties;
mod registry;
mod retrieve;
pub(crate) mod session_is_set;
mod silence;
mod spec;
mod state;
mod update_loop;
mod updates;
mod wait;
mod watch;

pub use object_properties::{ObjectProperties, Unreadable};
pub use silence::Silence;
pub use spec::{Traversal, objects_spec, traversal_spec};
pub use state::WatchState;
pub(crate) use updates::Updates;
pub use wait::WaitError;
pub(crate) use wait::look;
pub use watch::Watch;
