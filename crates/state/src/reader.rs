//! The journal for reading: [`JournalReader`], also while another process writes.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OptionalExtension, Params, Row, params};

use crate::chain;
use crate::error::JournalError;
use crate::open;
use crate::record::{EventRecord, GateAnswer, GateKey, GateWait, IntentRecord, RunRecord};
use crate::rows;

/// Reads the journal. Its calls take as long as the disk does.
#[derive(Debug)]
pub struct JournalReader {
    path: PathBuf,
    connection: Connection,
}

/// Whether the events of a run are what was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chain {
    /// All hashes are right.
    Intact,
    /// From this event on they are not, or events are missing there.
    BrokenAt(u64),
}

impl JournalReader {
    /// Opens the journal at `path`; `None` when there is none yet.
    ///
    /// # Errors
    /// When it cannot be read, is damaged, or is not a journal that this release knows.
    pub fn open(path: &Path) -> Result<Option<Self>, JournalError> {
        let connection = open::for_reading(path)?;
        Ok(connection.map(|connection| Self { path: path.to_owned(), connection }))
    }

    /// The last `limit` runs, the youngest first.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn runs(&self, limit: u32) -> Result<Vec<RunRecord>, JournalError> {
        let columns = rows::RUN;
        let query = format!("SELECT {columns} FROM runs ORDER BY started DESC, id DESC LIMIT ?1");
        self.all(&query, [limit], rows::run)
    }

    /// The runs that were begun and not ended, the youngest first.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn unfinished(&self) -> Result<Vec<RunRecord>, JournalError> {
        let columns = rows::RUN;
        let query = format!(
            "SELECT {columns} FROM runs WHERE ended IS NULL ORDER BY started DESC, id DESC"
        );
        self.all(&query, [], rows::run)
    }

    /// The run with this id.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn run(&self, id: &str) -> Result<Option<RunRecord>, JournalError> {
        let query = format!("SELECT {} FROM runs WHERE id = ?1", rows::RUN);
        self.one(&query, [id], rows::run)
    }

    /// The tries at steps of a run, in order.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn intents(&self, run: &str) -> Result<Vec<IntentRecord>, JournalError> {
        let query = format!("SELECT {} FROM intents WHERE run = ?1 ORDER BY ordinal", rows::INTENT);
        self.all(&query, [run], rows::intent)
    }

    /// Up to `limit` events of a run with numbers beyond `after`, in order.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn events(
        &self,
        run: &str,
        after: u64,
        limit: u32,
    ) -> Result<Vec<EventRecord>, JournalError> {
        let query =
            "SELECT seq, line FROM events WHERE run = ?1 AND seq > ?2 ORDER BY seq LIMIT ?3";
        let after = i64::try_from(after).unwrap_or(i64::MAX);
        self.all(query, params![run, after, limit], event)
    }

    /// The last event of a run of this type, such as `run_finished`.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn last_event(&self, run: &str, kind: &str) -> Result<Option<EventRecord>, JournalError> {
        let query = "SELECT seq, line FROM events WHERE run = ?1 AND line ->> 'type' = ?2 \
                     ORDER BY seq DESC LIMIT 1";
        self.one(query, [run, kind], event)
    }

    /// The gates that runs wait with, the oldest first.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn waiting(&self) -> Result<Vec<GateWait>, JournalError> {
        let query = "SELECT run, playbook, task, digest, text, since FROM gate_waits \
                     ORDER BY since, run, task";
        self.all(query, [], rows::gate_wait)
    }

    /// The last answer to a gate, whichever run it was given to.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn answer(&self, key: &GateKey) -> Result<Option<GateAnswer>, JournalError> {
        let query = "SELECT * FROM gate_answers WHERE playbook = ?1 AND task = ?2 AND digest = ?3 \
                     ORDER BY number DESC LIMIT 1";
        self.one(query, params![key.playbook, key.task, key.digest], rows::gate_answer)
    }

    /// Computes the hashes of a run's events again.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn verify(&self, run: &RunRecord) -> Result<Chain, JournalError> {
        let id = run.start.id.as_str();
        let query = "SELECT seq, line, hash FROM events WHERE run = ?1 ORDER BY seq";
        let read = |row: &Row<'_>| Ok((event(row)?, row.get::<_, Vec<u8>>("hash")?));
        let mut hash = chain::root(id, &run.start.digest);
        let mut last = 0;
        for (event, written) in self.all(query, [id], read)? {
            hash = chain::link(&hash, &event.line);
            last = event.seq;
            if hash[..] != written[..] {
                return Ok(Chain::BrokenAt(last));
            }
        }
        let end = "SELECT last_hash FROM runs WHERE id = ?1";
        let end: Option<Vec<u8>> = self.one(end, [id], |row| row.get(0))?.flatten();
        Ok(match end {
            Some(end) if end[..] != hash[..] => Chain::BrokenAt(last + 1),
            _ => Chain::Intact,
        })
    }

    fn all<T>(
        &self,
        query: &str,
        values: impl Params,
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, JournalError> {
        let rows = || -> rusqlite::Result<Vec<T>> {
            self.connection.prepare(query)?.query_map(values, read)?.collect()
        };
        rows().map_err(|cause| JournalError::reading(self.path.clone(), cause))
    }

    fn one<T>(
        &self,
        query: &str,
        values: impl Params,
        read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<T>, JournalError> {
        let row = || self.connection.prepare(query)?.query_row(values, read).optional();
        row().map_err(|cause| JournalError::reading(self.path.clone(), cause))
    }
}

fn event(row: &Row<'_>) -> rusqlite::Result<EventRecord> {
    let seq = u64::try_from(row.get::<_, i64>("seq")?).unwrap_or(0);
    Ok(EventRecord { seq, line: row.get("line")? })
}
