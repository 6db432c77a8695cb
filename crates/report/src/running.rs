//! What is going on right now, kept from events: for bars and heartbeats.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use orchestrator::{Event, EventKind, Place, TaskId, TimeLeft};

use crate::text::duration;

/// The steps at work and the tasks that ended.
#[derive(Debug, Default)]
pub(crate) struct Running {
    steps: Vec<RunningStep>,
    tasks: usize,
    ended: BTreeSet<TaskId>,
    failed: BTreeSet<(TaskId, String)>,
    progress: BTreeMap<TaskId, Progress>,
}

/// How far a task with many subjects is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Progress {
    pub(crate) ended: usize,
    pub(crate) failed: usize,
    pub(crate) all: usize,
    pub(crate) left: Option<TimeLeft>,
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
            EventKind::TaskProgress { task, .. } => {
                if let Some(progress) = Progress::of(&event.kind) {
                    self.progress.insert(task.clone(), progress);
                }
            }
            EventKind::TaskFinished { task, .. } => {
                self.progress.remove(task);
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

    /// How far this task is, if it has many subjects.
    pub(crate) fn progress_of(&self, task: &TaskId) -> Option<Progress> {
        self.progress.get(task).copied()
    }

    /// How far all tasks with many subjects are together.
    pub(crate) fn progress(&self) -> Option<Progress> {
        self.progress.values().copied().reduce(Progress::beside)
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

impl Progress {
    /// What the event says of it.
    pub(crate) fn of(kind: &EventKind) -> Option<Self> {
        let EventKind::TaskProgress { done, failed, running, waiting, left, .. } = kind else {
            return None;
        };
        let ended = done + failed;
        Some(Self { ended, failed: *failed, all: ended + running + waiting, left: *left })
    }

    /// Both, side by side.
    fn beside(self, other: Self) -> Self {
        let left = match (self.left, other.left) {
            (Some(one), Some(two)) => {
                Some(TimeLeft { least: one.least.max(two.least), most: one.most.max(two.most) })
            }
            _ => None,
        };
        Self {
            ended: self.ended + other.ended,
            failed: self.failed + other.failed,
            all: self.all + other.all,
            left,
        }
    }

    /// Tenths of it that are through.
    pub(crate) fn tenths(self) -> usize {
        self.ended * 10 / self.all.max(1)
    }

    /// `231 of 412 ended`, with the time left if it is known.
    pub(crate) fn parts(self) -> Vec<String> {
        let mut parts = vec![format!("{} of {} ended", self.ended, self.all)];
        parts.extend(self.left.map(|left| {
            let (least, most) = (duration(left.least), duration(left.most));
            if least == most { format!("{most} left") } else { format!("{least} to {most} left") }
        }));
        parts
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
