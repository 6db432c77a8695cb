//! The journal as a whole, for writing: [`Journal`].

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use orchestrator::Clock;
use rusqlite::{Transaction, params};

use crate::chain;
use crate::crash::CrashAt;
use crate::error::JournalError;
use crate::locks::{self, BeginError, Lease, Unlock};
use crate::open;
use crate::record::{GateAnswer, Holder, RunStart, SessionRecord};
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
        Self::open_to_crash(path, None)
    }

    /// The same, with the end of the process at one of the writes: for tests of what is left after a crash.
    ///
    /// # Errors
    /// As for [`Journal::open`].
    pub fn open_to_crash(
        path: impl Into<PathBuf>,
        crash: Option<CrashAt>,
    ) -> Result<Self, JournalError> {
        let path = path.into();
        let connection = open::for_writing(&path)?;
        Ok(Self { writer: Writer::start(path.clone(), connection, crash)?, path })
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Notes that a run begins, without taking locks. `clock` dates what the run writes.
    ///
    /// # Errors
    /// When it is not durable.
    pub async fn begin(
        &self,
        start: RunStart,
        clock: Arc<dyn Clock>,
    ) -> Result<RunJournal, JournalError> {
        let begun = self.run_of(&start, 0, clock);
        self.writer.write(Box::new(move |to| insert_run(to, &start))).await?;
        Ok(begun)
    }

    /// Notes that a run begins and takes the locks of its servers, both or neither.
    ///
    /// # Errors
    /// When somebody else holds one of the locks, or it is not durable.
    pub async fn begin_alone(
        &self,
        start: RunStart,
        clock: Arc<dyn Clock>,
        lease: &Lease,
    ) -> Result<RunJournal, BeginError> {
        let begun = self.run_of(&start, start.servers.len(), Arc::clone(&clock));
        let in_the_way = Arc::new(Mutex::new(None));
        let (told, lease) = (Arc::clone(&in_the_way), lease.clone());
        let write = move |to: &Transaction<'_>| {
            let now = clock.now();
            if let Some(lock) = locks::in_the_way(to, &start.servers, now, &lease)? {
                *told.lock().unwrap_or_else(PoisonError::into_inner) = Some(lock);
                return Ok(());
            }
            insert_run(to, &start)?;
            locks::take(to, &start, now, &lease)
        };
        self.writer.write(Box::new(write)).await?;
        match in_the_way.lock().unwrap_or_else(PoisonError::into_inner).take() {
            Some(lock) => Err(BeginError::Locked(Box::new(lock))),
            None => Ok(begun),
        }
    }

    fn run_of(&self, start: &RunStart, scopes: usize, clock: Arc<dyn Clock>) -> RunJournal {
        let root = chain::root(chain::VERSION, &start.id, &start.digest);
        RunJournal::new(start.id.clone(), root, scopes, self.writer.clone(), clock)
    }

    /// Takes a lock away from a run, which then does nothing more, and notes who did and why.
    ///
    /// # Errors
    /// When it is not durable.
    pub async fn unlock(&self, unlock: Unlock) -> Result<(), JournalError> {
        let write = move |to: &Transaction<'_>| {
            let Unlock { scope, run, who, reason, at } = unlock;
            to.execute("DELETE FROM locks WHERE scope = ?1 AND run = ?2", [&scope, &run])?;
            let insert =
                "INSERT INTO unlocks (scope, run, who, reason, at) VALUES (?1, ?2, ?3, ?4, ?5)";
            to.execute(insert, params![scope, run, who, reason, to_millis(at)]).map(|_| ())
        };
        self.writer.write(Box::new(write)).await
    }

    /// Asks a run, which may be another process, to start nothing more.
    ///
    /// # Errors
    /// When it is not durable.
    pub async fn ask_to_stop(
        &self,
        run: String,
        who: String,
        at: SystemTime,
    ) -> Result<(), JournalError> {
        let write = move |to: &Transaction<'_>| {
            let insert = "INSERT INTO stops (run, who, at) VALUES (?1, ?2, ?3)";
            to.execute(insert, params![run, who, to_millis(at)]).map(|_| ())
        };
        self.writer.write(Box::new(write)).await
    }

    /// Notes a session that was opened.
    ///
    /// # Errors
    /// When it is not durable.
    pub async fn session_opened(&self, session: SessionRecord) -> Result<(), JournalError> {
        self.writer.write(Box::new(move |to| insert_session(to, session))).await
    }

    /// The same for one that nobody can wait for; it is durable before anything that is noted later.
    pub fn session_reopened(&self, session: SessionRecord) {
        self.writer.post(Box::new(move |to| insert_session(to, session)));
    }

    /// Forgets sessions that have ended.
    ///
    /// # Errors
    /// When it is not durable.
    pub async fn sessions_ended(&self, digests: Vec<String>) -> Result<(), JournalError> {
        let write = move |to: &Transaction<'_>| {
            for digest in digests {
                to.execute("DELETE FROM sessions WHERE digest = ?1", [digest])?;
            }
            Ok(())
        };
        self.writer.write_last(Box::new(write)).await
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

fn insert_session(to: &Transaction<'_>, session: SessionRecord) -> rusqlite::Result<()> {
    let insert = "INSERT OR REPLACE INTO sessions (server, digest, host, pid, since, user, at) \
                  VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    let SessionRecord { server, digest, holder, at } = session;
    let Holder { host, pid, since, user } = holder;
    to.execute(insert, params![server, digest, host, pid, since, user, to_millis(at)]).map(drop)
}

fn insert_run(to: &Transaction<'_>, start: &RunStart) -> rusqlite::Result<()> {
    let insert = "INSERT INTO runs (id, command, words, folder, playbook, digest, servers, host, pid, \
                  since, user, started, resumes, chain) \
                  VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)";
    let holder = &start.holder;
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
        start.resumes,
        chain::VERSION,
    ];
    to.execute(insert, values).map(|_| ())
}
