//! Says truthfully how a task went, from how its lanes ended and what the last look saw.
//!
//! Done means proved: a subject is good only if the last look found it as declared, and unknown when
//! nobody could look.

use std::collections::{BTreeMap, HashMap};

use crate::erased::{ErasedStep, Look};
use crate::event::TaskHead;
use crate::failure::{
    CODE_BUG, CODE_CANCELLED, CODE_NOT_IN_SYNC, CODE_STILL_WAITING, CODE_UNVERIFIED, Failure,
};
use crate::lane::{Fate, LaneEnd};
use crate::plan::{Change, Item, Plan, PlanView, PlannedStep, Reason};
use crate::summary::{Status, SubjectResult, TaskResult};

/// Everything known about one task at its end.
pub(crate) struct Conclusion<'a> {
    pub(crate) head: &'a TaskHead,
    pub(crate) first: &'a PlanView,
    /// Steps by hand at the first look.
    pub(crate) manual_steps: u32,
    pub(crate) ends: BTreeMap<String, LaneEnd>,
    /// The last look; `None` when nobody waited for it.
    pub(crate) last: Option<Result<Look, Failure>>,
    pub(crate) stopped: bool,
}

/// What a plan says about one subject, the worst first.
enum Seen<'a> {
    Blocked(&'a Reason),
    Differs(Vec<&'a PlannedStep<()>>),
    Waits(&'a str),
    InSync(Vec<&'a str>),
    /// The plan does not mention it.
    Absent,
}

impl Conclusion<'_> {
    pub(crate) fn draw(mut self) -> TaskResult {
        let (last, failure, manual_after) = match self.last.take() {
            Some(Ok(look)) => (Some(look.plan), None, Some(look.manual_steps)),
            Some(Err(failure)) => (None, Some(failure), None),
            None => (None, None, None),
        };
        let last: Option<PlanView> = last.map(|plan: Plan<ErasedStep>| plan.view());
        let looks = Looks { first: by_subject(self.first), last: last.as_ref().map(by_subject) };
        let settled = last.as_ref().is_some_and(PlanView::is_in_sync);
        let subjects: Vec<SubjectResult> = subjects_of(self.first, last.as_ref())
            .into_iter()
            .map(|subject| self.subject(subject, &looks, settled))
            .collect();
        let worst = subjects.iter().map(|subject| subject.status).max();
        let floor = if failure.is_some() { Status::Unknown } else { Status::Unchanged };
        let status = worst.unwrap_or(floor).max(floor);
        let shown = last.unwrap_or_else(|| PlanView::of(Vec::new()));
        TaskResult {
            head: self.head.clone(),
            status,
            subjects,
            failure,
            why: None,
            notes: shown.notes,
            tables: shown.tables,
            manual_steps: self.steps_saved(status, manual_after),
            took: std::time::Duration::ZERO,
        }
    }

    /// What this run made unnecessary: all of it when done, else what is no longer left.
    fn steps_saved(&self, status: Status, after: Option<u32>) -> u32 {
        match (status, after) {
            (Status::Changed, _) => self.manual_steps,
            (Status::Unchanged, _) | (_, None) => 0,
            (_, Some(after)) => self.manual_steps.saturating_sub(after),
        }
    }

    fn subject(&mut self, subject: String, looks: &Looks<'_>, settled: bool) -> SubjectResult {
        let end = self.ends.remove(&subject);
        let seen = looks.last.as_ref().map(|items| seen_of(items, &subject));
        let tried = end.is_some();
        let LaneEnd { fate, changed, mut proof, mut not_done } = end.unwrap_or_default();
        let (status, failure) = match (&fate, seen) {
            // A bug is told whatever became of the subject.
            (Fate::Failed(failure), Some(Seen::InSync(_))) if failure.code == CODE_BUG => {
                (Status::Failed, Some(failure.clone()))
            }
            (_, Some(Seen::InSync(details))) => {
                proof.extend(details.iter().map(ToString::to_string));
                proof.dedup();
                // It differed before, or no step would have been tried.
                let changed = changed || matches!(fate, Fate::Unknown(_) | Fate::Failed(_));
                not_done.clear();
                (if changed { Status::Changed } else { Status::Unchanged }, None)
            }
            (Fate::Failed(failure), _) => (Status::Failed, Some(failure.clone())),
            (Fate::Unknown(failure), _) => (Status::Unknown, Some(failure.clone())),
            (Fate::Refused(failure), _) => (Status::Blocked, Some(failure.clone())),
            (Fate::Held(failure), _) => (Status::Unfinished, Some(failure.clone())),
            (Fate::Stopped, _) => (Status::Unfinished, Some(stopped())),
            (Fate::Done, Some(seen)) => self.done(&subject, tried, changed, &seen, settled),
            (Fate::Done, None) => unseen(&subject, tried, &looks.first),
        };
        SubjectResult { subject, status, proof, failure, not_done }
    }

    /// A subject whose steps went well, or that had none, and that is not plainly in sync.
    fn done(
        &self,
        subject: &str,
        tried: bool,
        changed: bool,
        seen: &Seen<'_>,
        settled: bool,
    ) -> (Status, Option<Failure>) {
        let unfinished = self.stopped && !tried;
        match seen {
            Seen::Blocked(reason) => (Status::Blocked, Some(Failure::from(*reason))),
            Seen::Differs(_) | Seen::Waits(_) if unfinished => {
                (Status::Unfinished, Some(stopped()))
            }
            Seen::Differs(steps) => (Status::Failed, Some(still_differs(subject, steps))),
            Seen::Waits(what) => (Status::Failed, Some(still_waits(subject, what))),
            // Gone from the plan, and all the rest is as declared.
            _ if settled => (if changed { Status::Changed } else { Status::Unchanged }, None),
            _ => (Status::Unknown, Some(unverified(subject))),
        }
    }
}

/// A subject that nobody could look at in the end.
fn unseen(subject: &str, tried: bool, first: &BySubject<'_>) -> (Status, Option<Failure>) {
    match seen_of(first, subject) {
        _ if tried => (Status::Unknown, Some(unverified(subject))),
        Seen::InSync(_) => (Status::Unchanged, None),
        Seen::Blocked(reason) => (Status::Blocked, Some(Failure::from(reason))),
        _ => (Status::Unfinished, Some(stopped())),
    }
}

type BySubject<'a> = HashMap<&'a str, Vec<&'a Item<()>>>;

/// What the first and the last look said, by subject.
struct Looks<'a> {
    first: BySubject<'a>,
    last: Option<BySubject<'a>>,
}

fn by_subject(plan: &PlanView) -> BySubject<'_> {
    let mut items = BySubject::new();
    for item in &plan.items {
        items.entry(item.subject()).or_default().push(item);
    }
    items
}

