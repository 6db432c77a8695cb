//! The journal as a whole, for writing: [`Journal`].

use std::path::{Path, PathBuf};
use std::sync::Arc;

use orchestrator::Clock;
use rusqlite::params;

use crate::chain;
use crate::error::JournalError;
use crate::open;
use crate::record::{GateAnswer, RunStart};
use crate::run_journal::RunJournal;
use crate::times::to_millis;
use crate::writer::Writer;

/// Writes to the journal. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Journal {
    path: PathBuf,
    writer: Writer,
}

impl Journal {
    /// Opens the journal at `path` and makes it, with its folder, if there is none.
    ///
    /// # Errors
    /// When it cannot be written to, is damaged, or is not a journal that this release knows.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, JournalError> {
        let path = path.into();
        let connection = open::for_writing(&path)?;
        Ok(Self { writer: Writer::start(path.clone(), connection)?, path })
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Notes that a run begins. `clock` dates what the run writes.
    ///
    /// # Errors
    /// When it is not durable.
    pub async fn begin(
        &self,
        start: RunStart,
        clock: Arc<dyn Clock>,
    ) -> Result<RunJournal, JournalError> {
        let id = start.id.clone();
        let root = chain::root(&start.id, &start.digest);
        let insert = "INSERT INTO runs (id, command, words, folder, playbook, digest, servers, host, pid, \
                      since, user, started) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
        let write = move |to: &rusqlite::Transaction<'_>| {
            let holder = start.holder;
            let values = params![
                start.id,
                start.command,
                json(&start.words),
                start.folder,
                start.playbook,
                start.digest,
                json(&start.servers),
                holder.host,
                holder.pid,
                holder.since,
                holder.user,
                to_millis(start.started),
            ];
            to.execute(insert, values).map(|_| ())
        };
        self.writer.write(Box::new(write)).await?;
        Ok(RunJournal::new(id, root, self.writer.clone(), clock))
    }

    /// Notes the answer to a gate.
    ///
    /// # Errors
    /// When it is not durable.
    pub async fn answer(&self, answer: GateAnswer) -> Result<(), JournalError> {
        let insert = "INSERT INTO gate_answers (run, playbook, task, digest, yes, note, who, at) \
                      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
        let write = move |to: &rusqlite::Transaction<'_>| {
            let GateAnswer { run, key, yes, note, who, at } = answer;
            let values =
                params![run, key.playbook, key.task, key.digest, yes, note, who, to_millis(at)];
            to.execute(insert, values).map(|_| ())
        };
        self.writer.write(Box::new(write)).await
    }
}

/// A list of texts has no way to fail.
fn json(texts: &[String]) -> String {
    serde_json::to_string(texts).unwrap_or_default()
}
