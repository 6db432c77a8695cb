//! `lockstep ovf`: looks into OVF packages, without any network.
//!
//! `command` is the command itself, `facts` what is said of a package, `show` writes it for people, `task` makes a task
//! of it to paste into a playbook.

mod command;
mod facts;
mod show;
mod task;

pub(crate) use command::{OvfArgs, run};
