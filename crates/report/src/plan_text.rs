//! A plan as text for people: what `lockstep plan` shows.
//!
//! Per task `+` make, `~` change, `>` decided after apply, `=` as declared, `!` blocked, `x` not readable;
//! blocks are grouped by cause. Ends with one line of numbers, and says that nothing was changed.

use std::io::{self, Write};

use orchestrator::{
    Change, ChangeKind, Failure, Item, PlanView, PlannedStep, Reason, RunPlan, TaskPlan,
};

use crate::groups::{Group, names, write_group};
use crate::layout::Page;
use crate::style::{Style, Tone};
use crate::tables::place_table;
use crate::text::{clean, columns, count};

/// Subjects as declared that are shown one by one; more are shown in one line.
const LISTED: usize = 10;
/// The widest column of setting names.
const SETTING: usize = 30;

/// Writes the plan.
///
/// # Errors
/// When `out` fails.
pub fn write_plan(out: &mut impl Write, plan: &RunPlan, style: &Style) -> io::Result<()> {
    let mut page = Page::new(out, style);
    for task in &plan.tasks {
        write_task(&mut page, task)?;
        page.blank()?;
    }
    let totals = &plan.totals;
    let failed = match totals.failed {
        0 => String::new(),
        number => format!(", {} not readable", count(number, "task")),
    };
    page.text(
        0,
        &format!(
            "Plan: {} to create, {} to change, {} to do, {} unchanged, {} blocked{failed}.",
            totals.create, totals.change, totals.after_apply, totals.unchanged, totals.blocked
        ),
    )?;
    if totals.manual_steps > 0 {
        page.text(0, &format!("By hand this takes {} steps.", totals.manual_steps))?;
    }
    page.text(0, "Nothing was changed.")
}

fn write_task<W: Write>(page: &mut Page<'_, W>, task: &TaskPlan) -> io::Result<()> {
    let head = &task.head;
    let title = match head.id.as_str() == head.capability {
        true => head.id.to_string(),
        false => format!("{} ({})", head.id, head.capability),
    };
    page.heading(0, &title)?;
    if !task.held_up_by.is_empty() {
        let needs: Vec<String> = task.held_up_by.iter().map(|id| format!("`{id}`")).collect();
        let text = format!("would be skipped, as it needs {}", needs.join(", "));
        page.marked(2, ("!", Tone::Bad), &text)?;
    }
    match &task.outcome {
        Ok(plan) => write_items(page, plan),
        Err(failure) => write_failure(page, failure),
    }
}

fn write_failure<W: Write>(page: &mut Page<'_, W>, failure: &Failure) -> io::Result<()> {
    let group = Group {
        mark: "x",
        what: failure.to_string(),
        code: &failure.code,
        causes: failure.causes.iter().map(String::as_str).collect(),
        fix: failure.fix.as_deref(),
        members: Vec::new(),
    };
    write_group(page, 2, &group)
}

fn write_items<W: Write>(page: &mut Page<'_, W>, plan: &PlanView) -> io::Result<()> {
    for item in &plan.items {
        if let Item::Step(step) = item {
            write_step(page, step)?;
        }
    }
    write_waiting(page, plan)?;
    write_in_sync(page, plan)?;
    write_blocked(page, plan)?;
    for note in &plan.notes {
        page.labelled(2, ("note:", 5), note)?;
    }
    for table in &plan.tables {
        page.blank()?;
        place_table(page, 2, table)?;
    }
    Ok(())
}

fn write_step<W: Write>(page: &mut Page<'_, W>, step: &PlannedStep<()>) -> io::Result<()> {
    let mark = match step.kind {
        ChangeKind::Create => ("+", Tone::New),
        ChangeKind::Update => ("~", Tone::Changed),
    };
    page.marked(2, mark, &with_subject(&step.subject, &step.title))?;
    let width = step.changes.iter().map(|change| columns(&clean(&change.setting))).max();
    let width = width.unwrap_or(0).min(SETTING);
    for change in &step.changes {
        let value = value_text(page, step.kind, change);
        page.labelled(6, (&change.setting, width), &value)?;
    }
    Ok(())
}

fn value_text<W>(page: &Page<'_, W>, kind: ChangeKind, change: &Change) -> String {
    let arrow = page.style.arrow();
    match (&change.before, &change.after) {
        (None, Some(after)) if kind == ChangeKind::Create => after.clone(),
        (before, after) => {
            let before = before.as_deref().unwrap_or("(not set)");
            let after = after.as_deref().unwrap_or("(not set)");
            format!("{before} {arrow} {after}")
        }
    }
}

/// The title alone where it names the subject already.
fn with_subject(subject: &str, title: &str) -> String {
    if title.contains(subject) { title.to_owned() } else { format!("{subject}: {title}") }
}

fn write_waiting<W: Write>(page: &mut Page<'_, W>, plan: &PlanView) -> io::Result<()> {
    let mut groups: Vec<(&str, Vec<String>)> = Vec::new();
    for item in &plan.items {
        let Item::AfterApply { subject, waits_for } = item else { continue };
        match groups.iter_mut().find(|(waits, _)| waits == waits_for) {
            Some((_, subjects)) => subjects.push(subject.clone()),
            None => groups.push((waits_for, vec![subject.clone()])),
        }
    }
    for (waits_for, subjects) in groups {
        let who = match subjects.len() {
            1 => subjects[0].clone(),
            number => format!("{number} to do: {}", names(&subjects, &page.style)),
        };
        page.marked(2, (">", Tone::Waits), &who)?;
        page.labelled(6, ("after", 5), waits_for)?;
    }
    Ok(())
}

fn write_in_sync<W: Write>(page: &mut Page<'_, W>, plan: &PlanView) -> io::Result<()> {
    let found: Vec<(&str, &str)> = plan
        .items
        .iter()
        .filter_map(|item| match item {
            Item::InSync { subject, detail } => Some((subject.as_str(), detail.as_str())),
            _ => None,
        })
        .collect();
    if found.len() > LISTED {
        let subjects: Vec<String> = found.iter().map(|(name, _)| (*name).to_owned()).collect();
        let text = format!("{} as declared: {}", found.len(), names(&subjects, &page.style));
        return page.marked(2, ("=", Tone::Quiet), &text);
    }
    for (subject, detail) in found {
        page.marked(2, ("=", Tone::Quiet), &with_subject(subject, detail))?;
    }
    Ok(())
}

fn write_blocked<W: Write>(page: &mut Page<'_, W>, plan: &PlanView) -> io::Result<()> {
    let mut groups: Vec<(&Reason, Vec<String>)> = Vec::new();
    for item in &plan.items {
        let Item::Blocked { subject, reason } = item else { continue };
        match groups.iter_mut().find(|(first, _)| same_cause(first, reason)) {
            Some((_, subjects)) => subjects.push(subject.clone()),
            None => groups.push((reason, vec![subject.clone()])),
        }
    }
    groups.sort_by_key(|(_, subjects)| std::cmp::Reverse(subjects.len()));
    for (reason, members) in groups {
        let group = Group {
            mark: "!",
            what: format!("blocked: {}", reason.what),
            code: reason.code,
            causes: vec![&reason.cause],
            fix: Some(&reason.fix),
            members,
        };
        write_group(page, 2, &group)?;
    }
    Ok(())
}

fn same_cause(one: &Reason, other: &Reason) -> bool {
    (one.code, &one.cause, &one.fix) == (other.code, &other.cause, &other.fix)
}
