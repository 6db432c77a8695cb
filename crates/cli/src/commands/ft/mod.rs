//! `lockstep ft`: commands about Fault Tolerance alone.
//!
//! `command` is the list of them. `selection_args` says which VMs, `choosing` finds them; `operation_args`,
//! `operating` and `operation_report` are what drill, suspend, resume and off share; `select` only shows the choice, and
//! `rebalance` only proposes.

mod choosing;
mod command;
mod operating;
mod operation_args;
mod operation_report;
mod rebalance;
mod select;
mod selection_args;

pub(crate) use command::{FtArgs, run};
