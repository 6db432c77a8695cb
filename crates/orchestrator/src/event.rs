//! Everything the engine has to say, as a stream of [`Event`]s.
//!
//! Events are plain data with a run id, a sequence number without gaps, and a time. They go to a [`Sink`]
//! in sequence. The wire form lives in the `report` crate, apart from these types.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use tokio::sync::mpsc::UnboundedSender;

use crate::clock::Clock;
use crate::failure::Failure;
use crate::outside::ServerName;
use crate::plan::{PlanView, Token};
use crate::run::RunFacts;
use crate::summary::{RunSummary, Status, SubjectResult};
use crate::task::StepOutcome;

/// Identifies a run; chosen by whoever starts it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RunId(Arc<str>);

/// Identifies a task within a playbook.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TaskId(Arc<str>);

macro_rules! text_id {
    ($name:ident) => {
        impl $name {
            /// The id as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl<T: Into<Arc<str>>> From<T> for $name {
            fn from(text: T) -> Self {
                Self(text.into())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}
text_id!(RunId);
text_id!(TaskId);

/// Whether a run looks or acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RunMode {
    /// Reads and decides; changes nothing.
    Plan,
    /// Changes what differs.
    Apply,
}

/// One thing that happened.
#[derive(Debug, Clone)]
pub struct Event {
    /// The run it belongs to.
    pub run: RunId,
    /// Counts from 1 without gaps.
    pub seq: u64,
    /// The wall time.
    pub at: SystemTime,
    /// Time since the run began, on the monotonic clock.
    pub elapsed: Duration,
    /// What happened.
    pub kind: EventKind,
}

/// A task as announced at the start of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskHead {
    /// Its id.
    pub id: TaskId,
    /// Which capability it is.
    pub capability: String,
    /// The tasks it needs.
    pub needs: Vec<TaskId>,
    /// Its tags.
    pub tags: Vec<String>,
}

/// How long something will still take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeLeft {
    /// If the rest goes as well as the better ones did.
    pub least: Duration,
    /// If it goes as the slow ones did.
    pub most: Duration,
}

/// Which step of which subject of which task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The task.
    pub task: TaskId,
    /// The object.
    pub subject: String,
    /// The step's title.
    pub step: String,
}

