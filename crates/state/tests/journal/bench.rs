//! A folder with a journal, and a run to write into it.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use orchestrator::{BoxFuture, Clock, Intent, Place};
use state::{Holder, Journal, JournalReader, RunJournal, RunStart};

/// A folder that is deleted in the end.
pub(crate) struct Bench {
    folder: tempfile::TempDir,
    clock: Arc<Stepped>,
}

/// A clock that stands still between steps.
struct Stepped(AtomicU64);

impl Clock for Stepped {
    fn now(&self) -> SystemTime {
        second(self.0.load(Ordering::Relaxed))
    }

    fn monotonic(&self) -> Duration {
        Duration::from_secs(self.0.load(Ordering::Relaxed))
    }

    fn sleep(&self, _pause: Duration) -> BoxFuture<'static, ()> {
        Box::pin(async {})
    }
}

impl Bench {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), clock: Arc::new(Stepped(AtomicU64::new(100))) }
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("state/journal.db")
    }

    pub(crate) fn clock(&self) -> Arc<dyn Clock> {
        self.clock.clone()
    }

    pub(crate) fn journal(&self) -> Journal {
        Journal::open(self.path()).unwrap()
    }

    pub(crate) fn reader(&self) -> JournalReader {
        JournalReader::open(&self.path()).unwrap().expect("there is a journal")
    }

    pub(crate) async fn begin(&self, id: &str) -> RunJournal {
        self.begin_in(&self.journal(), id).await
    }

    pub(crate) async fn begin_in(&self, journal: &Journal, id: &str) -> RunJournal {
        journal.begin(start(id), self.clock.clone()).await.unwrap()
    }

    /// Lets seconds pass.
    pub(crate) fn pass(&self, seconds: u64) {
        self.clock.0.fetch_add(seconds, Ordering::Relaxed);
    }
}

pub(crate) fn start(id: &str) -> RunStart {
    RunStart {
        id: id.to_owned(),
        command: "apply".to_owned(),
        words: vec!["apply".to_owned(), "lab.yaml".to_owned()],
        folder: "/lab".to_owned(),
        playbook: "/lab/lab.yaml".to_owned(),
        digest: "00ff".to_owned(),
        servers: vec!["vc:443".to_owned()],
        holder: Holder {
            host: "admin-pc".to_owned(),
            pid: 42,
            since: "4711".to_owned(),
            user: "anna".to_owned(),
        },
        started: second(100),
        resumes: None,
    }
}

pub(crate) fn intent(ordinal: u64) -> Intent {
    let at =
        Place { task: "ft".into(), subject: format!("vm{ordinal}"), step: "turn on".to_owned() };
    Intent { ordinal, at, attempt: 1 }
}

pub(crate) fn second(second: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(second)
}
