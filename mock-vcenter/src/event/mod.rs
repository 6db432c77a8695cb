//! Events: posted by commits, kept in order, queried and collected.
//!
//! [`Transaction::post_event`](crate::store::Transaction::post_event) adds one to the commit under way, so an
//! event exists exactly when the change it tells of exists.

mod collector;
mod event_manager;
mod filter;
mod log;

pub(crate) use event_manager::register;
pub use event_manager::{EventManager, event_manager_id};
