//! The run as data: [`RecordedRun`].

use std::collections::BTreeMap;
use std::time::Duration;

use orchestrator::{RunFacts, RunSummary, Table, TaskId, Token};

/// A run read back from its events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedRun {
    /// The program that ran it, and the servers.
    pub facts: RunFacts,
    /// When it began: RFC 3339, UTC.
    pub started: String,
    /// Whether it came to its end. If not, the summary holds what is known.
    pub ended: bool,
    /// How it went.
    pub summary: RunSummary,
    /// The tries at steps, in the order in which they began.
    pub steps: Vec<RecordedStep>,
    /// The tables of each task's first look: the state before.
    pub before: BTreeMap<TaskId, Vec<Table>>,
    /// What the operator was told on the way.
    pub notices: Vec<Notice>,
}

/// One try at a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedStep {
    /// The task.
    pub task: TaskId,
    /// The object.
    pub subject: String,
    /// The step's title.
    pub step: String,
    /// 1 for the first try.
    pub attempt: u32,
    /// What it held while it ran.
    pub takes: Vec<Token>,
    /// When it began, counted from the start of the run.
    pub begun: Duration,
    /// When it ended; `None` when nobody noted it.
    pub ended: Option<Duration>,
    /// How it ended.
    pub fate: StepFate,
    /// The proof, or what could not be done and why.
    pub detail: String,
}

/// How a try at a step ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StepFate {
    /// It changed something.
    Changed,
    /// It found nothing to change.
    Unchanged,
    /// It failed for now, and was tried again.
    Retried,
    /// It failed for good.
    Failed,
    /// A request may have been carried out.
    Unknown,
    /// No end was noted.
    Open,
}

/// A sentence that the operator was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// When, counted from the start of the run.
    pub at: Duration,
    /// The sentence.
    pub text: String,
}

impl StepFate {
    /// One lower-case word or two for people.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Changed => "changed",
            Self::Unchanged => "unchanged",
            Self::Retried => "tried again",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
            Self::Open => "no end known",
        }
    }
}

impl RecordedRun {
    /// How long the run took, or went on until its last event.
    #[must_use]
    pub fn took(&self) -> Duration {
        self.summary.took
    }
}
