//! What an apply writes to the journal: its start, and every event in the wire form.

use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use orchestrator::{Event, Sink};
use report::json_line;
use state::{RunJournal, RunStart};

use super::earlier::absolute;
use super::holder::this_process;
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
    resumes: Option<&str>,
    prepared: &Prepared,
    surroundings: &Surroundings,
) -> RunStart {
    let environment = &surroundings.environment;
    RunStart {
        id: id.to_owned(),
        command: if resumes.is_some() { "resume" } else { "apply" }.to_owned(),
        words: environment.words.to_vec(),
        folder: environment.folder.to_string_lossy().into_owned(),
        playbook: absolute(playbook, &environment.folder),
        digest: prepared.digest.clone(),
        servers: prepared.servers.clone(),
        holder: this_process(environment),
        started: SystemTime::now(),
        resumes: resumes.map(str::to_owned),
    }
}
