//! From runtime types to the mirror types.

use std::borrow::Cow;
use std::time::Duration;

use orchestrator as engine;
use orchestrator::{ChangeKind, Delivery, Event, EventKind, Place, RunMode, Verdict};

use super::schema::{
    Body, Change, Counts, Failure, FailureGroup, Item, Line, Member, Plan, SCHEMA_VERSION, Server,
    Table, Task, Text, Token, Totals,
};
use crate::timestamp;

/// The line for an event; `None` for events that this version of the schema does not know.
pub(super) fn line(event: &Event) -> Option<Line<'_>> {
    let (kind, body) = body(&event.kind)?;
    Some(Line {
        v: SCHEMA_VERSION,
        kind: kind.into(),
        ts: timestamp::millis(event.at),
        elapsed_ms: millis(event.elapsed),
        run: event.run.as_str().into(),
        seq: event.seq,
        body,
    })
}

fn body(kind: &EventKind) -> Option<(&'static str, Body<'_>)> {
    run_body(kind).or_else(|| task_body(kind)).or_else(|| step_body(kind))
}

fn run_body(kind: &EventKind) -> Option<(&'static str, Body<'_>)> {
    Some(match kind {
        EventKind::RunStarted { mode, tasks, facts } => {
            let mode = match mode {
                RunMode::Plan => "plan",
                RunMode::Apply => "apply",
            };
            let tasks = tasks.iter().map(task_head).collect();
            let program =
                Some((&*facts.program).into()).filter(|program: &Text<'_>| !program.is_empty());
            let servers = servers_of(facts);
            let body = Body { mode: Some(mode.into()), tasks: Some(tasks), ..Body::default() };
            ("run_started", Body { program, servers, ..body })
        }
        EventKind::Notice { at, text } => {
            let body = at.as_ref().map(at_place).unwrap_or_default();
            ("notice", Body { text: Some(text.into()), ..body })
        }
        EventKind::ServerSilent { server, since, until, cause } => {
            let (since, until) = (timestamp::seconds(*since), timestamp::seconds(*until));
            let body =
                Body { since: Some(since.into()), until: Some(until.into()), ..at_server(server) };
            ("server_silent", Body { why: Some(cause.into()), ..body })
        }
        EventKind::ServerAnswers { server, silent } => {
            ("server_answers", Body { silent_ms: Some(millis(*silent)), ..at_server(server) })
        }
        EventKind::Stopping { running, steps } => {
            let (running, steps) = (Some(*running), Some(*steps));
            ("stopping", Body { running, running_steps: steps, ..Body::default() })
        }
        EventKind::RunFinished { summary } => ("run_finished", run_finished(summary)),
        EventKind::PlanFinished { plan } => ("plan_finished", plan_finished(plan)),
        _ => return None,
    })
}

fn at_server(server: &engine::ServerName) -> Body<'_> {
    let (name, address) = (Some((&*server.name).into()), Some((&*server.address).into()));
    Body { server: name, address, ..Body::default() }
}

fn task_body(kind: &EventKind) -> Option<(&'static str, Body<'_>)> {
    Some(match kind {
        EventKind::TaskStarted { task } => ("task_started", at_task(task)),
        EventKind::TaskPlanned { task, plan } => {
            ("task_planned", Body { plan: Some(plan_view(plan)), ..at_task(task) })
        }
        EventKind::ObserveRetried { task, failure: error, attempt, pause } => {
            let body =
                Body { failure: Some(failure(error)), attempt: Some(*attempt), ..at_task(task) };
            ("observe_retried", Body { pause_ms: Some(millis(*pause)), ..body })
        }
        EventKind::SubjectFinished { task, result } => {
            let body = Body {
                subject: Some((&*result.subject).into()),
                status: Some(result.status.as_str().into()),
                proof: Some(texts(&result.proof)),
                failure: result.failure.as_ref().map(failure),
                not_done: texts(&result.not_done),
                ..at_task(task)
            };
            ("subject_finished", body)
        }
        EventKind::TaskProgress { task, done, failed, running, waiting, left } => {
            let body = Body {
                done: Some(*done),
                failed: Some(*failed),
                at_work: Some(*running),
                waiting: Some(*waiting),
                left_least_ms: left.map(|left| millis(left.least)),
                left_most_ms: left.map(|left| millis(left.most)),
                ..at_task(task)
            };
            ("task_progress", body)
        }
        EventKind::TaskFinished { task, status, why, took } => {
            let body = Body {
                status: Some(status.as_str().into()),
                why: why.as_deref().map(Cow::from),
                took_ms: Some(millis(*took)),
                ..at_task(task)
            };
            ("task_finished", body)
        }
        _ => return None,
    })
}

