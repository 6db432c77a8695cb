//! `lockstep resume`: goes on with a run that was killed, stopped or failed, with the same playbook and options.

use std::path::Path;

use clap::{Args, Parser};
use state::RunRecord;

use super::apply::{ApplyArgs, run_prepared};
use super::runs::chosen;
use crate::arguments::{Cli, Command};
use crate::error::{CliError, Outcome};
use crate::exit::Exit;
use crate::journal::{self, Life, life};
use crate::run::Prepared;
use crate::surroundings::Surroundings;

/// Go on with a run that was killed, stopped, or failed
///
/// Takes the playbook, variables and options that the run was begun with; passwords are read anew. What vCenter still
/// does for that run is waited for, then everything is looked at, and what is left is done. Answers to gates are
/// kept. The new run has an id of its own.
#[derive(Args, Debug)]
pub(crate) struct ResumeArgs {
    /// Id of a run or its beginning, or `last`
    #[arg(default_value = "last")]
    run: String,
    /// Do not ask; needed where there is no terminal, unless the run was begun with it
    #[arg(short, long)]
    yes: bool,
    /// Go on although the playbook has changed since
    #[arg(long)]
    changed: bool,
}

/// Goes on with the run.
pub(crate) async fn run(args: &ResumeArgs, surroundings: &Surroundings) -> Outcome {
    let journal = journal::read(&surroundings.environment)?;
    let record = chosen(journal.as_ref(), &args.run)?;
    drop(journal);
    refuse_unless_interrupted(&record)?;
    let (apply, surroundings) = as_begun(&record, surroundings)?;
    let apply = apply.of_the_playbook()?;
    let apply = if args.yes { apply.confirmed() } else { apply };
    let prepared = Prepared::read(apply.run_args(), &surroundings)?;
    refuse_unless_same(args, &record, &prepared)?;
    run_prepared(&apply, prepared, None, Some(&record.start.id), &surroundings).await
}

fn refuse_unless_interrupted(record: &RunRecord) -> Result<(), CliError> {
    let id = &record.start.id;
    match (record.verdict.as_deref(), life(&record.start.holder)) {
        (None, Life::Lives) => Err(CliError::new(format!("run `{id}` still goes on"))
            .hint(format!("`lockstep runs watch {id}` follows it"))
            .exit(Exit::LOCKED)),
        (Some("done"), _) => Err(CliError::new(format!("run `{id}` was done to its end"))
            .hint("`lockstep apply` runs the playbook again")),
        _ => Ok(()),
    }
}

/// The command line that a run was begun with, in the folder in which it was begun.
pub(super) fn as_begun(
    record: &RunRecord,
    surroundings: &Surroundings,
) -> Result<(ApplyArgs, Surroundings), CliError> {
    let start = &record.start;
    let words = std::iter::once("lockstep".to_owned()).chain(start.words.iter().cloned());
    let Ok(Cli { command: Command::Apply(apply), .. }) = Cli::try_parse_from(words) else {
        let what = format!("run `{}` is no `apply` of this release", start.id);
        let hint = format!("give its command again: lockstep {}", start.words.join(" "));
        return Err(CliError::new(what).hint(hint));
    };
    let folder = Path::new(&start.folder);
    let environment = surroundings.environment.clone().started_as(&start.words, folder);
    let environment = environment.map_err(|cause| {
        CliError::new(FolderError { folder: start.folder.clone(), cause })
            .hint("relative paths of the run are meant from there")
    })?;
    let surroundings = Surroundings { environment, ..surroundings.clone() };
    Ok((apply, surroundings))
}

#[derive(Debug, thiserror::Error)]
#[error("cannot go to `{folder}`, where the run was begun")]
struct FolderError {
    folder: String,
    #[source]
    cause: std::io::Error,
}

/// The same playbook on the same servers.
fn refuse_unless_same(
    args: &ResumeArgs,
    record: &RunRecord,
    prepared: &Prepared,
) -> Result<(), CliError> {
    let (start, short) =
        (&record.start, |digest: &str| digest.chars().take(12).collect::<String>());
    if start.servers != prepared.servers {
        let (then, now) = (start.servers.join(", "), prepared.servers.join(", "));
        let what = format!("run `{}` was on {then}; the connections lead to {now} now", start.id);
        return Err(CliError::new(what).hint("set LOCKSTEP_URL as it was, or apply the playbook"));
    }
    if start.digest != prepared.digest && !args.changed {
        let (was, is) = (short(&start.digest), short(&prepared.digest));
        let what = format!(
            "the playbook `{}` has changed since run `{}` (sha256 {was} then, {is} now)",
            start.playbook, start.id
        );
        let hint = "with `--changed` the run goes on with the playbook as it is now; `lockstep plan` shows what that \
                    would do";
        return Err(CliError::new(what).hint(hint));
    }
    Ok(())
}
