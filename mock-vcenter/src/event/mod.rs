//! Events: posted by commits, kept in order, queried and collected.
//!
//! [`Transaction::post_event`](crate::store::Transaction::post_event) adds one to the commit under way, so an
//! event exists exactly when the change it tells of exists.

mod collector;
mod filter;
mod log;
mod event_manager;

pub use event_manager::{EventManager, event_manager_id};
pub(crate) use event_manager::register;
