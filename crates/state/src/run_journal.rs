//! The journal of one run: [`RunJournal`], which the engine writes to.

use std::sync::{Arc, Mutex, PoisonError};

use orchestrator::{BoxFuture, CODE_JOURNAL, Clock, Delivery, Intent, StepEnd, TaskError};
use rusqlite::params;

use crate::chain::{Hash, link};
use crate::error::JournalError;
use crate::record::{GateKey, GateWait};
use crate::times::to_millis;
use crate::writer::{Work, Writer};

/// Writes what one run does. Cheap to clone.
#[derive(Clone)]
pub struct RunJournal(Arc<Inner>);

struct Inner {
    run: String,
    writer: Writer,
    clock: Arc<dyn Clock>,
    /// Of the last event; `None` when the run has ended.
    hash: Mutex<Option<Hash>>,
}

impl RunJournal {
    pub(crate) fn new(run: String, root: Hash, writer: Writer, clock: Arc<dyn Clock>) -> Self {
        Self(Arc::new(Inner { run, writer, clock, hash: Mutex::new(Some(root)) }))
    }

    /// Notes an event in the wire form, one JSON object. It is durable with the next intent at the latest; when
    /// it cannot be written, no further intent can. What is said after the end is not noted.
    pub fn event(&self, seq: u64, line: String) {
        // Held while it is posted, so that the order of the chain is that of the rows.
        let mut hash = self.0.hash.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(before) = &*hash else { return };
        let own = link(before, &line);
        *hash = Some(own);
        let run = self.0.run.clone();
        self.0.writer.post(Box::new(move |to| {
            let insert = "INSERT INTO events (run, seq, line, hash) VALUES (?1, ?2, ?3, ?4)";
            to.prepare(insert)?.execute(params![run, number(seq), line, own]).map(|_| ())
        }));
    }

    /// Notes how the run ended, in one word. The last thing a run writes.
    ///
    /// # Errors
    /// When it is not durable.
    pub async fn finish(&self, verdict: &str) -> Result<(), JournalError> {
        let (run, verdict, ended) = (self.0.run.clone(), verdict.to_owned(), self.now());
        let hash = self.0.hash.lock().unwrap_or_else(PoisonError::into_inner).take();
        let write = move |to: &rusqlite::Transaction<'_>| {
            let update = "UPDATE runs SET ended = ?2, verdict = ?3, last_hash = ?4 WHERE id = ?1";
            to.execute(update, params![run, ended, verdict, hash])?;
            to.execute("DELETE FROM gate_waits WHERE run = ?1", [&run]).map(|_| ())
        };
        self.0.writer.write_last(Box::new(write)).await
    }

    /// Notes that the run waits for the answer to a gate.
    ///
    /// # Errors
    /// When it is not durable.
    pub async fn waits(&self, key: GateKey, text: String) -> Result<GateWait, JournalError> {
        let wait = GateWait { run: self.0.run.clone(), key, text, since: self.0.clock.now() };
        let GateWait { run, key, text, since } = wait.clone();
        let write = move |to: &rusqlite::Transaction<'_>| {
            let insert = "INSERT OR REPLACE INTO gate_waits (run, playbook, task, digest, text, since) \
                          VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
            let values = params![run, key.playbook, key.task, key.digest, text, to_millis(since)];
            to.execute(insert, values).map(|_| ())
        };
        self.0.writer.write(Box::new(write)).await?;
        Ok(wait)
    }

    /// Notes that the run no longer waits for this.
    pub fn waits_no_more(&self, key: &GateKey) {
        let (run, task) = (self.0.run.clone(), key.task.clone());
        self.0.writer.post(Box::new(move |to| {
            let delete = "DELETE FROM gate_waits WHERE run = ?1 AND task = ?2";
            to.execute(delete, params![run, task]).map(|_| ())
        }));
    }

    /// The id of the run.
    #[must_use]
    pub fn run(&self) -> &str {
        &self.0.run
    }

    fn now(&self) -> i64 {
        to_millis(self.0.clock.now())
    }

    fn durable(&self, work: Work) -> BoxFuture<'_, Result<(), TaskError>> {
        Box::pin(async move { self.0.writer.write(work).await.map_err(halting) })
    }
}

impl orchestrator::Journal for RunJournal {
    fn intend(&self, intent: Intent) -> BoxFuture<'_, Result<(), TaskError>> {
        let (run, now) = (self.0.run.clone(), self.now());
        self.durable(Box::new(move |to| {
            let insert = "INSERT INTO intents (run, ordinal, task, subject, step, attempt, at) \
                          VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
            let Intent { ordinal, at, attempt } = intent;
            let task = at.task.as_str();
            let values = params![run, number(ordinal), task, at.subject, at.step, attempt, now];
            to.prepare(insert)?.execute(values).map(|_| ())
        }))
    }

    fn started(&self, ordinal: u64, reference: String) -> BoxFuture<'_, Result<(), TaskError>> {
        let (run, now) = (self.0.run.clone(), self.now());
        self.durable(Box::new(move |to| {
            let insert = "INSERT OR IGNORE INTO vim_tasks (run, ordinal, reference, at) \
                          VALUES (?1, ?2, ?3, ?4)";
            let values = params![run, number(ordinal), reference, now];
            to.prepare(insert)?.execute(values).map(|_| ())
        }))
    }

    fn ended(&self, ordinal: u64, end: StepEnd) -> BoxFuture<'_, Result<(), TaskError>> {
        let (run, now) = (self.0.run.clone(), self.now());
        self.durable(Box::new(move |to| {
            let update = "UPDATE intents SET ended = ?3, outcome = ?4, detail = ?5 \
                          WHERE run = ?1 AND ordinal = ?2";
            let values = params![run, number(ordinal), now, end.word(), end.detail()];
            to.prepare(update)?.execute(values).map(|_| ())
        }))
    }
}

/// SQLite's numbers have a sign; no run counts that far.
fn number(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// What the engine shows when the journal fails.
fn halting(error: JournalError) -> TaskError {
    let (what, hint) = (error.to_string(), error.hint());
    let cause = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
    TaskError::new(CODE_JOURNAL, what, "").caused_by(cause).hint(hint).delivery(Delivery::NotSent)
}

impl std::fmt::Debug for RunJournal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RunJournal").field("run", &self.0.run).finish_non_exhaustive()
    }
}
