//! Asking people: what a gate needs of the world around a run.

use orchestrator::{BoxFuture, TaskError};

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GateQuestion {
    /// The task.
    pub task: String,
    /// What is to be done by hand.
    pub text: String,
    /// Its parts, in order; may be empty.
    pub checklist: Vec<String>,
    /// An answer of an earlier run counts.
    pub once: bool,
}

/// What was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GateReply {
    /// Whether it was done.
    pub yes: bool,
    /// What else was said; may be empty.
    pub note: String,
    /// Who said so, and how: "anna on the terminal".
    pub who: String,
}

/// Where answers come from.
pub trait Gates: Send + Sync + 'static {
    /// The yes that was given before, if one counts: in this run, or in an earlier one if `once` says so.
    ///
    /// # Errors
    /// When what is remembered cannot be read.
    fn remembered<'a>(
        &'a self,
        question: &'a GateQuestion,
    ) -> BoxFuture<'a, Result<Option<GateReply>, TaskError>>;

    /// How the question would be answered: "on the terminal"; `None` when nobody can be asked.
    fn way(&self, task: &str) -> Option<String>;

    /// Waits for the answer and remembers it. Ends by itself only when there is one.
    ///
    /// # Errors
    /// When nobody can be asked, or the answer cannot be remembered.
    fn ask<'a>(&'a self, question: &'a GateQuestion)
    -> BoxFuture<'a, Result<GateReply, TaskError>>;
}

/// Nobody is there and nothing is remembered.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoGates;

impl Gates for NoGates {
    fn remembered<'a>(
        &'a self,
        _question: &'a GateQuestion,
    ) -> BoxFuture<'a, Result<Option<GateReply>, TaskError>> {
        Box::pin(async { Ok(None) })
    }

    fn way(&self, _task: &str) -> Option<String> {
        None
    }

    fn ask<'a>(
        &'a self,
        _question: &'a GateQuestion,
    ) -> BoxFuture<'a, Result<GateReply, TaskError>> {
        Box::pin(std::future::pending())
    }
}
