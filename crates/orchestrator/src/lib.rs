//! Plans and runs tasks it knows nothing about.
//!
//! A capability implements [`Task`] over a [`World`]; tasks with their needs make a [`TaskGraph`].
//! [`plan_run`] observes and plans all of them and cannot change anything. [`apply_run()`] observes each task
//! again right before its first step, runs the steps within [`Limits`], and observes once more: done means
//! proved. What is about to be done is first made durable in a [`Journal`]. [`Event`]s are the only output. Time,
//! randomness, journal and sink are passed in.

mod apply_run;
mod apply_task;
mod approval;
mod at_work;
mod batch;
mod book;
mod caught;
mod clock;
mod conclude;
pub mod contract;
mod erased;
mod eta;
mod event;
mod failure;
mod graph;
mod journal;
mod lane;
pub mod limits;
mod line;
mod observe;
mod outside;
mod plan;
mod retry;
mod rollout;
mod run;
mod run_plan;
mod scope;
mod shared_looks;
mod slots;
mod summary;
mod task;
mod tokens;

pub use apply_run::apply_run;
pub use approval::{AnyPlan, Approval, Basis};
pub use clock::{BoxFuture, Clock, TokioClock};
pub use erased::{ErasedStep, ErasedTask, Look};
pub use event::{
    Event, EventKind, NoSink, Place, RunId, RunMode, Sink, TaskHead, TaskId, TimeLeft,
};
pub use failure::{
    CODE_BUG, CODE_CANCELLED, CODE_DEADLINE, CODE_HELD, CODE_JOURNAL, CODE_NOT_IN_SYNC,
    CODE_STILL_WAITING, CODE_UNVERIFIED, Delivery, Failure, Retry, TaskError,
};
pub use graph::{GraphError, TaskGraph, TaskNode};
pub use journal::{Call, Intent, Journal, NoJournal, OpenWork, StepEnd};
pub use limits::Limits;
pub use outside::{Outside, ServerName};
pub use plan::{Change, ChangeKind, Item, Plan, PlanView, PlannedStep, Reason, Table, Token};
pub use retry::RetryPolicy;
pub use rollout::{Rollout, StopRule};
pub use run::{ApplyOptions, Cancel, RunContext, RunFacts, ServerFacts};
pub use run_plan::{PlanTotals, RunPlan, TaskPlan, plan_run};
pub use scope::StepScope;
pub use summary::{
    Counts, FailureGroup, Member, RunSummary, Status, SubjectResult, TaskResult, Verdict,
};
pub use task::{StepOutcome, Task, World};
