//! What is going on right now, kept from events: for bars and heartbeats.

use std::collections::BTreeSet;
use std::time::Duration;

use orchestrator::{Event, EventKind, Place, TaskId};

/// The steps at work and the tasks that ended.
#[derive(Debug, Default)]
pub(crate) struct Running {
    steps: Vec<RunningStep>,
    tasks: usize,
    ended: BTreeSet<TaskId>,
    failed: BTreeSet<(TaskId, String)>,
}

/// One step at work.
#[derive(Debug, Clone)]
pub(crate) struct RunningStep {
    pub(crate) at: Place,
    pub(crate) percent: Option<u8>,
    pub(crate) text: String,
    pub(crate) since: Duration,
}

impl Running {
    pub(crate) fn take(&mut self, event: &Event) {
        match &event.kind {
            EventKind::RunStarted { tasks, .. } => self.tasks = tasks.len(),
            EventKind::StepStarted { at, .. } => {
                self.forget(at);
                self.steps.push(RunningStep {
                    at: at.clone(),
                    percent: None,
                    text: String::new(),
                    since: event.elapsed,
                });
            }
            EventKind::StepProgress { at, percent, text } => {
                if let Some(step) = self.steps.iter_mut().find(|step| step.at == *at) {
                    step.percent = *percent;
                    step.text.clone_from(text);
                }
            }
            EventKind::StepFinished { at, .. } | EventKind::StepRetried { at, .. } => {
                self.forget(at);
            }
            EventKind::StepFailed { at, .. } => {
                self.forget(at);
                self.failed.insert((at.task.clone(), at.subject.clone()));
            }
            EventKind::TaskFinished { task, .. } => {
                self.steps.retain(|step| step.at.task != *task);
                self.ended.insert(task.clone());
            }
            _ => {}
        }
    }

    fn forget(&mut self, at: &Place) {
        self.steps.retain(|step| step.at != *at);
    }

    /// Steps at work, the longest first.
    pub(crate) fn steps(&self) -> &[RunningStep] {
        &self.steps
    }

    /// Tasks that ended, and all.
    pub(crate) fn tasks(&self) -> (usize, usize) {
        (self.ended.len(), self.tasks)
    }

    /// Subjects of which a step failed for good.
    pub(crate) fn failed(&self) -> usize {
        self.failed.len()
    }

    /// Whether a step of this subject failed for good.
    pub(crate) fn has_failed(&self, task: &TaskId, subject: &str) -> bool {
        self.failed.contains(&(task.clone(), subject.to_owned()))
    }
}

impl RunningStep {
    /// `db-1 45 %`.
    pub(crate) fn short(&self) -> String {
        match self.percent {
            Some(percent) => format!("{} {percent} %", self.at.subject),
            None => self.at.subject.clone(),
        }
    }
}
