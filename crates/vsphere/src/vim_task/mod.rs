//! Vim tasks: what they end with ([`VimTaskError`]), waiting for that (`wait`), how far they are (`percent`), and
//! finding them again (`history`).
//!
//! All waits of a client share one long poll, which tells when a vim task begins and ends, so forty cost no more than
//! one. How far they are is no reason to be woken: that is read for all of them together, now and then. Nothing is
//! ever retried or cancelled here: the engine decides both.

mod history;
mod info;
mod percent;
mod wait;

use std::time::Duration;

use vim25::types::{MethodFault, TaskInfo};
use vim25::{DataObject, MoRef, Poly};

use crate::call::{CallError, find_fault};
use crate::delivery::Delivery;
use crate::explain::{Explanation, explain_fault};
use crate::property::WaitError;

pub use info::{TASK_INFO, task_info};
pub use percent::Percent;
pub(crate) use percent::PercentBoard;

/// Why a vim task has no result.
#[derive(Debug, thiserror::Error)]
pub enum VimTaskError {
    /// It ran and failed.
    #[error("vim task `{}` failed: {}", name_of(.0), failure_text(.0))]
    Failed(Box<TaskInfo>),
    /// It is no longer known; the server forgets tasks some minutes after their end. Whether it
    /// succeeded can only be seen on its object.
    #[error("vim task `{task}` is no longer known to the server, so its outcome is unknown")]
    Vanished {
        /// The task.
        task: MoRef,
    },
    /// It takes too long. It may still be running.
    #[error("vim task `{task}` did not end within {} s", .within.as_secs())]
    Deadline {
        /// The task.
        task: MoRef,
        /// The time it had.
        within: Duration,
    },
    /// It can no longer be followed. It may still be running.
    #[error("cannot follow vim task `{task}`")]
    Lost {
        /// The task.
        task: MoRef,
        /// Why.
        #[source]
        cause: WaitError,
    },
}

impl VimTaskError {
    /// What is known about what the task did.
    #[must_use]
    pub fn delivery(&self) -> Delivery {
        match self {
            Self::Failed(_) => Delivery::Answered,
            Self::Vanished { .. } | Self::Deadline { .. } | Self::Lost { .. } => Delivery::Unknown,
        }
    }

    /// Does nobody tell what becomes of it, so that it can be followed again once somebody does?
    #[must_use]
    pub fn is_unanswered(&self) -> bool {
        matches!(self, Self::Lost { cause, .. } if cause.is_unanswered())
    }

    /// The fault that the task ended with, or that following it did.
    #[must_use]
    pub fn method_fault(&self) -> Option<&Poly<MethodFault>> {
        match self {
            Self::Failed(info) => info.error.as_ref().map(|error| &error.fault),
            Self::Lost { cause: WaitError::Lost { cause, .. }, .. } => cause.method_fault(),
            _ => None,
        }
    }

    /// The fault of type `F`, or one that extends it, wherever it is nested.
    #[must_use]
    pub fn fault<F: DataObject>(&self) -> Option<&F> {
        find_fault(self.method_fault()?)
    }

    /// Cause and remedy in words, if the task failed with a typed fault; nothing when it was only lost sight of.
    #[must_use]
    pub fn explanation(&self) -> Option<Explanation> {
        match self {
            Self::Failed(_) => self.method_fault().map(explain_fault),
            Self::Vanished { .. } | Self::Deadline { .. } | Self::Lost { .. } => None,
        }
    }

    /// What an operator can do about it, if that is known.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        self.method_fault().map(explain_fault).and_then(|words| words.fix)
    }
}

/// Why work that is a vim task failed: it did not start, or it did not succeed.
#[derive(Debug, thiserror::Error)]
pub enum VimWorkError {
    /// The call that starts it failed.
    #[error(transparent)]
    Start(#[from] CallError),
    /// The task failed.
    #[error(transparent)]
    Task(#[from] VimTaskError),
}

impl VimWorkError {
    /// How far it got.
    #[must_use]
    pub fn delivery(&self) -> Delivery {
        match self {
            Self::Start(error) => error.delivery(),
            Self::Task(error) => error.delivery(),
        }
    }

    /// Does nobody answer?
    #[must_use]
    pub fn is_unanswered(&self) -> bool {
        match self {
            Self::Start(error) => error.is_unanswered(),
            Self::Task(error) => error.is_unanswered(),
        }
    }

    /// The fault that it ended with.
    #[must_use]
    pub fn method_fault(&self) -> Option<&Poly<MethodFault>> {
        match self {
            Self::Start(error) => error.method_fault(),
            Self::Task(error) => error.method_fault(),
        }
    }

    /// The fault of type `F`, or one that extends it, wherever it is nested.
    #[must_use]
    pub fn fault<F: DataObject>(&self) -> Option<&F> {
        find_fault(self.method_fault()?)
    }

    /// What an operator can do about it, if that is known.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Start(error) => error.hint(),
            Self::Task(error) => error.hint(),
        }
    }
}

fn name_of(info: &TaskInfo) -> &str {
    if info.description_id.is_empty() {
        info.name.as_deref().unwrap_or(&info.key)
    } else {
        &info.description_id
    }
}

fn failure_text(info: &TaskInfo) -> String {
    match &info.error {
        Some(error) => {
            let message = error.localized_message.as_deref().unwrap_or_default();
            explain_fault(&error.fault).with_message(message)
        }
        None => "the server gave no reason".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use vim25::soap::SoapFault;
    use vim25::types::SystemError;

    use super::*;
    use crate::call::CallProblem;

    #[test]
    fn a_task_that_was_lost_sight_of_has_not_failed() {
        let detail = Some(Poly::new(SystemError::default()));
        let problem = CallProblem::Fault(Box::new(SoapFault { detail, ..SoapFault::default() }));
        let task = MoRef::new("Task", "task-1");
        let cause = CallError::new("CreateFilter", task.clone(), "", problem);
        let cause = WaitError::Lost { object: task.clone(), cause };
        let lost = VimTaskError::Lost { task, cause };
        assert!(lost.fault::<SystemError>().is_some());
        assert!(lost.explanation().is_none(), "that would be taken for what the task says");
        assert_eq!(lost.delivery(), Delivery::Unknown);
    }
}
