//! Locks on servers, so that two runs of this state folder never change the same vCenter at the same time.
//!
//! A lock is a row with its holder and the end of its lease. It is free when it is given back, when the holder's
//! process has provably ended, or when the lease was not renewed. A run that has lost its lock can write no further
//! intent, and so does nothing more.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use rusqlite::{Connection, OptionalExtension, Transaction, params};

use crate::error::JournalError;
use crate::record::{Holder, RunStart};
use crate::rows;
use crate::times::to_millis;

/// Code of the failure of a run that lost its lock.
pub const CODE_LOCK_LOST: &str = "lock-lost";

/// How long a lock is held without being renewed, and who tells whether a process has ended.
#[derive(Clone)]
pub struct Lease {
    /// From the last renewal on.
    pub length: Duration,
    /// Whether this holder has provably ended; one on another machine never has.
    pub has_ended: Arc<dyn Fn(&Holder) -> bool + Send + Sync>,
}

/// A lock as it is held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockRecord {
    /// What is locked: a server as host and port.
    pub scope: String,
    /// The run that holds it.
    pub run: String,
    /// Whose process it is.
    pub holder: Holder,
    /// The command line without the program's name.
    pub command: String,
    /// Since when.
    pub taken: SystemTime,
    /// Until when, unless it is renewed.
    pub until: SystemTime,
}

/// Why a run cannot begin.
#[derive(Debug, thiserror::Error)]
pub enum BeginError {
    /// The journal cannot be written to.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// Somebody else is at work there.
    #[error("`{}` is locked by run `{}`", .0.scope, .0.run)]
    Locked(Box<LockRecord>),
}

/// A lock that was taken away by somebody with a reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unlock {
    /// What was locked.
    pub scope: String,
    /// The run that held it.
    pub run: String,
    /// Who took it away.
    pub who: String,
    /// Why.
    pub reason: String,
    /// When.
    pub at: SystemTime,
}

/// The first lock that keeps a run on these servers from beginning.
pub(crate) fn in_the_way(
    of: &Connection,
    scopes: &[String],
    now: SystemTime,
    lease: &Lease,
) -> rusqlite::Result<Option<LockRecord>> {
    for scope in scopes {
        let query = format!("SELECT {} FROM locks WHERE scope = ?1", rows::LOCK);
        let found = of.query_row(&query, [scope], rows::lock).optional()?;
        let holds = |lock: &LockRecord| lock.until > now && !(lease.has_ended)(&lock.holder);
        if let Some(lock) = found.filter(holds) {
            return Ok(Some(lock));
        }
    }
    Ok(None)
}

/// Takes the locks of a run, whoever had them.
pub(crate) fn take(
    to: &Transaction<'_>,
    start: &RunStart,
    now: SystemTime,
    lease: &Lease,
) -> rusqlite::Result<()> {
    let insert = "INSERT OR REPLACE INTO locks (scope, run, host, pid, since, user, command, taken, until) \
                  VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    let until = to_millis(now + lease.length);
    for scope in &start.servers {
        let (holder, command) = (&start.holder, start.words.join(" "));
        let Holder { host, pid, since, user } = holder;
        let taken = to_millis(now);
        let values = params![scope, start.id, host, pid, since, user, command, taken, until];
        to.execute(insert, values)?;
    }
    Ok(())
}

/// Whether a run holds so many locks.
pub(crate) fn holds(to: &Transaction<'_>, run: &str, scopes: usize) -> rusqlite::Result<bool> {
    if scopes == 0 {
        return Ok(true);
    }
    let count = "SELECT count(*) FROM locks WHERE run = ?1";
    let held: i64 = to.prepare(count)?.query_row([run], |row| row.get(0))?;
    Ok(usize::try_from(held).is_ok_and(|held| held >= scopes))
}

impl fmt::Debug for Lease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lease").field("length", &self.length).finish_non_exhaustive()
    }
}
