//! How a run ended: per task, per subject, and failures by cause.
//!
//! [`RunSummary`] is made from task results alone, so its numbers and its lists cannot disagree. It never
//! claims more than was observed: what nobody could verify is [`Status::Unknown`].

use std::collections::HashMap;
use std::time::Duration;

use crate::event::{RunId, TaskHead};
use crate::failure::Failure;
use crate::plan::Table;

/// How a task or a subject ended. Later ones are worse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// It was as declared already.
    Unchanged,
    /// It was changed and is as declared.
    Changed,
    /// It was not tried, as a task it needs did not go well.
    Skipped,
    /// It was not finished, as the run was stopped.
    Unfinished,
    /// Somebody must change something first.
    Blocked,
    /// A request may have been carried out and nobody could look.
    Unknown,
    /// It failed.
    Failed,
}

impl Status {
    /// Whether all is as declared.
    #[must_use]
    pub fn is_good(self) -> bool {
        self <= Self::Changed
    }

    /// One lower-case word for people and machines.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unchanged => "unchanged",
            Self::Changed => "changed",
            Self::Skipped => "skipped",
            Self::Unfinished => "unfinished",
            Self::Blocked => "blocked",
            Self::Unknown => "unknown",
            Self::Failed => "failed",
        }
    }
}

/// How one subject of a task ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubjectResult {
    /// The object.
    pub subject: String,
    /// How it ended.
    pub status: Status,
    /// What was seen that proves it, in the order of its steps.
    pub proof: Vec<String>,
    /// Why it did not go well.
    pub failure: Option<Failure>,
    /// Titles of its steps that were not done.
    pub not_done: Vec<String>,
}

/// How one task ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskResult {
    /// The task.
    pub head: TaskHead,
    /// The worst of its subjects, or of the task as a whole.
    pub status: Status,
    /// Its subjects in the order of the plan.
    pub subjects: Vec<SubjectResult>,
    /// Why the task as a whole did not go well.
    pub failure: Option<Failure>,
    /// Why it was not tried, in one sentence.
    pub why: Option<String>,
    /// Notes of the last plan.
    pub notes: Vec<String>,
    /// Tables of the last plan: the state reached.
    pub tables: Vec<Table>,
    /// Steps by hand that this run made unnecessary.
    pub manual_steps: u32,
    /// Time from its start to its end.
    pub took: Duration,
}

/// Numbers of subjects; a task without any counts as one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// As declared already.
    pub unchanged: usize,
    /// Changed.
    pub changed: usize,
    /// Not tried.
    pub skipped: usize,
    /// Stopped before they were done.
    pub unfinished: usize,
    /// Blocked.
    pub blocked: usize,
    /// Unknown.
    pub unknown: usize,
    /// Failed.
    pub failed: usize,
}

/// Failures that have one code, cause and fix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailureGroup {
    /// Whether these are blocked, unknown, unfinished or failed.
    pub status: Status,
    /// What they share.
    pub failure: Failure,
    /// Who, in order; nobody when it concerns the run as a whole.
    pub members: Vec<Member>,
}

/// One of a failure group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The task.
    pub task: crate::event::TaskId,
    /// The object; empty when the task failed as a whole.
    pub subject: String,
}

/// How a run went as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// All is as declared.
    Done,
    /// Something is not.
    Failed,
    /// Somebody stopped the run before it was done.
    Stopped,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunSummary {
    /// The run.
    pub run: RunId,
    /// How it went as a whole.
    pub verdict: Verdict,
    /// Its tasks in the order of the graph.
    pub tasks: Vec<TaskResult>,
    /// Numbers of subjects.
    pub counts: Counts,
    /// What did not go well, by cause, biggest group first.
    pub failures: Vec<FailureGroup>,
    /// Steps by hand that this run made unnecessary.
    pub manual_steps: u32,
    /// How long it took.
    pub took: Duration,
}

impl RunSummary {
    /// Adds up task results.
    #[must_use]
    pub fn of(run: RunId, tasks: Vec<TaskResult>, stopped: bool, took: Duration) -> Self {
        let good = tasks.iter().all(|task| task.status.is_good());
        let verdict = match (good, stopped) {
            (true, _) => Verdict::Done,
            (false, true) => Verdict::Stopped,
            (false, false) => Verdict::Failed,
        };
        Self {
            run,
            verdict,
            counts: Counts::of(&tasks),
            failures: group_failures(&tasks),
            manual_steps: tasks.iter().map(|task| task.manual_steps).sum(),
            tasks,
            took,
        }
    }

