//! `lockstep status` and `lockstep ft status`: the Fault Tolerance state of virtual machines.
//!
//! `command` is the command itself, `read` finds the VMs and pairs them, `show` writes the result.

mod command;
mod read;
mod show;

pub(crate) use command::{StatusArgs, run};
