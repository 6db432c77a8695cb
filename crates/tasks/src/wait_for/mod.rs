//! `wait_for`: something outside this run comes about before the tasks that need it.
//!
//! What is so already is in sync, and a plan only looks once. While it waits, a server that cannot be reached
//! counts as "not yet": hosts restart on the way. Each sort of condition is a variant of `Condition`, with
//! what it takes to look at it in `look.rs`.

mod fields;
mod guest;
mod look;
mod plan;
mod spec;
mod task;
mod wait;

pub(crate) use fields::CAPABILITY;
pub(crate) use spec::Spec;