/// What can happen.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum EventKind {
    /// The first event.
    RunStarted {
        /// Whether the run looks or acts.
        mode: RunMode,
        /// The tasks in the order of the graph.
        tasks: Vec<TaskHead>,
        /// Who runs it, and on what.
        facts: Arc<RunFacts>,
    },
    /// A task is being observed.
    TaskStarted {
        /// The task.
        task: TaskId,
    },
    /// A task was observed and planned.
    TaskPlanned {
        /// The task.
        task: TaskId,
        /// What is to do.
        plan: Arc<PlanView>,
    },
    /// Reading failed in a way that passes; it is tried again.
    ObserveRetried {
        /// The task.
        task: TaskId,
        /// What failed.
        failure: Failure,
        /// The try that failed, from 1.
        attempt: u32,
        /// The pause before the next one.
        pause: Duration,
    },
    /// A step holds its limits and runs.
    StepStarted {
        /// Which step.
        at: Place,
        /// 1 for the first try.
        attempt: u32,
        /// Time it waited for its limits.
        queued: Duration,
        /// What it holds of them, such as the hosts it works on.
        takes: Vec<Token>,
    },
    /// A step says how far it is.
    StepProgress {
        /// Which step.
        at: Place,
        /// 0 to 100, when known.
        percent: Option<u8>,
        /// What it is doing.
        text: String,
    },
    /// A step reached its goal.
    StepFinished {
        /// Which step.
        at: Place,
        /// How, with proof.
        outcome: StepOutcome,
        /// Time since it started.
        took: Duration,
    },
    /// A step failed for now; after the pause the engine looks again or tries again.
    StepRetried {
        /// Which step.
        at: Place,
        /// What failed.
        failure: Failure,
        /// The try that failed, from 1.
        attempt: u32,
        /// The pause before going on.
        pause: Duration,
    },
    /// A step failed for good.
    StepFailed {
        /// Which step.
        at: Place,
        /// What failed.
        failure: Failure,
        /// Time since it started.
        took: Duration,
    },
    /// A subject ended; sent for each one when its task ends.
    SubjectFinished {
        /// The task.
        task: TaskId,
        /// How.
        result: SubjectResult,
    },
    /// A task ended.
    TaskFinished {
        /// The task.
        task: TaskId,
        /// How.
        status: Status,
        /// Why it was skipped or failed as a whole, in one sentence.
        why: Option<String>,
        /// Time since it started.
        took: Duration,
    },
    /// A subject of a task ended while others are left.
    TaskProgress {
        /// The task.
        task: TaskId,
        /// Subjects that ended well.
        done: usize,
        /// Subjects that failed.
        failed: usize,
        /// Subjects at work.
        running: usize,
        /// Subjects that were not begun.
        waiting: usize,
        /// How long the rest will take, once enough is known.
        left: Option<TimeLeft>,
    },
    /// Something the operator should know.
    Notice {
        /// What it is about.
        at: Option<Place>,
        /// The sentence.
        text: String,
    },
    /// A server does not answer as it should; whoever waits for it goes on to wait.
    ServerSilent {
        /// Which server.
        server: ServerName,
        /// Since when.
        since: SystemTime,
        /// Until when it is waited for. What waits for it fails then.
        until: SystemTime,
        /// What came instead of an answer.
        cause: String,
    },
    /// A server of which that was told answers again.
    ServerAnswers {
        /// Which server.
        server: ServerName,
        /// How long it did not.
        silent: Duration,
    },
    /// The run was asked to stop; sent again each time that fewer steps are waited for.
    Stopping {
        /// Tasks that still run.
        running: usize,
        /// Steps that still run.
        steps: usize,
    },
    /// The last event of an apply.
    RunFinished {
        /// How everything went.
        summary: Arc<RunSummary>,
    },
    /// The last event of a plan.
    PlanFinished {
        /// What would be done.
        plan: Arc<crate::run_plan::RunPlan>,
    },
}

/// Takes events in sequence. Must not block.
pub trait Sink: Send + Sync + 'static {
    /// Takes one event.
    fn emit(&self, event: Event);
}

impl Sink for UnboundedSender<Event> {
    /// A receiver that went away no longer wants to know; the run goes on.
    fn emit(&self, event: Event) {
        let _ = self.send(event);
    }
}

/// Throws events away.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoSink;

impl Sink for NoSink {
    fn emit(&self, _event: Event) {}
}

/// Numbers and dates events, one at a time.
pub(crate) struct Emitter {
    run: RunId,
    clock: Arc<dyn Clock>,
    sink: Arc<dyn Sink>,
    start: Duration,
    last: Mutex<u64>,
}

impl fmt::Debug for Emitter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Emitter").field("run", &self.run).finish_non_exhaustive()
    }
}

impl Emitter {
    pub(crate) fn new(run: RunId, clock: Arc<dyn Clock>, sink: Arc<dyn Sink>) -> Self {
        let start = clock.monotonic();
        Self { run, clock, sink, start, last: Mutex::new(0) }
    }

    pub(crate) fn clock(&self) -> &dyn Clock {
        &*self.clock
    }

    pub(crate) fn run(&self) -> &RunId {
        &self.run
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.clock.monotonic().saturating_sub(self.start)
    }

    pub(crate) fn emit(&self, kind: EventKind) {
        // The sink is called under the lock, so the stream cannot arrive out of sequence.
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        *last += 1;
        self.sink.emit(Event {
            run: self.run.clone(),
            seq: *last,
            at: self.clock.now(),
            elapsed: self.elapsed(),
            kind,
        });
    }
}
