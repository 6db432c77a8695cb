//! A report of a run, from the journal.

use std::io::Write as _;
use std::path::PathBuf;

use clap::Args;
use state::JournalReader;

use super::wording::chosen;
use crate::console::Console;
use crate::error::{CliError, Outcome};
use crate::exit::Exit;
use crate::reports::{ReportForm, make, write_whole};

/// Which run, and what it becomes.
#[derive(Args, Debug)]
pub(super) struct ReportOfArgs {
    /// Id of a run or its beginning, or `last`
    #[arg(default_value = "last")]
    run: String,
    /// What to make
    #[arg(long, value_name = "FORM", default_value = "html")]
    format: ReportForm,
    /// Write it into FILE instead of to standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Makes the report.
pub(super) fn report(
    journal: Option<&JournalReader>,
    args: &ReportOfArgs,
    console: &Console,
) -> Outcome {
    let run = chosen(journal, &args.run)?;
    let journal = journal.ok_or_else(|| CliError::bug("a run without a journal"))?;
    let bytes = make(args.format, journal, &run)?;
    match &args.out {
        None => console.result(|out| out.write_all(&bytes))?,
        Some(path) => {
            write_whole(path, &bytes)?;
            console.note(&format!("Report: {}", path.display()));
        }
    }
    Ok(Exit::DONE)
}
