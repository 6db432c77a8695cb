//! What the page shows, in the order in which it shows it.

use std::collections::BTreeMap;

use orchestrator::{Counts, FailureGroup, Member, Status, Table, TaskId, TaskResult};
use serde::Serialize;

use super::chart::{Chart, chart};
use super::words::{Headline, Mark, fate, headline, status};
use crate::particulars::{ByHand, Particulars};
use crate::recorded::{RecordedRun, RecordedStep};
use crate::text::duration;

/// All that the template is given.
#[derive(Debug, Serialize)]
pub(super) struct PageView<'a> {
    run: String,
    headline: Headline,
    started: String,
    took: String,
    playbook: &'a str,
    servers: String,
    by: &'a str,
    counts: Vec<Count>,
    go_on: Option<&'a str>,
    groups: Vec<GroupView<'a>>,
    tasks: Vec<TaskView<'a>>,
    chart: Option<Chart>,
    pairs: Option<Both<'a>>,
    states: Vec<State<'a>>,
    by_hand: Option<HandView<'a>>,
    steps: Vec<StepView<'a>>,
    notices: Vec<(String, &'a str)>,
    audit: &'a [(String, String)],
}

#[derive(Debug, Serialize)]
struct Count {
    number: usize,
    mark: Mark,
}

#[derive(Debug, Serialize)]
struct GroupView<'a> {
    mark: Mark,
    what: String,
    code: &'a str,
    cause: String,
    fix: Option<&'a str>,
    members: Vec<String>,
}

#[derive(Debug, Serialize)]
struct TaskView<'a> {
    id: &'a str,
    capability: &'a str,
    mark: Mark,
    objects: String,
    took: String,
    notes: &'a [String],
}

/// A table before and after; only one where both are the same or one is missing.
#[derive(Debug, Serialize)]
struct Both<'a> {
    before: Option<TableView<'a>>,
    after: Option<TableView<'a>>,
    same: bool,
}

#[derive(Debug, Serialize)]
struct TableView<'a> {
    title: &'a str,
    columns: &'a [String],
    rows: &'a [Vec<String>],
}

#[derive(Debug, Serialize)]
struct State<'a> {
    task: &'a str,
    tables: Vec<Both<'a>>,
}

#[derive(Debug, Serialize)]
struct HandView<'a> {
    totals: &'a str,
    tables: Vec<TableView<'a>>,
}

#[derive(Debug, Serialize)]
struct StepView<'a> {
    at: String,
    took: String,
    task: &'a str,
    subject: &'a str,
    step: &'a str,
    attempt: u32,
    mark: Mark,
    detail: &'a str,
}

impl<'a> PageView<'a> {
    pub(super) fn of(run: &'a RecordedRun, particulars: &'a Particulars) -> Self {
        let summary = &run.summary;
        let pairs = both(particulars.pairs.before.as_ref(), particulars.pairs.after.as_ref());
        PageView {
            run: summary.run.to_string(),
            headline: headline(run),
            started: readable(&run.started),
            took: duration(summary.took),
            playbook: &particulars.playbook,
            servers: particulars.servers.join(", "),
            by: &particulars.by,
            counts: counts(summary.counts),
            go_on: particulars.go_on.as_deref(),
            groups: summary.failures.iter().map(group).collect(),
            tasks: summary.tasks.iter().map(task).collect(),
            chart: chart(run),
            pairs,
            states: states(&summary.tasks, &run.before),
            by_hand: particulars.by_hand.as_ref().map(by_hand),
            steps: run.steps.iter().map(|one| step(one, run)).collect(),
            notices: run.notices.iter().map(|one| (duration(one.at), &*one.text)).collect(),
            audit: &particulars.audit,
        }
    }
}

/// RFC 3339 for people: the second is enough.
fn readable(time: &str) -> String {
    time.get(..19).map_or_else(|| time.to_owned(), |time| format!("{} UTC", time.replace('T', " ")))
}

fn counts(counts: Counts) -> Vec<Count> {
    let all = [
        (counts.changed, Status::Changed, true),
        (counts.unchanged, Status::Unchanged, true),
        (counts.failed, Status::Failed, true),
        (counts.unknown, Status::Unknown, true),
        (counts.blocked, Status::Blocked, false),
        (counts.skipped, Status::Skipped, false),
        (counts.unfinished, Status::Unfinished, false),
    ];
    let shown = all.into_iter().filter(|(number, _, always)| *always || *number > 0);
    shown.map(|(number, kind, _)| Count { number, mark: status(kind) }).collect()
}

fn group(group: &FailureGroup) -> GroupView<'_> {
    let failure = &group.failure;
    let on = |member: &Member| match member.subject.is_empty() {
        true => format!("task {}", member.task),
        false => member.subject.clone(),
    };
    GroupView {
        mark: status(group.status),
        what: if group.members.len() > 1 { failure.what.clone() } else { failure.to_string() },
        code: &failure.code,
        cause: failure.causes.join(": "),
        fix: failure.fix.as_deref(),
        members: group.members.iter().map(on).collect(),
    }
}

fn task(task: &TaskResult) -> TaskView<'_> {
    TaskView {
        id: task.head.id.as_str(),
        capability: &task.head.capability,
        mark: status(task.status),
        objects: crate::summary_text::objects(task),
        took: duration(task.took),
        notes: &task.notes,
    }
}

/// What each task saw first and last. Tables belong together that have the same columns.
fn states<'a>(tasks: &'a [TaskResult], before: &'a BTreeMap<TaskId, Vec<Table>>) -> Vec<State<'a>> {
    let state = |task: &'a TaskResult| {
        let mut first: Vec<&Table> = before.get(&task.head.id).into_iter().flatten().collect();
        let mut tables = Vec::new();
        for after in &task.tables {
            let twin = first.iter().position(|table| table.columns == after.columns);
            tables.extend(both(twin.map(|place| first.remove(place)), Some(after)));
        }
        tables.extend(first.into_iter().filter_map(|table| both(Some(table), None)));
        State { task: task.head.id.as_str(), tables }
    };
    tasks.iter().map(state).filter(|state| !state.tables.is_empty()).collect()
}

fn both<'a>(before: Option<&'a Table>, after: Option<&'a Table>) -> Option<Both<'a>> {
    let same = before.is_some() && before == after;
    let before = before.filter(|_| !same);
    let both = Both { before: before.map(table), after: after.map(table), same };
    (both.before.is_some() || both.after.is_some()).then_some(both)
}

fn table(table: &Table) -> TableView<'_> {
    TableView { title: &table.title, columns: &table.columns, rows: &table.rows }
}

fn by_hand(by_hand: &ByHand) -> HandView<'_> {
    HandView { totals: &by_hand.totals, tables: by_hand.tables.iter().map(table).collect() }
}

fn step<'a>(step: &'a RecordedStep, run: &RecordedRun) -> StepView<'a> {
    let end = step.ended.unwrap_or(run.took());
    StepView {
        at: duration(step.begun),
        took: duration(end.saturating_sub(step.begun)),
        task: step.task.as_str(),
        subject: &step.subject,
        step: &step.step,
        attempt: step.attempt,
        mark: fate(step.fate),
        detail: &step.detail,
    }
}
