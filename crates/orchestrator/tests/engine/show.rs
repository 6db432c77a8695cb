//! Events and summaries as short lines, for comparing.

use orchestrator::{Event, EventKind, Failure, Place, RunSummary, Status};

pub(crate) fn events(events: &[Event]) -> String {
    events.iter().map(|event| format!("{}\n", line(event))).collect()
}

fn line(event: &Event) -> String {
    let at = format!("{:<5.1}", event.elapsed.as_secs_f64());
    let what = match &event.kind {
        EventKind::RunStarted { mode, tasks, .. } => format!("start {mode:?} of {}", tasks.len()),
        EventKind::TaskStarted { task } => format!("{task}: look"),
        EventKind::TaskPlanned { task, plan } => format!("{task}: planned {}", plan.items.len()),
        EventKind::ObserveRetried { task, attempt, .. } => format!("{task}: look failed {attempt}"),
        EventKind::StepStarted { at, attempt, .. } => format!("{}: try {attempt}", place(at)),
        EventKind::StepProgress { at, percent, .. } => format!("{}: {percent:?}", place(at)),
        EventKind::StepFinished { at, outcome, .. } => format!("{}: {outcome:?}", place(at)),
        EventKind::StepRetried { at, failure, .. } => format!("{}: later: {failure}", place(at)),
        EventKind::StepFailed { at, failure, .. } => format!("{}: failed: {failure}", place(at)),
        EventKind::SubjectFinished { task, result } => {
            format!("{task}/{}: {}", result.subject, result.status.as_str())
        }
        EventKind::TaskFinished { task, status, why, .. } => {
            format!("{task}: {}{}", status.as_str(), why_text(why.as_ref()))
        }
        EventKind::Stopping { running, steps } => {
            format!("stopping, {running} running with {steps} steps")
        }
        EventKind::RunFinished { summary } => format!("end {:?}", summary.verdict),
        EventKind::PlanFinished { plan } => format!("end {:?}", plan.totals),
        other => format!("{other:?}"),
    };
    format!("{at} {what}")
}

fn place(at: &Place) -> String {
    format!("{}/{}", at.task, at.subject)
}

fn why_text(why: Option<&String>) -> String {
    why.map(|why| format!(" ({why})")).unwrap_or_default()
}

/// Status, then what is not good, per subject.
pub(crate) fn summary(summary: &RunSummary) -> String {
    let mut text = format!("{:?}\n", summary.verdict);
    for task in &summary.tasks {
        let why = task.why.clone().or_else(|| task.failure.as_ref().map(failure));
        text += &format!("{} {}{}\n", task.head.id, task.status.as_str(), why_text(why.as_ref()));
        for part in &task.subjects {
            let why = part.failure.as_ref().map(failure);
            text += &format!("  {} {}", part.subject, part.status.as_str());
            text += &format!("{}\n", why_text(why.as_ref()));
        }
    }
    text
}

fn failure(failure: &Failure) -> String {
    let causes = failure.causes.iter().map(|cause| format!(": {cause}")).collect::<String>();
    format!("{} {failure}{causes}", failure.code)
}

pub(crate) fn statuses(summary: &RunSummary) -> Vec<Status> {
    summary.tasks.iter().map(|task| task.status).collect()
}
