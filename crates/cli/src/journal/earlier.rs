//! What earlier runs left open: told to the operator, handed to the engine, and closed when it is seen as done.

use std::path::Path;
use std::time::Duration;

use orchestrator::{OpenWork, RunSummary};
use report::utc_seconds;
use state::{IntentRecord, JournalError, JournalReader, RunJournal, RunRecord};

use super::holder::{Life, life};
use super::place::{read, refused};
use crate::error::CliError;
use crate::exit::Exit;
use crate::surroundings::Surroundings;

/// Runs that are looked through, the youngest first.
const LOOKED_THROUGH: u32 = 200;
/// No vim task takes this long.
const FORGOTTEN: Duration = Duration::from_secs(7 * 24 * 3600);

/// Says which earlier runs on the same servers were killed with steps under way.
pub(crate) fn warn_of_killed_runs(
    servers: &[String],
    surroundings: &Surroundings,
) -> Result<(), CliError> {
    let Some(journal) = read(&surroundings.environment)? else { return Ok(()) };
    for run in journal.unfinished().map_err(refused)?.into_iter().filter(|run| is_on(run, servers))
    {
        if run.open == 0 || life(&run.start.holder) != Life::Died {
            continue;
        }
        let steps = if run.open == 1 { "1 step" } else { &format!("{} steps", run.open) };
        let (id, at) = (&run.start.id, utc_seconds(run.start.started));
        surroundings.console.warn(&format!(
            "run {id} of {at} was killed with {steps} under way; `lockstep runs show {id}` lists them. What is there \
             is looked at before anything is done."
        ));
    }
    Ok(())
}

/// What other runs on these servers asked for and did not see the end of. To be read when the servers are locked, so
/// that none of those runs goes on.
pub(crate) fn open_work(
    servers: &[String],
    own: &str,
    surroundings: &Surroundings,
) -> Result<Vec<OpenWork>, CliError> {
    let Some(journal) = read(&surroundings.environment)? else { return Ok(Vec::new()) };
    let mut open = Vec::new();
    for run in others(&journal, servers, own).map_err(refused)? {
        open.extend(journal.open_work(&run.start.id).map_err(refused)?);
    }
    Ok(open)
}

/// Closes steps of earlier runs of the same playbook that this run has seen to be as declared.
pub(crate) async fn close_what_is_done(
    playbook: &str,
    servers: &[String],
    record: &RunJournal,
    summary: &RunSummary,
    surroundings: &Surroundings,
) -> Result<(), CliError> {
    let Some(journal) = read(&surroundings.environment)? else { return Ok(()) };
    let mut done = Vec::new();
    for run in others(&journal, servers, record.run()).map_err(refused)? {
        if run.start.playbook == playbook {
            let steps = journal.intents(&run.start.id).map_err(refused)?;
            let steps = steps.into_iter().filter(|step| is_open(step) && is_good(step, summary));
            done.extend(steps.map(|step| (run.start.id.clone(), step.ordinal)));
        }
    }
    drop(journal);
    for (run, ordinal) in done {
        let noted = record.found_out(&run, ordinal, "seen as declared").await;
        noted.map_err(|error| CliError::new(error).exit(Exit::JOURNAL))?;
    }
    Ok(())
}

fn others(
    journal: &JournalReader,
    servers: &[String],
    own: &str,
) -> Result<Vec<RunRecord>, JournalError> {
    let young = |run: &RunRecord| run.start.started.elapsed().is_ok_and(|age| age < FORGOTTEN);
    let runs = journal.runs(LOOKED_THROUGH)?.into_iter();
    Ok(runs.filter(|run| run.start.id != own && is_on(run, servers) && young(run)).collect())
}

fn is_on(run: &RunRecord, servers: &[String]) -> bool {
    run.start.servers.iter().any(|server| servers.contains(server))
}

fn is_open(step: &IntentRecord) -> bool {
    step.settled.is_none() && step.end.as_ref().is_none_or(|end| end.outcome == "unknown")
}

fn is_good(step: &IntentRecord, summary: &RunSummary) -> bool {
    let task = summary.tasks.iter().find(|task| task.head.id.as_str() == step.task);
    let mut subjects = task.iter().flat_map(|task| &task.subjects);
    subjects.any(|subject| subject.subject == step.subject && subject.status.is_good())
}

/// A playbook's path as the journal has it, which is the same from whatever folder it is named.
pub(crate) fn absolute(playbook: &Path, folder: &Path) -> String {
    let path = folder.join(playbook);
    path.canonicalize().unwrap_or(path).to_string_lossy().into_owned()
}
