//! `lockstep runs`: what runs did and do, from the journal. Asks no server.

mod command;
mod list;
mod report;
mod show;
mod telling;
mod verify;
mod watch;
mod wording;

pub(crate) use command::{RunsArgs, run};
pub(crate) use wording::chosen;
