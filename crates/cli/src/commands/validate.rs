//! `lockstep validate`: all mistakes of a playbook at once, without any network.

use clap::{Args, ValueEnum};
use playbook::{Diagnostics, PlainDiagnostic, Playbook};
use serde::Serialize;

use crate::error::Outcome;
use crate::exit::Exit;
use crate::playbook_file::{PlaybookArgs, PlaybookError, mistakes_style, read_playbook};
use crate::surroundings::Surroundings;

/// Check a playbook, without any network
///
/// Every mistake is shown at once, each with its code, its place, and what to write instead. `lockstep explain
/// CODE` says more about a code.
#[derive(Args, Debug)]
pub(crate) struct ValidateArgs {
    #[command(flatten)]
    playbook: PlaybookArgs,
    /// How to show the result
    #[arg(long, value_name = "FORM", default_value = "text")]
    output: ValidateOutput,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum ValidateOutput {
    /// For people
    Text,
    /// One JSON document
    Json,
}

#[derive(Serialize)]
struct Report {
    v: u32,
    valid: bool,
    tasks: usize,
    diagnostics: Vec<PlainDiagnostic>,
}

/// Checks the playbook and shows what was found.
pub(crate) fn run(args: &ValidateArgs, surroundings: &Surroundings) -> Outcome {
    let (found, playbook) = match read_playbook(&args.playbook, tasks::CATALOGUE) {
        Ok(playbook) => (playbook.warnings.clone(), Some(playbook)),
        Err(PlaybookError::Mistakes(found)) => (found, None),
        Err(PlaybookError::Error(error)) => return Err(error),
    };
    match args.output {
        ValidateOutput::Json => write_json(&found, playbook.as_ref(), surroundings)?,
        ValidateOutput::Text => write_text(&found, playbook.as_ref(), surroundings)?,
    }
    Ok(if playbook.is_some() { Exit::DONE } else { Exit::ERROR })
}

fn write_json(
    found: &Diagnostics,
    playbook: Option<&Playbook>,
    surroundings: &Surroundings,
) -> Result<(), crate::error::CliError> {
    let tasks = playbook.map_or(0, |playbook| playbook.tasks.len());
    let report = Report { v: 1, valid: playbook.is_some(), tasks, diagnostics: found.to_plain() };
    surroundings.console.result(|out| {
        serde_json::to_writer_pretty(&mut *out, &report)?;
        out.push(b'\n');
        Ok(())
    })
}

fn write_text(
    found: &Diagnostics,
    playbook: Option<&Playbook>,
    surroundings: &Surroundings,
) -> Result<(), crate::error::CliError> {
    let console = &surroundings.console;
    let mistakes = found.render(mistakes_style(&console.out));
    console.result(|out| {
        out.extend_from_slice(mistakes.as_bytes());
        if let Some(playbook) = playbook {
            let (tasks, skipped) = (playbook.tasks.len(), playbook.skipped.len());
            let s = if tasks == 1 { "" } else { "s" };
            let skipped = match skipped {
                0 => String::new(),
                skipped => format!(", {skipped} left out by `when`"),
            };
            let name = found.source().name();
            out.extend_from_slice(format!("{name}: valid, {tasks} task{s}{skipped}\n").as_bytes());
        }
        Ok(())
    })
}
