//! A run of this process as others see it: it holds the locks of its servers, keeps them, and hears when somebody
//! asks it to stop.

use std::sync::Arc;
use std::time::Duration;

use orchestrator::TokioClock;
use state::{
    BeginError, Journal, JournalError, JournalReader, Lease, LockRecord, RunJournal, RunStart,
};
use tokio::task::JoinHandle;

use super::holder::{Life, life};
use super::place::{read, refused};
use crate::console::Console;
use crate::error::CliError;
use crate::exit::Exit;
use crate::stop::Stop;
use crate::surroundings::Surroundings;
use report::utc_seconds;

/// How long a lock outlives a process that stands still.
const LEASE: Duration = Duration::from_secs(60);
/// How often a request to stop is looked for.
const LOOKED: Duration = Duration::from_millis(500);
/// Looks between two renewals of the lock: a quarter of the lease.
const ROUNDS: u32 = 30;

/// A run that holds its locks until it is finished.
pub(crate) struct Held {
    record: RunJournal,
    minder: JoinHandle<()>,
}

impl Held {
    /// Notes that the run begins and takes its locks.
    pub(crate) async fn begin(
        journal: &Journal,
        start: RunStart,
        stop: &Stop,
        surroundings: &Surroundings,
    ) -> Result<Self, CliError> {
        let clock = Arc::new(TokioClock::starting_at(start.started));
        let begun = journal.begin_alone(start, clock, &lease()).await;
        let record = begun.map_err(|error| match error {
            BeginError::Journal(error) => refused(error),
            BeginError::Locked(lock) => locked(&lock),
        })?;
        let reader = read(&surroundings.environment)?;
        let (minded, stop) = (record.clone(), stop.clone());
        let console = surroundings.console.clone();
        let minder = tokio::spawn(mind(minded, reader, stop, console));
        Ok(Self { record, minder })
    }

    /// Where the run writes.
    pub(crate) fn record(&self) -> &RunJournal {
        &self.record
    }

    /// Notes how the run ended and gives its locks back.
    pub(crate) async fn finish(self, verdict: &str) -> Result<(), JournalError> {
        self.minder.abort();
        self.record.finish(verdict).await
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.minder.abort();
    }
}

/// The lease of every lock.
fn lease() -> Lease {
    Lease { length: LEASE, has_ended: Arc::new(|holder| life(holder) == Life::Died) }
}

/// Renews the locks and passes on what others ask of the run. When that cannot be written, the next intent says so.
async fn mind(run: RunJournal, reader: Option<JournalReader>, stop: Stop, console: Console) {
    let mut asked = false;
    for round in 1_u32.. {
        tokio::time::sleep(LOOKED).await;
        if round % ROUNDS == 0
            && let Err(error) = run.renew(&lease()).await
        {
            tracing::warn!(%error, "the lock was not renewed");
        }
        let who = reader.as_ref().and_then(|reader| reader.stop_asked(run.run()).ok().flatten());
        if let (Some(who), false) = (who, asked) {
            asked = true;
            console.note(&format!("{who} asked this run to stop"));
            stop.cancel().soft.cancel();
        }
    }
}

/// Says before any server is asked that somebody else is at work there.
pub(crate) fn refuse_if_locked(
    servers: &[String],
    surroundings: &Surroundings,
) -> Result<(), CliError> {
    let Some(journal) = read(&surroundings.environment)? else { return Ok(()) };
    let locks = journal.locks().map_err(refused)?;
    match locks.iter().find(|lock| servers.contains(&lock.scope) && holds(lock)) {
        Some(lock) => Err(locked(lock)),
        None => Ok(()),
    }
}

/// Whether a lock keeps others away: its lease runs and its holder has not provably ended.
pub(crate) fn holds(lock: &LockRecord) -> bool {
    lock.until > std::time::SystemTime::now() && life(&lock.holder) != Life::Died
}

/// Who holds a lock, in words.
pub(crate) fn holder_of(lock: &LockRecord) -> String {
    let LockRecord { holder, command, taken, run, .. } = lock;
    format!(
        "{} on {}, process {}, since {}, run {run}: lockstep {command}",
        holder.user,
        holder.host,
        holder.pid,
        utc_seconds(*taken)
    )
}

#[derive(Debug, thiserror::Error)]
#[error("`{scope}` is locked: another run changes it")]
struct Locked {
    scope: String,
    #[source]
    holder: Holding,
}

#[derive(Debug, thiserror::Error)]
#[error("held by {0}")]
struct Holding(String);

fn locked(lock: &LockRecord) -> CliError {
    let run = &lock.run;
    let hint = format!(
        "wait for it (`lockstep runs watch {run}`), or ask it to stop (`lockstep cancel {run}`); `plan` is never \
         locked out"
    );
    let (scope, holder) = (lock.scope.clone(), Holding(holder_of(lock)));
    CliError::new(Locked { scope, holder }).hint(hint).exit(Exit::LOCKED)
}
