//! What has drifted from what a playbook declares: [`Drift`]. A plan in other words.

use std::io::{self, Write};

use orchestrator::{Change, Failure, Item, PlannedStep, RunPlan};
use serde::Serialize;

use crate::layout::Page;
use crate::style::{Style, Tone};
use crate::text::count;

/// The version of the JSON document.
const VERSION: u32 = 1;

/// What is otherwise than declared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drift {
    /// The objects that are, in the order of the playbook.
    pub drifted: Vec<Drifted>,
    /// Tasks that could not be looked at.
    pub unread: Vec<(String, Failure)>,
    /// Objects that are as declared.
    pub in_sync: usize,
}

/// An object that is not as declared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Drifted {
    /// The task that declares it.
    pub task: String,
    /// The object.
    pub subject: String,
    /// What is otherwise, in a sentence.
    pub sentence: String,
    /// Whether an apply can put it right.
    pub blocked: bool,
}

#[derive(Serialize)]
struct Document<'a> {
    v: u32,
    drifted: bool,
    in_sync: usize,
    subjects: &'a [Drifted],
    unread: Vec<Unread<'a>>,
}

#[derive(Serialize)]
struct Unread<'a> {
    task: &'a str,
    code: &'a str,
    what: String,
    causes: &'a [String],
    fix: Option<&'a str>,
}

impl Drift {
    /// Reads a plan.
    #[must_use]
    pub fn of(plan: &RunPlan) -> Self {
        let mut drift = Self { drifted: Vec::new(), unread: Vec::new(), in_sync: 0 };
        for task in &plan.tasks {
            let id = task.head.id.as_str();
            match &task.outcome {
                Ok(view) => view.items.iter().for_each(|item| drift.add(id, item)),
                Err(failure) => drift.unread.push((id.to_owned(), failure.clone())),
            }
        }
        drift
    }

    fn add(&mut self, task: &str, item: &Item<()>) {
        let (sentence, blocked) = match item {
            Item::InSync { .. } => {
                self.in_sync += 1;
                return;
            }
            Item::Step(step) => (differs(step), false),
            Item::AfterApply { waits_for, .. } => {
                (format!("cannot be as declared before {waits_for}"), false)
            }
            Item::Blocked { reason, .. } => (
                format!(
                    "is not as declared: {}: {}; to do: {}",
                    reason.what, reason.cause, reason.fix
                ),
                true,
            ),
        };
        let (task, subject) = (task.to_owned(), item.subject().to_owned());
        self.drifted.push(Drifted { task, subject, sentence, blocked });
    }

    /// Writes it for people, one line per object.
    ///
    /// # Errors
    /// When `out` fails.
    pub fn write_text(&self, out: &mut impl Write, style: &Style) -> io::Result<()> {
        let mut page = Page::new(out, style);
        for Drifted { task, subject, sentence, blocked } in &self.drifted {
            let mark = if *blocked { ("!", Tone::Bad) } else { ("~", Tone::Changed) };
            page.marked(0, mark, &format!("{task}: `{subject}` {sentence}"))?;
        }
        for (task, failure) in &self.unread {
            let causes = failure.causes.join(": ");
            page.marked(0, ("x", Tone::Bad), &format!("{task}: {failure}: {causes}"))?;
        }
        let (drifted, unread) = (count(self.drifted.len(), "object"), self.unread.len());
        let unread = match unread {
            0 => String::new(),
            number => format!(", {} not readable", count(number, "task")),
        };
        page.text(
            0,
            &format!("Drift: {drifted} not as declared, {} as declared{unread}.", self.in_sync),
        )
    }

    /// Writes it as one JSON document.
    ///
    /// # Errors
    /// When `out` fails.
    pub fn write_json(&self, out: &mut impl Write) -> io::Result<()> {
        let document = Document {
            v: VERSION,
            drifted: !self.drifted.is_empty(),
            in_sync: self.in_sync,
            subjects: &self.drifted,
            unread: self.unread.iter().map(|(task, failure)| Unread::of(task, failure)).collect(),
        };
        serde_json::to_writer_pretty(&mut *out, &document)?;
        writeln!(out)
    }
}

impl<'a> Unread<'a> {
    fn of(task: &'a str, failure: &'a Failure) -> Self {
        Self {
            task,
            code: &failure.code,
            what: failure.to_string(),
            causes: &failure.causes,
            fix: failure.fix.as_deref(),
        }
    }
}

/// What a step would change is what has drifted.
fn differs(step: &PlannedStep<()>) -> String {
    let settings: Vec<String> = step.changes.iter().filter_map(setting).collect();
    match settings.is_empty() {
        true => format!("is not as declared; to do: {}", step.title),
        false => format!("is not as declared: {}", settings.join("; ")),
    }
}

fn setting(change: &Change) -> Option<String> {
    let Change { setting, before, after } = change;
    Some(match (before, after) {
        (Some(before), Some(after)) => format!("{setting} is {before}, declared is {after}"),
        (None, Some(after)) => format!("{setting} is not set, declared is {after}"),
        (Some(before), None) => format!("{setting} is {before}, declared is that it is not set"),
        (None, None) => return None,
    })
}