fn step_body(kind: &EventKind) -> Option<(&'static str, Body<'_>)> {
    Some(match kind {
        EventKind::StepStarted { at, attempt, queued, takes } => {
            let body = Body { attempt: Some(*attempt), ..at_place(at) };
            let takes = takes.iter().map(token).collect();
            ("step_started", Body { queued_ms: Some(millis(*queued)), takes, ..body })
        }
        EventKind::StepProgress { at, percent, text } => {
            ("step_progress", Body { percent: *percent, text: Some(text.into()), ..at_place(at) })
        }
        EventKind::StepFinished { at, outcome, took } => {
            let status = if outcome.is_change() { "changed" } else { "unchanged" };
            let body = Body {
                status: Some(status.into()),
                proof: Some(vec![outcome.proof().into()]),
                took_ms: Some(millis(*took)),
                ..at_place(at)
            };
            ("step_finished", body)
        }
        EventKind::StepRetried { at, failure: error, attempt, pause } => {
            let body =
                Body { failure: Some(failure(error)), attempt: Some(*attempt), ..at_place(at) };
            ("step_retried", Body { pause_ms: Some(millis(*pause)), ..body })
        }
        EventKind::StepFailed { at, failure: error, took } => {
            let body = Body { failure: Some(failure(error)), ..at_place(at) };
            ("step_failed", Body { took_ms: Some(millis(*took)), ..body })
        }
        _ => return None,
    })
}

fn run_finished(summary: &engine::RunSummary) -> Body<'_> {
    let verdict = match summary.verdict {
        Verdict::Done => "done",
        Verdict::Failed => "failed",
        Verdict::Stopped => "stopped",
    };
    Body {
        verdict: Some(verdict.into()),
        counts: Some(counts(summary.counts)),
        manual_steps: Some(summary.manual_steps),
        took_ms: Some(millis(summary.took)),
        tasks: Some(summary.tasks.iter().map(task_result).collect()),
        failures: Some(summary.failures.iter().map(failure_group).collect()),
        ..Body::default()
    }
}

fn plan_finished(plan: &engine::RunPlan) -> Body<'_> {
    Body {
        totals: Some(totals(plan.totals)),
        manual_steps: Some(plan.totals.manual_steps),
        tasks: Some(plan.tasks.iter().map(task_plan).collect()),
        ..Body::default()
    }
}

/// What a task has to do.
pub(crate) fn items_of(plan: &engine::PlanView) -> Vec<Item<'_>> {
    plan.items.iter().map(item).collect()
}

/// The servers of a run.
pub(crate) fn servers_of(facts: &engine::RunFacts) -> Vec<Server<'_>> {
    facts.servers.iter().map(server).collect()
}

/// The tasks of a plan with what is to do in each.
pub(crate) fn plan_tasks<'a>(plan: &'a engine::RunPlan) -> Vec<Task<'a>> {
    let planned = |task: &'a engine::TaskPlan| Task {
        plan: task.outcome.as_ref().ok().map(plan_view),
        ..task_plan(task)
    };
    plan.tasks.iter().map(planned).collect()
}

pub(crate) fn totals(totals: engine::PlanTotals) -> Totals {
    Totals {
        create: totals.create,
        change: totals.change,
        after_apply: totals.after_apply,
        unchanged: totals.unchanged,
        blocked: totals.blocked,
        failed: totals.failed,
    }
}

fn task_head(head: &engine::TaskHead) -> Task<'_> {
    Task {
        id: head.id.as_str().into(),
        capability: (&*head.capability).into(),
        needs: ids(&head.needs),
        tags: texts(&head.tags),
        status: None,
        why: None,
        failure: None,
        held_up_by: Vec::new(),
        plan: None,
        tables: Vec::new(),
        notes: Vec::new(),
        manual_steps: None,
        took_ms: None,
    }
}

fn task_result(result: &engine::TaskResult) -> Task<'_> {
    Task {
        status: Some(result.status.as_str().into()),
        why: result.why.as_deref().map(Cow::from),
        failure: result.failure.as_ref().map(failure),
        tables: result.tables.iter().map(table).collect(),
        notes: texts(&result.notes),
        manual_steps: Some(result.manual_steps),
        took_ms: Some(millis(result.took)),
        ..task_head(&result.head)
    }
}

