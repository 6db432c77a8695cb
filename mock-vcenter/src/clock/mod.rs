//! The mock's own time.
//!
//! [`Clock`] runs at the pace of the machine, faster or slower, or stands still until it is told to advance.
//! Everything that takes time in the mock (tasks, session expiry, long polls, delays) waits on it, so a test
//! never waits for the machine's clock.

mod pace;
mod sleep;
mod virtual_clock;

pub use pace::Pace;
pub use virtual_clock::{Clock, TimerId};
