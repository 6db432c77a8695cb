//! What is written down before and after each step, so that a run that was killed can be understood.
//!
//! A [`Journal`] is passed in. The engine makes an [`Intent`] durable before it calls a task's `apply`, adds the
//! references of vim tasks as soon as they are known, and notes how the step ended. When it cannot, the step is
//! not begun and the run starts nothing more: what nobody could reconstruct must not happen.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio_util::sync::CancellationToken;

use crate::clock::BoxFuture;
use crate::event::{Emitter, EventKind, Place};
use crate::failure::{Delivery, Failure, TaskError};
use crate::task::StepOutcome;

/// The engine's wish to do a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intent {
    /// Counts the tries at steps of a run from 1, in the order in which they are begun.
    pub ordinal: u64,
    /// Which step.
    pub at: Place,
    /// 1 for the first try.
    pub attempt: u32,
}

/// How a try at a step ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StepEnd {
    /// It reached its goal.
    Done(StepOutcome),
    /// It did not, as far as is known; [`Failure::delivery`] says what is.
    Failed(Failure),
}

impl StepEnd {
    /// One word: `changed`, `unchanged`, `failed`, or `unknown` when a request may have been carried out.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Done(outcome) if outcome.is_change() => "changed",
            Self::Done(_) => "unchanged",
            Self::Failed(failure) if failure.delivery == Some(Delivery::Unknown) => "unknown",
            Self::Failed(_) => "failed",
        }
    }

    /// The proof, or what could not be done.
    #[must_use]
    pub fn detail(&self) -> String {
        match self {
            Self::Done(outcome) => outcome.proof().to_owned(),
            Self::Failed(failure) if failure.causes.is_empty() => failure.to_string(),
            Self::Failed(failure) => format!("{failure}: {}", failure.causes.join(": ")),
        }
    }
}

/// Remembers what a run does beyond the life of its process.
///
/// Each method ends only when what it was given would survive a crash of the machine.
pub trait Journal: fmt::Debug + Send + Sync + 'static {
    /// A step is about to be done.
    ///
    /// # Errors
    /// When it is not durable; then the step is not done.
    fn intend(&self, intent: Intent) -> BoxFuture<'_, Result<(), TaskError>>;

    /// The step set off work in the background of a server, known there by `reference`.
    ///
    /// # Errors
    /// When it is not durable; then no further step is done.
    fn started(&self, ordinal: u64, reference: String) -> BoxFuture<'_, Result<(), TaskError>>;

    /// The step ended.
    ///
    /// # Errors
    /// When it is not durable; then no further step is done.
    fn ended(&self, ordinal: u64, end: StepEnd) -> BoxFuture<'_, Result<(), TaskError>>;
}

/// Remembers nothing: for tests, and for worlds in which nothing can be lost.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoJournal;

impl Journal for NoJournal {
    fn intend(&self, _intent: Intent) -> BoxFuture<'_, Result<(), TaskError>> {
        Box::pin(async { Ok(()) })
    }

    fn started(&self, _ordinal: u64, _reference: String) -> BoxFuture<'_, Result<(), TaskError>> {
        Box::pin(async { Ok(()) })
    }

    fn ended(&self, _ordinal: u64, _end: StepEnd) -> BoxFuture<'_, Result<(), TaskError>> {
        Box::pin(async { Ok(()) })
    }
}

/// The journal as a run uses it: numbers intents, and halts the run when something cannot be written.
#[derive(Debug)]
pub(crate) struct Book {
    journal: Arc<dyn Journal>,
    last: AtomicU64,
    halt: CancellationToken,
    broken: Mutex<Option<Failure>>,
}

/// The entry of one try at a step.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    book: Arc<Book>,
    emitter: Arc<Emitter>,
    ordinal: u64,
}

impl Book {
    /// A book that cancels `halt` when the journal fails.
    pub(crate) fn new(journal: Arc<dyn Journal>, halt: CancellationToken) -> Arc<Self> {
        Arc::new(Self { journal, last: AtomicU64::new(0), halt, broken: Mutex::new(None) })
    }

    /// Why the run was halted, if it was.
    pub(crate) fn broken(&self) -> Option<Failure> {
        self.broken.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Makes the intent durable; `None` when the step must not be done.
    pub(crate) async fn intend(
        self: &Arc<Self>,
        emitter: &Arc<Emitter>,
        at: Place,
        attempt: u32,
    ) -> Option<Entry> {
        let ordinal = self.last.fetch_add(1, Ordering::Relaxed) + 1;
        let entry = Entry { book: Arc::clone(self), emitter: Arc::clone(emitter), ordinal };
        let written = self.journal.intend(Intent { ordinal, at, attempt }).await;
        entry.noted(written).then_some(entry)
    }

    fn halt(&self, emitter: &Emitter, error: &TaskError) {
        let failure = Failure::from(error);
        let text = format!("{failure}: {}; nothing more is begun", failure.root_cause());
        let mut broken = self.broken.lock().unwrap_or_else(PoisonError::into_inner);
        if broken.is_none() {
            *broken = Some(failure);
            emitter.emit(EventKind::Notice { at: None, text });
        }
        self.halt.cancel();
    }
}

impl Entry {
    /// Notes what a server calls the work that the step set off.
    pub(crate) async fn started(&self, reference: String) {
        let written = self.book.journal.started(self.ordinal, reference).await;
        self.noted(written);
    }

    /// Notes how the step ended.
    pub(crate) async fn ended(&self, end: StepEnd) {
        let written = self.book.journal.ended(self.ordinal, end).await;
        self.noted(written);
    }

    fn noted(&self, written: Result<(), TaskError>) -> bool {
        if let Err(error) = &written {
            self.book.halt(&self.emitter, error);
        }
        written.is_ok()
    }
}
