//! What is written down before and after each step, so that a run that was killed can be understood.
//!
//! A [`Journal`] is passed in. The engine makes an [`Intent`] durable before it calls a task's `apply`. A step that
//! has a server work in the background makes a [`Call`] durable before it asks for that, and adds what the server
//! calls the work as soon as it is known; the engine notes how the step ended. When it cannot, the step is not
//! begun and the run starts nothing more: what nobody could reconstruct must not happen.
//!
//! What a run did not see the end of is [`OpenWork`]. A later run is handed it and waits for it before it decides.

use std::fmt;

use crate::clock::BoxFuture;
use crate::event::{Place, RunId};
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

/// Work in the background that a server is about to be asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The object it is about, in words that are the same in every run, with the server's name.
    pub object: String,
    /// What is asked for, as the server calls it.
    pub work: String,
    /// The time on the server's own clock right before, in the server's way of writing it.
    pub at: String,
}

/// A call of which no end is known: by a run that was killed or stopped waiting, or by an earlier try of this
/// run whose answer was lost. The work may be running, may have ended, or may never have begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenWork {
    /// The run that asked for it.
    pub run: RunId,
    /// Which of its intents.
    pub ordinal: u64,
    /// For which step.
    pub at: Place,
    /// What was asked for.
    pub call: Call,
    /// What the server calls it, if the answer came.
    pub reference: Option<String>,
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
            Self::Failed(_) if self.is_unknown() => "unknown",
            Self::Failed(_) => "failed",
        }
    }

    /// Whether a request may have been carried out, and nobody saw how it went.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        matches!(self, Self::Failed(failure) if failure.delivery == Some(Delivery::Unknown))
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

    /// The step is about to ask a server for work in its background.
    ///
    /// # Errors
    /// When it is not durable; then the server is not asked.
    fn calling(&self, ordinal: u64, call: Call) -> BoxFuture<'_, Result<(), TaskError>>;

    /// The server took the last call of the step and knows the work by `reference`.
    ///
    /// # Errors
    /// When it is not durable; then no further step is done.
    fn started(&self, ordinal: u64, reference: String) -> BoxFuture<'_, Result<(), TaskError>>;

    /// The step ended.
    ///
    /// # Errors
    /// When it is not durable; then no further step is done.
    fn ended(&self, ordinal: u64, end: StepEnd) -> BoxFuture<'_, Result<(), TaskError>>;

    /// Nothing of what `work` began goes on any more; `how` says what was found. Its intent is open no longer.
    ///
    /// # Errors
    /// When it is not durable; then no further step is done.
    fn settled(&self, work: &OpenWork, how: String) -> BoxFuture<'_, Result<(), TaskError>>;
}

/// Remembers nothing: for tests, and for worlds in which nothing can be lost.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoJournal;

impl Journal for NoJournal {
    fn intend(&self, _intent: Intent) -> BoxFuture<'_, Result<(), TaskError>> {
        Box::pin(async { Ok(()) })
    }

    fn calling(&self, _ordinal: u64, _call: Call) -> BoxFuture<'_, Result<(), TaskError>> {
        Box::pin(async { Ok(()) })
    }

    fn started(&self, _ordinal: u64, _reference: String) -> BoxFuture<'_, Result<(), TaskError>> {
        Box::pin(async { Ok(()) })
    }

    fn ended(&self, _ordinal: u64, _end: StepEnd) -> BoxFuture<'_, Result<(), TaskError>> {
        Box::pin(async { Ok(()) })
    }

    fn settled(&self, _work: &OpenWork, _how: String) -> BoxFuture<'_, Result<(), TaskError>> {
        Box::pin(async { Ok(()) })
    }
}
