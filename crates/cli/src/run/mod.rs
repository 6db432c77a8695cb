//! What `plan` and `apply` share: from a playbook to open sessions and a graph, and back to an exit code.

mod consent;
mod follow;
mod outcome;
mod prepare;

pub(crate) use consent::confirm;
pub(crate) use follow::{Run, Silent};
pub(crate) use outcome::{plan_exit, summary_exit};
pub(crate) use prepare::{Prepared, RunArgs};
