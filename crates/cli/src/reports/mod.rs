//! Reports of runs: which are wanted, and how they are made of what the journal holds.

mod asked;
mod made;
mod particulars;
mod shell;

pub(crate) use asked::{ReportArgs, ReportForm};
pub(crate) use made::{check_places, make, write_all, write_whole};
pub(crate) use shell::command_line;
