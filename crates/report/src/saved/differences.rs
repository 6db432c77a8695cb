//! What is otherwise now than in a saved plan, about objects that one of the two would touch.

use std::collections::BTreeMap;
use std::fmt;

use orchestrator::{Approval, Basis, Failure, PlanView, RunPlan, TaskId};

use super::document::SavedPlan;
use crate::jsonl::{Change, Item, items_of};

/// The code of a task that is not as it was planned.
const CODE_STALE: &str = "plan-stale";
/// Differences that are told one by one.
const TOLD: usize = 12;
const NOTHING: &str = "nothing to do";

/// What is to do for one object by the saved plan, and by a new one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The task.
    pub task: String,
    /// The object.
    pub subject: String,
    /// By the saved plan.
    pub saved: String,
    /// By the new one.
    pub now: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { task, subject, saved, now } = self;
        write!(f, "{task}, `{subject}`: saved: {saved}; now: {now}")
    }
}

type BySubject<'a, 'b> = BTreeMap<&'a str, Vec<&'a Item<'b>>>;

impl SavedPlan {
    /// Holds a new plan of the same playbook against this one.
    #[must_use]
    pub fn differences(&self, now: &RunPlan) -> Vec<Difference> {
        let of_task = |task: &orchestrator::TaskPlan| match &task.outcome {
            Ok(plan) => self.differences_of(&task.head.id, plan, Basis::Found),
            Err(failure) => vec![Difference {
                task: task.head.id.to_string(),
                subject: task.head.id.to_string(),
                saved: "could be read".to_owned(),
                now: failure.to_string(),
            }],
        };
        now.tasks.iter().flat_map(of_task).collect()
    }

    fn differences_of(&self, task: &TaskId, now: &PlanView, basis: Basis) -> Vec<Difference> {
        let saved = self.tasks.iter().find(|saved| *saved.id == *task.as_str());
        let saved = saved.and_then(|saved| saved.plan.as_ref()).map(|plan| &*plan.items);
        let items = items_of(now);
        let (saved, now) = (by_subject(saved.unwrap_or_default()), by_subject(&items));
        let mut subjects: Vec<&str> = saved.keys().chain(now.keys()).copied().collect();
        subjects.sort_unstable();
        subjects.dedup();
        let none = Vec::new();
        let differs = |subject: &&str| {
            let (before, after) =
                (saved.get(*subject).unwrap_or(&none), now.get(*subject).unwrap_or(&none));
            match basis {
                Basis::Found => {
                    (touches(before) || touches(after)) && to_do(before) != to_do(after)
                }
                // It was foreseen only: what matters is that nothing else is touched.
                Basis::Made => {
                    touches(after)
                        && !touches(before)
                        && !saved.get(task.as_str()).is_some_and(|items| touches(items))
                }
            }
        };
        let told = |subject: &str| Difference {
            task: task.to_string(),
            subject: subject.to_owned(),
            saved: words(saved.get(subject)),
            now: words(now.get(subject)),
        };
        subjects.into_iter().filter(differs).map(told).collect()
    }
}

impl Approval for SavedPlan {
    fn check(&self, task: &TaskId, plan: &PlanView, basis: Basis) -> Result<(), Box<Failure>> {
        let differences = self.differences_of(task, plan, basis);
        if differences.is_empty() {
            return Ok(());
        }
        let told = differences.iter().take(TOLD).map(ToString::to_string);
        Err(Box::new(Failure {
            code: CODE_STALE.to_owned(),
            what: "is not as it was in the saved plan, so nothing was done for task".to_owned(),
            object: task.to_string(),
            causes: vec![told.collect::<Vec<_>>().join("; ")],
            fix: Some(
                "look at what changed, then make a new plan: `lockstep plan --out FILE`".to_owned(),
            ),
            delivery: None,
            transient: false,
        }))
    }
}

fn by_subject<'a, 'b>(items: &'a [Item<'b>]) -> BySubject<'a, 'b> {
    let mut subjects = BySubject::new();
    for item in items {
        subjects.entry(item.subject()).or_default().push(item);
    }
    subjects
}

/// Whether an apply does something about the object, or may.
fn touches(items: &[&Item<'_>]) -> bool {
    let acts = |item: &&&Item<'_>| {
        matches!(item, Item::Create { .. } | Item::Update { .. } | Item::AfterApply { .. })
    };
    items.iter().any(|item| acts(&item))
}

/// What is found as declared may be told in other words.
fn to_do<'a, 'b>(items: &[&'a Item<'b>]) -> Vec<&'a Item<'b>> {
    items.iter().copied().filter(|item| !matches!(item, Item::Unchanged { .. })).collect()
}

fn words(items: Option<&Vec<&Item<'_>>>) -> String {
    let Some(items) = items else { return NOTHING.to_owned() };
    let all: Vec<String> = items.iter().map(|item| word(item)).collect();
    all.join(", ")
}

fn word(item: &Item<'_>) -> String {
    match item {
        Item::Unchanged { detail, .. } => format!("{NOTHING} ({detail})"),
        Item::AfterApply { waits_for, .. } => format!("decided after {waits_for}"),
        Item::Blocked { failure, .. } => format!("blocked: {}", failure.what),
        Item::Create { title, changes, .. } | Item::Update { title, changes, .. } => {
            let changes: Vec<String> = changes.iter().map(setting).collect();
            match changes.is_empty() {
                true => title.to_string(),
                false => format!("{title} ({})", changes.join(", ")),
            }
        }
    }
}

fn setting(change: &Change<'_>) -> String {
    let value = |value: Option<&str>| value.unwrap_or("(not set)").to_owned();
    let (before, after) = (value(change.before.as_deref()), value(change.after.as_deref()));
    format!("{}: {before} -> {after}", change.setting)
}
