//! The thread that writes: takes orders, commits as many as wait in one transaction, and then answers them.
//!
//! With `synchronous=FULL` a commit waits for the disk, so orders that come while one is under way share the
//! next, and so does what nobody waits for. After a failure the thread takes nothing more: a journal with a hole
//! in it would tell a wrong story.

use std::path::PathBuf;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rusqlite::{Connection, TransactionBehavior};
use tokio::sync::oneshot;

use crate::crash::{CrashAt, Side};
use crate::error::JournalError;
use crate::queue::{Answer, Order, Queue, Work};

/// The most orders in one transaction.
const BATCH: usize = 512;
/// How long what nobody waits for may stay unwritten.
const LINGERS: Duration = Duration::from_millis(500);

/// The way to the thread. Cheap to clone; when all are gone, the thread writes what waits and ends.
#[derive(Clone)]
pub(crate) struct Writer {
    path: PathBuf,
    thread: Arc<Thread>,
}

struct Thread {
    queue: Arc<Queue>,
    /// Until it is dropped.
    handle: Option<JoinHandle<()>>,
}

impl Drop for Thread {
    fn drop(&mut self) {
        self.queue.close();
        if let Some(handle) = self.handle.take() {
            // One that panicked has said so.
            let _ = handle.join();
        }
    }
}

impl Writer {
    /// Starts the thread.
    pub(crate) fn start(
        path: PathBuf,
        connection: Connection,
        crash: Option<CrashAt>,
    ) -> Result<Self, JournalError> {
        let queue = Arc::new(Queue::new(LINGERS));
        let orders = Abandoned(Arc::clone(&queue));
        let named = thread::Builder::new().name("journal".to_owned());
        let started = named.spawn(move || work_off(connection, &orders.0, crash));
        let handle = started
            .map_err(|cause| JournalError::Open { path: path.clone(), cause: cause.into() })?;
        Ok(Self { path, thread: Arc::new(Thread { queue, handle: Some(handle) }) })
    }

    /// Writes, and returns when it is durable.
    pub(crate) async fn write(&self, work: Work) -> Result<(), JournalError> {
        self.ask(work).await
    }

    /// The same for the last thing that is written for now.
    pub(crate) async fn write_last(&self, work: Work) -> Result<(), JournalError> {
        self.order(work, true).await
    }

    /// Writes in the order in which this is called; what it gives ends when it is durable.
    pub(crate) fn ask(
        &self,
        work: Work,
    ) -> impl Future<Output = Result<(), JournalError>> + Send + use<> {
        self.order(work, false)
    }

    fn order(
        &self,
        work: Work,
        last: bool,
    ) -> impl Future<Output = Result<(), JournalError>> + Send + use<> {
        let (answer, answered) = oneshot::channel();
        self.thread.queue.put(Order { work, answer: Some(answer), last });
        let path = self.path.clone();
        async move {
            let done = answered.await.unwrap_or_else(|_| Err("its thread has ended".to_owned()));
            done.map_err(|cause| JournalError::Write { path, cause: cause.into() })
        }
    }

    /// Writes before anything that is asked for later; the thread begins with it within half a second. When it fails,
    /// all that follows does.
    pub(crate) fn post(&self, work: Work) {
        self.thread.queue.put(Order { work, answer: None, last: false });
    }
}

impl std::fmt::Debug for Writer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Writer").field("path", &self.path).finish_non_exhaustive()
    }
}

/// The thread's own end of the queue: when it ends, nobody is left waiting.
struct Abandoned(Arc<Queue>);

impl Drop for Abandoned {
    fn drop(&mut self) {
        self.0.abandon();
    }
}

fn work_off(mut connection: Connection, orders: &Queue, mut crash: Option<CrashAt>) {
    let mut broken: Option<String> = None;
    // Where it matters at which write the process ends, each is a transaction of its own.
    let most = if crash.is_none() { BATCH } else { 1 };
    while let Some(batch) = orders.take(most) {
        let counts = batch.iter().any(|order| order.answer.is_some());
        let crash = crash.as_mut().filter(|_| counts).and_then(CrashAt::now);
        if crash == Some(Side::Before) {
            std::process::abort();
        }
        let last = batch.iter().any(|order| order.last);
        let (works, answers): (Vec<Work>, Vec<Option<Answer>>) =
            batch.into_iter().map(|order| (order.work, order.answer)).unzip();
        if broken.is_none() {
            broken = commit(&mut connection, works).err().map(|error| error.to_string());
        }
        if crash == Some(Side::After) {
            std::process::abort();
        }
        if last && broken.is_none() {
            fold(&connection);
        }
        let done = broken.clone().map_or(Ok(()), Err);
        for answer in answers.into_iter().flatten() {
            // Who no longer waits does not want to know.
            let _ = answer.send(done.clone());
        }
    }
}

fn commit(connection: &mut Connection, works: Vec<Work>) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for work in works {
        work(&transaction)?;
    }
    transaction.commit()
}

/// Moves what was committed into the main file. Only tidiness, as what lies beside it counts as well: somebody who
/// reads now may prevent it.
fn fold(connection: &Connection) {
    let _ = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
}

#[cfg(test)]
mod tests {
    use rusqlite::params;

    use super::*;
    use crate::open;

    fn note(text: &'static str) -> Work {
        Box::new(move |to| {
            let insert = "INSERT INTO gate_answers (run, playbook, task, digest, yes, note, who, at) \
                          VALUES ('', '', '', '', 1, ?1, '', 0)";
            to.execute(insert, params![text.repeat(1000)]).map(|_| ())
        })
    }

    #[tokio::test]
    async fn a_full_disk_is_said_and_what_was_written_before_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal.db");
        let connection = open::for_writing(&path).unwrap();
        connection.pragma_update(None, "max_page_count", 40).unwrap();
        let writer = Writer::start(path.clone(), connection, None).unwrap();
        let mut written: i64 = 0;
        let error = loop {
            match writer.write(note("0123456789")).await {
                Ok(()) => written += 1,
                Err(error) => break error,
            }
            assert!(written < 100, "it is never full");
        };
        assert!(written > 0);
        assert!(error.hint().contains("make room"), "{error}");
        assert!(std::error::Error::source(&error).unwrap().to_string().contains("full"));
        // Small things would fit, and are not taken: there is a hole before them.
        writer.write(note("1")).await.expect_err("it takes nothing more");
        let reader = open::for_reading(&path).unwrap().unwrap();
        let count: i64 =
            reader.query_row("SELECT count(*) FROM gate_answers", [], |row| row.get(0)).unwrap();
        assert_eq!(count, written);
    }
}
