//! The journal as commands use it: where it is, who holds a run, what earlier runs left, and what an apply writes.

mod earlier;
mod held;
mod holder;
mod place;
mod recording;
mod sessions;

pub(crate) use earlier::{absolute, close_what_is_done, open_work, warn_of_killed_runs};
pub(crate) use held::{Held, holder_of, holds, refuse_if_locked};
pub(crate) use holder::{Life, life, this_process};
pub(crate) use place::{open, open_to_apply, read, refused};
pub(crate) use recording::{Recording, run_start};
pub(crate) use sessions::Noted;
