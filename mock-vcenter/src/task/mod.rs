//! Vim tasks as state machines on the mock's clock.
//!
//! A handler describes a task as a [`TaskSpec`] and starts it within a transaction; queueing, progress, the
//! steps' changes, success, failure and cancellation are commits of their own as time passes.

mod collector;
mod hazard;
mod limit;
mod machine;
mod methods;
mod spec;
mod task_manager;
mod vim_task;

pub use hazard::{TaskHazard, TaskHazards};
pub use limit::{TaskLimit, TaskLimits};
pub(crate) use methods::register;
pub use spec::TaskSpec;
pub use task_manager::TaskManager;
pub use vim_task::{TASK_OF, VimTask};

#[cfg(test)]
mod tests;