fn task_plan(plan: &engine::TaskPlan) -> Task<'_> {
    Task {
        failure: plan.outcome.as_ref().err().map(failure),
        held_up_by: ids(&plan.held_up_by),
        manual_steps: Some(plan.manual_steps),
        ..task_head(&plan.head)
    }
}

fn plan_view(plan: &engine::PlanView) -> Plan<'_> {
    Plan {
        items: items_of(plan),
        notes: texts(&plan.notes),
        tables: plan.tables.iter().map(table).collect(),
    }
}

fn item(item: &engine::Item<()>) -> Item<'_> {
    match item {
        engine::Item::InSync { subject, detail } => {
            Item::Unchanged { subject: subject.into(), detail: detail.into() }
        }
        engine::Item::AfterApply { subject, waits_for } => {
            Item::AfterApply { subject: subject.into(), waits_for: waits_for.into() }
        }
        engine::Item::Blocked { subject, reason } => {
            Item::Blocked { subject: subject.into(), failure: blocked(reason) }
        }
        engine::Item::Step(step) => {
            let (subject, title) = (Cow::from(&step.subject), Cow::from(&step.title));
            let changes = step.changes.iter().map(change).collect();
            match step.kind {
                ChangeKind::Create => Item::Create { subject, title, changes },
                ChangeKind::Update => Item::Update { subject, title, changes },
            }
        }
    }
}

fn change(change: &engine::Change) -> Change<'_> {
    Change {
        setting: (&change.setting).into(),
        before: change.before.as_deref().map(Cow::from),
        after: change.after.as_deref().map(Cow::from),
    }
}

fn table(table: &engine::Table) -> Table<'_> {
    Table {
        title: (&table.title).into(),
        columns: Cow::Borrowed(&table.columns),
        rows: Cow::Borrowed(&table.rows),
    }
}

fn blocked(reason: &engine::Reason) -> Failure<'_> {
    Failure {
        code: reason.code.into(),
        what: (&reason.what).into(),
        object: None,
        causes: vec![(&reason.cause).into()],
        fix: Some((&reason.fix).into()),
        delivery: None,
        transient: false,
    }
}

fn failure(failure: &engine::Failure) -> Failure<'_> {
    let delivery = failure.delivery.map(|delivery| match delivery {
        Delivery::NotSent => "not_sent",
        Delivery::Unknown => "unknown",
        Delivery::Answered => "answered",
    });
    let object = Some(failure.object.as_str()).filter(|object| !object.is_empty());
    Failure {
        code: (&failure.code).into(),
        what: (&failure.what).into(),
        object: object.map(Cow::from),
        causes: texts(&failure.causes),
        fix: failure.fix.as_deref().map(Cow::from),
        delivery: delivery.map(Cow::from),
        transient: failure.transient,
    }
}

fn failure_group(group: &engine::FailureGroup) -> FailureGroup<'_> {
    let shared = failure(&group.failure);
    let object = shared.object.clone().filter(|_| group.members.len() == 1);
    FailureGroup {
        status: group.status.as_str().into(),
        failure: Failure { object, ..shared },
        members: group.members.iter().map(member).collect(),
    }
}

fn member(member: &engine::Member) -> Member<'_> {
    let subject = Some(member.subject.as_str()).filter(|subject| !subject.is_empty());
    Member { task: member.task.as_str().into(), subject: subject.map(Cow::from) }
}

fn counts(counts: engine::Counts) -> Counts {
    Counts {
        changed: counts.changed,
        unchanged: counts.unchanged,
        failed: counts.failed,
        blocked: counts.blocked,
        skipped: counts.skipped,
        unfinished: counts.unfinished,
        unknown: counts.unknown,
    }
}

fn at_task(task: &engine::TaskId) -> Body<'_> {
    Body { task: Some(task.as_str().into()), ..Body::default() }
}

fn at_place(at: &Place) -> Body<'_> {
    Body { subject: Some((&at.subject).into()), step: Some((&at.step).into()), ..at_task(&at.task) }
}

fn server(server: &engine::ServerFacts) -> Server<'_> {
    Server {
        name: (&server.name).into(),
        product: (&server.product).into(),
        instance: Some((&*server.instance).into()).filter(|id: &Text<'_>| !id.is_empty()),
    }
}

fn token(token: &engine::Token) -> Token<'_> {
    Token { limit: (&token.limit).into(), instance: (&token.instance).into() }
}

fn ids(ids: &[engine::TaskId]) -> Vec<Text<'_>> {
    ids.iter().map(|id| id.as_str().into()).collect()
}

fn texts(texts: &[String]) -> Vec<Text<'_>> {
    texts.iter().map(Cow::from).collect()
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
