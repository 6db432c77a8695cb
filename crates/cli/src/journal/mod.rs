//! The journal as commands use it: where it is, who holds a run, and what an apply writes.

mod holder;
mod place;
mod recording;

pub(crate) use holder::{Life, life, this_process};
pub(crate) use place::{open, read, refused};
pub(crate) use recording::{Recording, absolute, run_start, warn_of_killed_runs};