    /// The same for a run that ended itself because of this: it failed, whatever its tasks reached.
    #[must_use]
    pub fn halted_by(mut self, failure: Failure) -> Self {
        self.verdict = Verdict::Failed;
        let group = FailureGroup { status: Status::Failed, failure, members: Vec::new() };
        self.failures.insert(0, group);
        self
    }
}

impl TaskResult {
    /// A task of which nothing was tried.
    pub(crate) fn not_tried(head: TaskHead, status: Status, why: String) -> Self {
        Self {
            head,
            status,
            subjects: Vec::new(),
            failure: None,
            why: Some(why),
            notes: Vec::new(),
            tables: Vec::new(),
            manual_steps: 0,
            took: Duration::ZERO,
        }
    }

    /// A task that failed as a whole.
    pub(crate) fn failed(head: TaskHead, failure: Failure) -> Self {
        Self {
            failure: Some(failure),
            why: None,
            ..Self::not_tried(head, Status::Failed, String::new())
        }
    }
}

impl Counts {
    fn of(tasks: &[TaskResult]) -> Self {
        let mut counts = Self::default();
        for task in tasks {
            if task.subjects.is_empty() {
                counts.add(task.status);
            }
            task.subjects.iter().for_each(|subject| counts.add(subject.status));
        }
        counts
    }

    fn add(&mut self, status: Status) {
        let count = match status {
            Status::Unchanged => &mut self.unchanged,
            Status::Changed => &mut self.changed,
            Status::Skipped => &mut self.skipped,
            Status::Unfinished => &mut self.unfinished,
            Status::Blocked => &mut self.blocked,
            Status::Unknown => &mut self.unknown,
            Status::Failed => &mut self.failed,
        };
        *count += 1;
    }
}

fn group_failures(tasks: &[TaskResult]) -> Vec<FailureGroup> {
    let mut groups: Vec<FailureGroup> = Vec::new();
    let mut known: HashMap<(Status, String, Option<String>, String), usize> = HashMap::new();
    for task in tasks {
        let whole = task.failure.iter().map(|failure| (task.status, "", failure));
        let parts = task.subjects.iter().filter_map(|part| {
            part.failure.as_ref().map(|failure| (part.status, part.subject.as_str(), failure))
        });
        for (status, subject, failure) in whole.chain(parts) {
            let member = Member { task: task.head.id.clone(), subject: subject.to_owned() };
            let cause = failure.root_cause().to_owned();
            let key = (status, failure.code.clone(), failure.fix.clone(), cause);
            let place = *known.entry(key).or_insert_with(|| {
                let failure = failure.clone();
                groups.push(FailureGroup { status, failure, members: Vec::new() });
                groups.len() - 1
            });
            groups[place].keep_common(failure);
            groups[place].members.push(member);
        }
    }
    groups.sort_by_key(|group| std::cmp::Reverse(group.members.len()));
    groups
}

impl FailureGroup {
    /// Keeps the causes that both have; those before are about one object, such as the call on it.
    fn keep_common(&mut self, failure: &Failure) {
        let causes = &mut self.failure.causes;
        let pairs = causes.iter().rev().zip(failure.causes.iter().rev());
        let common = pairs.take_while(|(one, other)| one == other).count();
        causes.drain(..causes.len() - common);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::TaskError;

    #[test]
    fn a_group_tells_the_causes_that_all_of_it_have() {
        let failure = |call: &str| {
            let root = std::io::Error::other("no capacity");
            let failure =
                Failure::from(&TaskError::new("ft", "cannot turn on", call).caused_by(root));
            Failure {
                causes: [vec![format!("cannot call on `{call}`")], failure.causes].concat(),
                ..failure
            }
        };
        let part = |name: &str| SubjectResult {
            subject: name.to_owned(),
            status: Status::Failed,
            proof: Vec::new(),
            failure: Some(failure(name)),
            not_done: Vec::new(),
        };
        let head =
            TaskHead { id: "ft".into(), capability: String::new(), needs: vec![], tags: vec![] };
        let whole = TaskResult::failed(head, failure("x"));
        let task = |names: &[&str]| TaskResult {
            subjects: names.iter().map(|name| part(name)).collect(),
            failure: None,
            ..whole.clone()
        };
        let causes = |names: &[&str]| group_failures(&[task(names)])[0].failure.causes.clone();
        assert_eq!(causes(&["a", "b"]), ["no capacity"]);
        assert_eq!(causes(&["a"]), ["cannot call on `a`", "no capacity"]);
    }
}
