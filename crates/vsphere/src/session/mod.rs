//! The session with one server: how it begins, stays alive and ends.
//!
//! `Session` sends encoded calls, logs in again once per lost session however many calls notice, and
//! logs out within a bound. One wrong password ends all attempts, so no account is locked out.

mod connect;
mod current;
mod keep_alive;
mod licences;
mod look;
mod open_leases;
mod versions;

pub use connect::ConnectError;
pub(crate) use connect::open;
pub(crate) use current::{CallOptions, Credentials, Session};
pub(crate) use keep_alive::keep_alive;
pub use look::look;
pub use versions::VersionsError;
