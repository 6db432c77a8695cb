//! The operating system inside a VM: a small scripted Linux.
//!
//! [`Guest`] is its state, kept in the store beside the VM, so guest operations, keystrokes, an SSH server and
//! the properties of the VM all see one thing. What its programs do is data ([`Program`]); [`run_command`]
//! carries one out. VMs get a guest when they are imported, or when somebody first talks to theirs.

mod boot;
mod command;
mod effect;
mod environment;
mod program;
mod run;
mod settings;
mod state;
#[cfg(test)]
mod tests;

pub use boot::{booted, ensure, inserted_disc, reboot, shut_down, stopped};
pub use command::CommandLine;
pub use program::{Effect, Program};
pub use run::{Outcome, run_command};
pub use settings::GuestSettings;
pub use state::{Account, Duplex, FtSoftware, Guest, GuestFile, GuestNetwork, GuestProcess, Tools};
