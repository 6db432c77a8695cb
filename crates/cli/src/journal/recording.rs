//! What an apply writes to the journal: its start, and every event in the wire form.

use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use orchestrator::{Event, Sink};
use report::{json_line, utc_seconds};
use state::{RunJournal, RunRecord, RunStart};

use super::holder::{Life, life, this_process};
use super::place::{read, refused};
use crate::error::CliError;
use crate::run::Prepared;
use crate::surroundings::Surroundings;

/// Passes events on and writes them down.
pub(crate) struct Recording {
    /// Where they are written down.
    pub(crate) journal: RunJournal,
    /// Who else wants them.
    pub(crate) next: Arc<dyn Sink>,
}

impl Sink for Recording {
    fn emit(&self, event: Event) {
        if let Some(line) = json_line(&event) {
            self.journal.event(event.seq, line);
        }
        self.next.emit(event);
    }
}

/// What is known of an apply when it begins.
pub(crate) fn run_start(
    id: &str,
    playbook: &Path,
    prepared: &Prepared,
    surroundings: &Surroundings,
) -> RunStart {
    let environment = &surroundings.environment;
    RunStart {
        id: id.to_owned(),
        command: "apply".to_owned(),
        words: environment.words.to_vec(),
        folder: environment.folder.to_string_lossy().into_owned(),
        playbook: absolute(playbook, &environment.folder),
        digest: prepared.digest.clone(),
        servers: prepared.servers.clone(),
        holder: this_process(environment),
        started: SystemTime::now(),
    }
}

/// A playbook's path as the journal has it, which is the same from whatever folder it is named.
pub(crate) fn absolute(playbook: &Path, folder: &Path) -> String {
    let path = folder.join(playbook);
    path.canonicalize().unwrap_or(path).to_string_lossy().into_owned()
}

/// Says which earlier runs on the same servers were killed with steps under way.
pub(crate) fn warn_of_killed_runs(
    servers: &[String],
    surroundings: &Surroundings,
) -> Result<(), CliError> {
    let Some(journal) = read(&surroundings.environment)? else { return Ok(()) };
    let same = |run: &RunRecord| run.start.servers.iter().any(|server| servers.contains(server));
    for run in journal.unfinished().map_err(refused)?.into_iter().filter(same) {
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
