//! What somebody approved before: [`Approval`], asked about each task after its first look and before its first step.

use std::fmt;

use crate::event::TaskId;
use crate::failure::Failure;
use crate::plan::PlanView;

/// Says whether a task may be done as it is planned now. Passed in with [`ApplyOptions`](crate::ApplyOptions).
pub trait Approval: fmt::Debug + Send + Sync + 'static {
    /// Looks at the plan of a task.
    ///
    /// # Errors
    /// Why it must not be carried out; the task is then blocked.
    fn check(&self, task: &TaskId, plan: &PlanView, basis: Basis) -> Result<(), Box<Failure>>;
}

/// What the plan of a task rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Basis {
    /// The world as it was before the run: no task that this one needs has changed anything.
    Found,
    /// What earlier tasks of this run made, which could only be foreseen when the plan was approved.
    Made,
}

/// Approves whatever is planned.
#[derive(Debug, Clone, Copy, Default)]
pub struct AnyPlan;

impl Approval for AnyPlan {
    fn check(&self, _task: &TaskId, _plan: &PlanView, _basis: Basis) -> Result<(), Box<Failure>> {
        Ok(())
    }
}