/// Each subject once, in the order of the first plan, then those that came later.
fn subjects_of(first: &PlanView, last: Option<&PlanView>) -> Vec<String> {
    let mut known = std::collections::BTreeSet::new();
    let items = first.items.iter().chain(last.iter().flat_map(|plan| &plan.items));
    items.map(Item::subject).filter(|name| known.insert(*name)).map(str::to_owned).collect()
}

fn seen_of<'a>(items: &BySubject<'a>, subject: &str) -> Seen<'a> {
    let mut seen = Seen::Absent;
    for item in items.get(subject).into_iter().flatten().copied() {
        seen = match (seen, item) {
            (_, Item::Blocked { reason, .. }) => Seen::Blocked(reason),
            (blocked @ Seen::Blocked(_), _) => blocked,
            (Seen::Differs(mut steps), Item::Step(step)) => {
                steps.push(step);
                Seen::Differs(steps)
            }
            (differs @ Seen::Differs(_), _) => differs,
            (_, Item::Step(step)) => Seen::Differs(vec![step]),
            (_, Item::AfterApply { waits_for, .. }) => Seen::Waits(waits_for),
            (waits @ Seen::Waits(_), _) => waits,
            (Seen::InSync(mut details), Item::InSync { detail, .. }) => {
                details.push(detail);
                Seen::InSync(details)
            }
            (Seen::Absent, Item::InSync { detail, .. }) => Seen::InSync(vec![detail]),
        };
    }
    seen
}

fn stopped() -> Failure {
    Failure {
        fix: Some("apply the playbook again; it goes on where this run stopped".to_owned()),
        ..Failure::new(CODE_CANCELLED, "the run was stopped before this was done", "")
    }
}

fn unverified(subject: &str) -> Failure {
    Failure {
        fix: Some("apply the playbook again; it looks first".to_owned()),
        ..Failure::new(CODE_UNVERIFIED, "its steps ended, but nobody could verify", subject)
    }
}

fn still_waits(subject: &str, what: &str) -> Failure {
    Failure {
        causes: vec![format!("it still waits for: {what}")],
        fix: Some("make sure that what it waits for is there, and apply again".to_owned()),
        ..Failure::new(CODE_STILL_WAITING, "cannot start work on", subject)
    }
}

fn still_differs(subject: &str, steps: &[&PlannedStep<()>]) -> Failure {
    let left: Vec<String> = steps.iter().map(|step| difference(step)).collect();
    Failure {
        causes: vec![format!("still to do: {}", left.join("; "))],
        fix: Some("see whether somebody else changes it too, then apply again".to_owned()),
        ..Failure::new(
            CODE_NOT_IN_SYNC,
            "all steps went well, but something still differs on",
            subject,
        )
    }
}

fn difference(step: &PlannedStep<()>) -> String {
    let settings: Vec<String> = step.changes.iter().map(setting).collect();
    if settings.is_empty() {
        return step.title.clone();
    }
    format!("{} ({})", step.title, settings.join(", "))
}

fn setting(change: &Change) -> String {
    let value = |value: &Option<String>| value.clone().unwrap_or_else(|| "not set".to_owned());
    format!("{} is {}, not {}", change.setting, value(&change.before), value(&change.after))
}
