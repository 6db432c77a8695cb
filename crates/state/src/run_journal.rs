//! The journal of one run: [`RunJournal`], which the engine writes to.

use std::sync::{Arc, Mutex, PoisonError};

use orchestrator::{
    BoxFuture, CODE_JOURNAL, Call, Clock, Delivery, Intent, OpenWork, StepEnd, TaskError,
};
use rusqlite::{Transaction, params};

use crate::chain::{Hash, link};
use crate::error::JournalError;
use crate::locks::{CODE_LOCK_LOST, Lease, holds};
use crate::note;
use crate::queue::Work;
use crate::record::{GateKey, GateWait};
use crate::times::to_millis;
use crate::writer::Writer;

/// Writes what one run does. Cheap to clone.
#[derive(Clone)]
pub struct RunJournal(Arc<Inner>);

struct Inner {
    run: String,
    writer: Writer,
    clock: Arc<dyn Clock>,
    /// The locks without which it must not go on.
    scopes: usize,
    /// What both chains begin with.
    root: Hash,
    /// Of the last event; `None` when the run has ended.
    hash: Mutex<Option<Hash>>,
}

/// What becomes of a write of a run that has lost its locks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum WithoutLocks {
    /// It is about what is not begun yet.
    Refused,
    /// It is about what was begun.
    Written,
}

impl RunJournal {
    pub(crate) fn new(
        run: String,
        root: Hash,
        scopes: usize,
        writer: Writer,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let hash = Mutex::new(Some(root));
        Self(Arc::new(Inner { run, writer, clock, scopes, root, hash }))
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
            to.prepare_cached(insert)?.execute(params![run, number(seq), line, own]).map(|_| ())
        }));
    }

    /// Notes how the run ended, in one word, and gives its locks back. The last thing a run writes.
    ///
    /// # Errors
    /// When it is not durable.
    pub async fn finish(&self, verdict: &str) -> Result<(), JournalError> {
        let (run, verdict, ended) = (self.0.run.clone(), verdict.to_owned(), self.now());
        let event = self.0.hash.lock().unwrap_or_else(PoisonError::into_inner).take();
        let root = self.0.root;
        let write = move |to: &Transaction<'_>| {
            let (_, note) = note::last(to, &run, &root)?;
            let update = "UPDATE runs SET ended = ?2, verdict = ?3, last_hash = ?4, last_note = ?5 \
                          WHERE id = ?1";
            to.execute(update, params![run, ended, verdict, event, note])?;
            to.execute("DELETE FROM locks WHERE run = ?1", [&run])?;
            to.execute("DELETE FROM gate_waits WHERE run = ?1", [&run]).map(|_| ())
        };
        self.0.writer.write_last(Box::new(write)).await
    }

    /// Keeps the locks of the run for another `lease`.
    ///
    /// # Errors
    /// When it is not durable.
    pub async fn renew(&self, lease: &Lease) -> Result<(), JournalError> {
        let (run, until) = (self.0.run.clone(), to_millis(self.0.clock.now() + lease.length));
        let write = move |to: &Transaction<'_>| {
            to.execute("UPDATE locks SET until = ?2 WHERE run = ?1", params![run, until]).map(drop)
        };
        self.0.writer.write(Box::new(write)).await
    }

    /// Notes what was found out about a step of a run of which no end was known.
    ///
    /// # Errors
    /// When it is not durable.
    pub async fn found_out(&self, run: &str, ordinal: u64, how: &str) -> Result<(), TaskError> {
        self.settle(run, ordinal, how.to_owned()).await
    }

    fn settle(&self, run: &str, ordinal: u64, how: String) -> BoxFuture<'_, Result<(), TaskError>> {
        let (run, by, now) = (run.to_owned(), self.0.run.clone(), self.now());
        let note = note::settled(&run, ordinal, &how, now);
        let work = move |to: &Transaction<'_>| {
            let insert = "INSERT INTO settlements (run, ordinal, by_run, how, at) \
                          VALUES (?1, ?2, ?3, ?4, ?5)";
            to.prepare_cached(insert)?
                .execute(params![run, number(ordinal), by, how, now])
                .map(|_| ())
        };
        self.durable(note, WithoutLocks::Written, Box::new(work))
    }

    /// Notes that the run waits for the answer to a gate.
    ///
    /// # Errors
    /// When it is not durable.
    pub async fn waits(&self, key: GateKey, text: String) -> Result<GateWait, JournalError> {
        let wait = GateWait { run: self.0.run.clone(), key, text, since: self.0.clock.now() };
        let GateWait { run, key, text, since } = wait.clone();
        let write = move |to: &Transaction<'_>| {
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

    /// Writes `work` together with its note in the chain. Without its locks the run is told so; what would only then
    /// be begun is not written either.
    fn durable(
        &self,
        note: String,
        without_locks: WithoutLocks,
        work: Work,
    ) -> BoxFuture<'_, Result<(), TaskError>> {
        let lost = Arc::new(Mutex::new(false));
        let told = Arc::clone(&lost);
        let Inner { run, scopes, root, writer, .. } = &*self.0;
        let (run, scopes, root) = (run.clone(), *scopes, *root);
        let written = writer.ask(Box::new(move |to| {
            if !holds(to, &run, scopes)? {
                *told.lock().unwrap_or_else(PoisonError::into_inner) = true;
                if without_locks == WithoutLocks::Refused {
                    return Ok(());
                }
            }
            work(to)?;
            note::add(to, &run, &root, &note)
        }));
        Box::pin(async move {
            written.await.map_err(halting)?;
            match *lost.lock().unwrap_or_else(PoisonError::into_inner) {
                true => Err(lock_lost(&self.0.run)),
                false => Ok(()),
            }
        })
    }
}

