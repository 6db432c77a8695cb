//! Adds a run up from what its events said: [`Known`]. The sums are made by the engine's own [`RunSummary`], so
//! that a report and the end of the run itself cannot disagree.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use orchestrator::{
    Failure, RunSummary, Status, SubjectResult, Table, TaskHead, TaskResult, Verdict,
};

use super::run::{RecordedStep, StepFate};
use crate::jsonl::{Body, Task, failure, status, tables, time};

/// The code of what was under way when a run was killed.
const CODE_NO_END: &str = "no-end-known";

/// What is known of a run.
#[derive(Debug)]
pub(super) struct Known {
    tasks: Vec<KnownTask>,
    finished: Option<Finished>,
}

/// What is known of a task.
#[derive(Debug)]
pub(super) struct KnownTask {
    head: TaskHead,
    pub(super) subjects: Vec<SubjectResult>,
    /// `None` until it ended.
    pub(super) status: Option<Status>,
    pub(super) why: Option<String>,
    pub(super) took: Duration,
    failure: Option<Failure>,
    notes: Vec<String>,
    tables: Vec<Table>,
    manual_steps: u32,
}

/// What the last event says beyond the others.
#[derive(Debug)]
struct Finished {
    stopped: bool,
    took: Duration,
    /// What ended the run as a whole.
    halted_by: Option<Failure>,
}

impl KnownTask {
    pub(super) fn of(head: TaskHead) -> Self {
        Self {
            head,
            subjects: Vec::new(),
            status: None,
            why: None,
            took: Duration::ZERO,
            failure: None,
            notes: Vec::new(),
            tables: Vec::new(),
            manual_steps: 0,
        }
    }

    fn finish(&mut self, task: &Task<'_>) {
        self.status = task.status.as_deref().map(status);
        self.why = task.why.as_deref().map(str::to_owned);
        self.failure = task.failure.as_ref().map(failure);
        self.notes = task.notes.iter().map(ToString::to_string).collect();
        self.tables = tables(&task.tables);
        self.manual_steps = task.manual_steps.unwrap_or_default();
        self.took = time(task.took_ms);
    }

    fn result(self) -> TaskResult {
        TaskResult {
            head: self.head,
            status: self.status.unwrap_or(Status::Unfinished),
            subjects: self.subjects,
            failure: self.failure,
            why: self.why,
            notes: self.notes,
            tables: self.tables,
            manual_steps: self.manual_steps,
            took: self.took,
        }
    }

    /// Puts in what can be said of a task whose end nobody noted.
    fn cut_off(&mut self, steps: &[RecordedStep]) {
        let told: BTreeSet<&str> = self.subjects.iter().map(|one| &*one.subject).collect();
        let mut open: BTreeMap<&str, Vec<&RecordedStep>> = BTreeMap::new();
        for step in steps.iter().filter(|step| step.task == self.head.id) {
            if !told.contains(&*step.subject) {
                open.entry(&step.subject).or_default().push(step);
            }
        }
        let results: Vec<_> =
            open.into_iter().map(|(subject, steps)| cut_off_subject(subject, &steps)).collect();
        self.subjects.extend(results);
        let worst = self.subjects.iter().map(|subject| subject.status).max();
        self.status = Some(worst.unwrap_or(Status::Unfinished).max(Status::Unfinished));
        if self.subjects.is_empty() {
            self.why = Some("the run ended before it came to this".to_owned());
        }
    }
}

impl Known {
    pub(super) fn of(tasks: Vec<KnownTask>) -> Self {
        Self { tasks, finished: None }
    }

    pub(super) fn task(&mut self, id: Option<&str>) -> Option<&mut KnownTask> {
        self.tasks.iter_mut().find(|task| Some(task.head.id.as_str()) == id)
    }

    pub(super) fn finish(&mut self, body: &Body<'_>) {
        for told in body.tasks.iter().flatten() {
            if let Some(task) = self.task(Some(&told.id)) {
                task.finish(told);
            }
        }
        let whole = body.failures.iter().flatten().find(|group| group.members.is_empty());
        self.finished = Some(Finished {
            stopped: body.verdict.as_deref() == Some("stopped"),
            took: time(body.took_ms),
            halted_by: whole.map(|group| failure(&group.failure)),
        });
    }

    /// How the run went, and whether it came to its end. `last` is when its last event was.
    pub(super) fn sum_up(
        mut self,
        run: &str,
        steps: &[RecordedStep],
        last: Duration,
    ) -> (RunSummary, bool) {
        let ended = self.finished.is_some();
        if !ended {
            let cut_off = self.tasks.iter_mut().filter(|task| task.status.is_none());
            cut_off.for_each(|task| task.cut_off(steps));
        }
        let end = self.finished.unwrap_or(Finished { stopped: true, took: last, halted_by: None });
        let results = self.tasks.into_iter().map(KnownTask::result).collect();
        let mut summary = RunSummary::of(run.into(), results, end.stopped, end.took);
        if let Some(failure) = end.halted_by {
            summary = summary.halted_by(failure);
        }
        if !ended {
            // All may be well, but nobody said so.
            summary.verdict = Verdict::Stopped;
        }
        (summary, ended)
    }
}

/// A step that is under way may have reached its goal; one that ended well was not looked at again.
fn cut_off_subject(subject: &str, steps: &[&RecordedStep]) -> SubjectResult {
    let mut result = SubjectResult {
        subject: subject.to_owned(),
        status: Status::Unfinished,
        proof: Vec::new(),
        failure: None,
        not_done: Vec::new(),
    };
    for step in steps {
        match step.fate {
            StepFate::Changed | StepFate::Unchanged => result.proof.push(step.detail.clone()),
            StepFate::Open | StepFate::Unknown => {
                result.status = Status::Unknown;
                result.failure = Some(no_end(subject));
            }
            StepFate::Retried | StepFate::Failed => {}
        }
    }
    result
}

fn no_end(subject: &str) -> Failure {
    Failure {
        code: CODE_NO_END.to_owned(),
        what: "the run ended while it worked on".to_owned(),
        object: subject.to_owned(),
        causes: vec!["its process was killed or lost".to_owned()],
        fix: Some("apply the playbook again; it looks first".to_owned()),
        delivery: None,
        transient: false,
    }
}
