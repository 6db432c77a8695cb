//! The command and its parts.

use clap::{Args, Subcommand, ValueEnum};

use super::list::list;
use super::report::{ReportOfArgs, report};
use super::show::show;
use super::verify::verify;
use super::watch::watch;
use crate::error::Outcome;
use crate::journal;
use crate::surroundings::Surroundings;

/// Show what runs did and do
///
/// Each `apply` is written to a journal in your state folder (LOCKSTEP_STATE_DIR, or else `lockstep` in
/// XDG_STATE_HOME or ~/.local/state). Works while a run goes on, and after one that was killed.
#[derive(Args, Debug)]
pub(crate) struct RunsArgs {
    #[command(subcommand)]
    what: Option<What>,
    /// How to show the list
    #[arg(long, value_name = "FORM", default_value = "text")]
    output: Form,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Show the steps of a run, what failed, and steps of which no end is known
    Show(ShowArgs),
    /// Make a report of a run: a web page, JUnit XML or JSON lines
    Report(ReportOfArgs),
    /// Follow a run that goes on in another process
    Watch(WatchArgs),
    /// Tell whether what the journal says of a run was changed by accident or by hand
    Verify(VerifyArgs),
}

#[derive(Args, Debug)]
struct ShowArgs {
    /// Id of a run or its beginning, or `last`
    #[arg(default_value = "last")]
    run: String,
    /// How to show it
    #[arg(long, value_name = "FORM", default_value = "text")]
    output: Form,
}

#[derive(Args, Debug)]
struct WatchArgs {
    /// Id of a run or its beginning, or `last`
    #[arg(default_value = "last")]
    run: String,
    /// How to show what happens
    #[arg(long, value_name = "FORM", default_value = "text")]
    output: LineForm,
}

#[derive(Args, Debug)]
struct VerifyArgs {
    /// Id of a run or its beginning, or `last`; without, all runs
    run: Option<String>,
}

/// How a result is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Form {
    /// For people
    Text,
    /// One JSON document
    Json,
}

/// How events are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum LineForm {
    /// For people
    Text,
    /// JSON lines, as `apply --output jsonl` writes them
    Jsonl,
}

/// Shows what was asked for.
pub(crate) async fn run(args: &RunsArgs, surroundings: &Surroundings) -> Outcome {
    let journal = journal::read(&surroundings.environment)?;
    let console = &surroundings.console;
    match &args.what {
        None => list(journal.as_ref(), args.output, console),
        Some(What::Show(args)) => show(journal.as_ref(), &args.run, args.output, console),
        Some(What::Verify(args)) => verify(journal.as_ref(), args.run.as_deref(), console),
        Some(What::Report(args)) => report(journal.as_ref(), args, console),
        Some(What::Watch(args)) => watch(journal.as_ref(), &args.run, args.output, console).await,
    }
}
