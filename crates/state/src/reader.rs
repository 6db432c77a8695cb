//! The journal for reading: [`JournalReader`], also while another process writes.

use std::path::{Path, PathBuf};

use orchestrator::OpenWork;
use rusqlite::{Connection, OptionalExtension, Params, Row, params};

use crate::chain::{self, Hash};
use crate::error::JournalError;
use crate::locks::{LockRecord, Unlock};
use crate::note;
use crate::open;
use crate::record::{
    EventRecord, GateAnswer, GateKey, GateWait, IntentRecord, RunRecord, SessionRecord,
};
use crate::rows;

/// Reads the journal. Its calls take as long as the disk does.
#[derive(Debug)]
pub struct JournalReader {
    path: PathBuf,
    connection: Connection,
}

/// Whether the events and steps of a run are what was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chain {
    /// All hashes are right.
    Intact,
    /// From this event on they are not, or events are missing there.
    BrokenAt(u64),
    /// The events are, and what is said about the steps is not.
    StepsChanged,
    /// The events are; of the steps nobody can tell, as an early release wrote no hashes over them.
    StepsUnknown,
}

/// Lines, and how the chain over them ends.
type Chained = (Vec<String>, Result<(u64, Hash), u64>);

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

    /// Computes the hashes of a run's events and steps again.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn verify(&self, run: &RunRecord) -> Result<Chain, JournalError> {
        // One moment of it: a run that goes on writes between two questions.
        let moment = self.connection.unchecked_transaction();
        let _moment = moment.map_err(|cause| JournalError::reading(self.path.clone(), cause))?;
        let id = run.start.id.as_str();
        let version = "SELECT chain FROM runs WHERE id = ?1";
        let version = self.one(version, [id], |row| row.get(0))?.unwrap_or(chain::VERSION);
        let root = chain::root(version, id, &run.start.digest);
        let events = "SELECT seq, line, hash FROM events WHERE run = ?1 ORDER BY seq";
        let (_, end) = self.chained(events, id, root)?;
        let last = "SELECT last_hash, last_note FROM runs WHERE id = ?1";
        let read = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?));
        let (last_event, last_note): (Option<Vec<u8>>, Option<Vec<u8>>) =
            self.one(last, [id], read)?.unwrap_or_default();
        match end {
            Err(at) => return Ok(Chain::BrokenAt(at)),
            Ok((at, hash)) if last_event.is_some_and(|last| last[..] != hash[..]) => {
                return Ok(Chain::BrokenAt(at + 1));
            }
            Ok(_) if version < chain::VERSION => return Ok(Chain::StepsUnknown),
            Ok(_) => {}
        }
        let notes = "SELECT seq, line, hash FROM notes WHERE run = ?1 ORDER BY seq";
        let (notes, end) = self.chained(notes, id, root)?;
        let whole = end.is_ok_and(|(_, hash)| last_note.is_none_or(|last| last[..] == hash[..]));
        let tables = note::of_tables(&self.connection, id);
        let tables = tables.map_err(|cause| JournalError::reading(self.path.clone(), cause))?;
        Ok(if whole && note::same(notes, tables) { Chain::Intact } else { Chain::StepsChanged })
    }

    /// Lines, and either the number and hash of the last one or the number of the first whose hash is wrong.
    fn chained(&self, query: &str, run: &str, root: Hash) -> Result<Chained, JournalError> {
        let read = |row: &Row<'_>| Ok((event(row)?, row.get::<_, Vec<u8>>("hash")?));
        let (mut lines, mut last, mut hash) = (Vec::new(), 0, root);
        for (EventRecord { seq, line }, written) in self.all(query, [run], read)? {
            hash = chain::link(&hash, &line);
            if hash[..] != written[..] {
                return Ok((lines, Err(seq)));
            }
            last = seq;
            lines.push(line);
        }
        Ok((lines, Ok((last, hash))))
    }

    /// The calls of a run of which no end is known.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn open_work(&self, run: &str) -> Result<Vec<OpenWork>, JournalError> {
        self.all(rows::OPEN, [run], rows::open_work)
    }

    /// The locks that were taken and not given back, whether or not they still hold.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn locks(&self) -> Result<Vec<LockRecord>, JournalError> {
        let query = format!("SELECT {} FROM locks ORDER BY scope", rows::LOCK);
        self.all(&query, [], rows::lock)
    }

    /// The locks that somebody took away, the latest first.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn unlocks(&self) -> Result<Vec<Unlock>, JournalError> {
        self.all("SELECT * FROM unlocks ORDER BY number DESC", [], rows::unlock)
    }

    /// The sessions that were opened and of which no end is known.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn sessions(&self) -> Result<Vec<SessionRecord>, JournalError> {
        self.all("SELECT * FROM sessions ORDER BY server, at", [], rows::session)
    }

    /// Who asked a run to stop, if somebody did.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn stop_asked(&self, run: &str) -> Result<Option<String>, JournalError> {
        let query = "SELECT who FROM stops WHERE run = ?1 ORDER BY number LIMIT 1";
        self.one(query, [run], |row| row.get(0))
    }

    /// The hash of a run's last event, in hexadecimal.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn last_hash(&self, run: &str) -> Result<Option<String>, JournalError> {
        let query = "SELECT hash FROM events WHERE run = ?1 ORDER BY seq DESC LIMIT 1";
        let hash: Option<Vec<u8>> = self.one(query, [run], |row| row.get(0))?;
        Ok(hash.as_deref().map(chain::hexadecimal))
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
