//! Views: container views and list views, each living as long as its session.
//!
//! What a view shows is derived when it is read, so a view needs no upkeep and a filter on it wakes when an
//! object appears or goes.

mod methods;
mod views;

pub(crate) use methods::register;
pub(crate) use views::ViewManager;
