//! How a run ended, as text for people: what `lockstep apply` ends with.
//!
//! Verdict, tasks, tables of the state reached (such as the protected pairs), failures by cause with fix,
//! and numbers.

use std::io::{self, Write};

use orchestrator::{Counts, FailureGroup, RunSummary, Status, Table, TaskResult, Verdict};

use crate::groups::{Group, write_group};
use crate::layout::Page;
use crate::style::{Style, Tone};
use crate::tables::place_table;
use crate::text::{clean, count, duration};

/// What the end of a run says besides the summary.
#[derive(Debug, Clone, Copy, Default)]
pub struct Ending<'a> {
    /// Which steps by hand were replaced, in the words of whoever counts them; without it the number alone is
    /// written.
    pub replaced: Option<&'a str>,
    /// The command with which one goes on; it is written on a line of its own, to be copied.
    pub go_on: Option<&'a str>,
}

/// Writes the summary.
///
/// # Errors
/// When `out` fails.
pub fn write_summary(
    out: &mut impl Write,
    summary: &RunSummary,
    ending: &Ending<'_>,
    style: &Style,
) -> io::Result<()> {
    let mut page = Page::new(out, style);
    page.heading(0, &verdict(summary))?;
    page.blank()?;
    place_table(&mut page, 2, &task_table(&summary.tasks))?;
    write_state(&mut page, &summary.tasks)?;
    write_failures(&mut page, &summary.failures)?;
    page.blank()?;
    page.text(0, &format!("{}.", numbers(summary.counts)))?;
    if let Some(replaced) = ending.replaced {
        page.text(0, replaced)?;
    } else if summary.manual_steps > 0 {
        let steps = count(summary.manual_steps as usize, "manual step");
        page.text(0, &format!("{steps} replaced."))?;
    }
    page.text(0, &format!("Took {}.", duration(summary.took)))?;
    match ending.go_on {
        Some(command) => {
            page.blank()?;
            page.text(0, "To go on:")?;
            page.raw(&format!("  {}", clean(command)))
        }
        None => Ok(()),
    }
}

fn verdict(summary: &RunSummary) -> String {
    let counts = summary.counts;
    let how = match summary.verdict {
        Verdict::Done if counts.changed == 0 => "finished: nothing was to do",
        Verdict::Done => "finished: everything is as declared",
        Verdict::Failed if counts.unknown > 0 => "finished with failures and unknown outcomes",
        Verdict::Failed => "finished with failures",
        Verdict::Stopped if counts.unknown > 0 => "was stopped, some outcomes are unknown",
        Verdict::Stopped => "was stopped before it was done",
    };
    format!("Run {} {how}", summary.run)
}

fn task_table(tasks: &[TaskResult]) -> Table {
    let row = |task: &TaskResult| {
        vec![
            task.head.id.to_string(),
            task.status.as_str().to_owned(),
            objects(task),
            duration(task.took),
        ]
    };
    Table {
        title: "Tasks".to_owned(),
        columns: ["task", "result", "objects", "took"].map(str::to_owned).to_vec(),
        rows: tasks.iter().map(row).collect(),
    }
}

/// How the subjects of a task ended, or why it has none.
pub(crate) fn objects(task: &TaskResult) -> String {
    if let Some(why) = &task.why {
        return why.clone();
    }
    let mut parts = Vec::new();
    for status in WORST_FIRST {
        let number = task.subjects.iter().filter(|part| part.status == status).count();
        if number > 0 {
            parts.push(format!("{number} {}", status.as_str()));
        }
    }
    parts.join(", ")
}

const WORST_FIRST: [Status; 7] = [
    Status::Failed,
    Status::Unknown,
    Status::Blocked,
    Status::Unfinished,
    Status::Skipped,
    Status::Changed,
    Status::Unchanged,
];

fn write_state<W: Write>(page: &mut Page<'_, W>, tasks: &[TaskResult]) -> io::Result<()> {
    for task in tasks {
        for table in &task.tables {
            page.blank()?;
            place_table(page, 2, table)?;
        }
        for note in &task.notes {
            page.labelled(2, ("note:", 5), note)?;
        }
    }
    Ok(())
}

fn write_failures<W: Write>(page: &mut Page<'_, W>, groups: &[FailureGroup]) -> io::Result<()> {
    for status in WORST_FIRST {
        let groups: Vec<&FailureGroup> =
            groups.iter().filter(|group| group.status == status).collect();
        if groups.is_empty() {
            continue;
        }
        let members: usize = groups.iter().map(|group| group.members.len()).sum();
        let causes = count(groups.len(), "cause");
        page.blank()?;
        page.heading(2, &format!("{} {members}, {causes}", capital(status.as_str())))?;
        for group in groups {
            write_failure(page, group)?;
        }
    }
    Ok(())
}

fn write_failure<W: Write>(page: &mut Page<'_, W>, group: &FailureGroup) -> io::Result<()> {
    let failure = &group.failure;
    let what = if group.members.len() > 1 { failure.what.clone() } else { failure.to_string() };
    let on = |member: &orchestrator::Member| match member.subject.is_empty() {
        true => format!("task {}", member.task),
        false => member.subject.clone(),
    };
    let group = Group {
        mark: if group.status == Status::Blocked { "!" } else { "x" },
        what,
        code: &failure.code,
        causes: failure.causes.iter().map(String::as_str).collect(),
        fix: failure.fix.as_deref(),
        members: group.members.iter().map(on).collect(),
    };
    write_group(page, 2, &group)
}

fn numbers(counts: Counts) -> String {
    let all = [
        (counts.changed, "changed", true),
        (counts.unchanged, "unchanged", true),
        (counts.failed, "failed", true),
        (counts.blocked, "blocked", false),
        (counts.skipped, "skipped", false),
        (counts.unfinished, "unfinished", false),
        (counts.unknown, "unknown", true),
    ];
    let shown = all.iter().filter(|(number, _, always)| *always || *number > 0);
    shown.map(|(number, word, _)| format!("{number} {word}")).collect::<Vec<_>>().join(", ")
}

fn capital(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// How a status is painted.
pub(crate) fn tone(status: Status) -> Tone {
    match status {
        Status::Changed => Tone::Good,
        Status::Unchanged => Tone::Quiet,
        Status::Skipped | Status::Unfinished => Tone::Waits,
        Status::Blocked | Status::Unknown | Status::Failed => Tone::Bad,
    }
}