impl orchestrator::Journal for RunJournal {
    fn intend(&self, intent: Intent) -> BoxFuture<'_, Result<(), TaskError>> {
        let (run, now) = (self.0.run.clone(), self.now());
        let note = note::intent(&intent, now);
        let work = move |to: &Transaction<'_>| {
            let insert = "INSERT INTO intents (run, ordinal, task, subject, step, attempt, at) \
                          VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
            let Intent { ordinal, at, attempt } = intent;
            let task = at.task.as_str();
            let values = params![run, number(ordinal), task, at.subject, at.step, attempt, now];
            to.prepare_cached(insert)?.execute(values).map(|_| ())
        };
        self.durable(note, WithoutLocks::Refused, Box::new(work))
    }

    fn calling(&self, ordinal: u64, call: Call) -> BoxFuture<'_, Result<(), TaskError>> {
        let (run, now) = (self.0.run.clone(), self.now());
        let note = note::call(ordinal, &call.object, &call.work, &call.at, now);
        let work = move |to: &Transaction<'_>| {
            let insert = "INSERT INTO calls (run, ordinal, number, object, work, server_time, at) \
                          SELECT ?1, ?2, 1 + count(*), ?3, ?4, ?5, ?6 FROM calls \
                          WHERE run = ?1 AND ordinal = ?2";
            let Call { object, work, at } = call;
            let values = params![run, number(ordinal), object, work, at, now];
            to.prepare_cached(insert)?.execute(values).map(|_| ())
        };
        self.durable(note, WithoutLocks::Refused, Box::new(work))
    }

    fn started(&self, ordinal: u64, reference: String) -> BoxFuture<'_, Result<(), TaskError>> {
        let (run, now) = (self.0.run.clone(), self.now());
        let note = note::started(ordinal, &reference, now);
        let work = move |to: &Transaction<'_>| {
            let insert = "INSERT OR IGNORE INTO vim_tasks (run, ordinal, reference, at) \
                          VALUES (?1, ?2, ?3, ?4)";
            to.prepare_cached(insert)?.execute(params![run, number(ordinal), reference, now])?;
            let update = "UPDATE calls SET reference = ?3 WHERE run = ?1 AND ordinal = ?2 AND number = \
                 (SELECT max(number) FROM calls WHERE run = ?1 AND ordinal = ?2)";
            to.prepare_cached(update)?.execute(params![run, number(ordinal), reference]).map(|_| ())
        };
        self.durable(note, WithoutLocks::Written, Box::new(work))
    }

    fn ended(&self, ordinal: u64, end: StepEnd) -> BoxFuture<'_, Result<(), TaskError>> {
        let (run, now) = (self.0.run.clone(), self.now());
        let note = note::ended(ordinal, end.word(), &end.detail(), now);
        let work = move |to: &Transaction<'_>| {
            let update = "UPDATE intents SET ended = ?3, outcome = ?4, detail = ?5 \
                          WHERE run = ?1 AND ordinal = ?2";
            let values = params![run, number(ordinal), now, end.word(), end.detail()];
            to.prepare_cached(update)?.execute(values).map(|_| ())
        };
        self.durable(note, WithoutLocks::Written, Box::new(work))
    }

    fn settled(&self, work: &OpenWork, how: String) -> BoxFuture<'_, Result<(), TaskError>> {
        self.settle(work.run.as_str(), work.ordinal, how)
    }
}

/// SQLite's numbers have a sign; no run counts that far.
pub(crate) fn number(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// What the engine shows when the journal fails.
fn halting(error: JournalError) -> TaskError {
    let (what, hint) = (error.to_string(), error.hint());
    let cause = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
    TaskError::new(CODE_JOURNAL, what, "").caused_by(cause).hint(hint).delivery(Delivery::NotSent)
}

/// The process stood still for longer than its lease, and somebody else took over.
fn lock_lost(run: &str) -> TaskError {
    TaskError::new(CODE_LOCK_LOST, "cannot go on without its lock: run", run)
        .caused_by("its lease ran out, or somebody unlocked it")
        .hint("`lockstep runs` shows who works there now; resume this run when that one has ended")
        .delivery(Delivery::NotSent)
}

impl std::fmt::Debug for RunJournal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RunJournal").field("run", &self.0.run).finish_non_exhaustive()
    }
}
