//! What `plan`, `apply` and the operations on pairs share: from a playbook to open sessions and a graph, through the
//! engine, and back to an exit code.

mod carry_out;
mod consent;
mod follow;
mod limits;
mod outcome;
mod prepare;

pub(crate) use carry_out::{ProgressForm, options, progress, show_plan};
pub(crate) use consent::confirm;
pub(crate) use follow::{Run, Silent};
pub(crate) use limits::{GivenLimit, limit};
pub(crate) use outcome::{plan_exit, summary_exit, verdict};
pub(crate) use prepare::{Prepared, RunArgs};
