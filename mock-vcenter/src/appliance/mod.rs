//! The management appliance of a fault-tolerant server, as somebody who logs in to it over SSH sees it.
//!
//! A VM whose name begins as the settings say plays it while it is powered on and its host answers. The server
//! serves the line-oriented shell: `passwd`, the network menu, `ft-install` with its prompts, and
//! `ftsmaint`. What they change is the VM's guest, and what takes time (the reboots of the host, the
//! synchronisation) runs on the mock's clock. Prompts are data, in [`ApplianceSettings`], as they differ
//! between builds and nobody has published them.

mod console;
mod dialogue;
mod host_key;
mod install;
mod machine;
mod programs;
mod server;
mod settings;
mod shell;
mod state;
#[cfg(test)]
mod tests;
mod visitor;
mod words;

pub(crate) use console::console;
pub(crate) use server::{Sshd, SshdError};
pub use settings::{ApplianceSettings, InstallPrompt, MenuPrompt, Takes};
pub use state::{Appliance, is_appliance, present};
