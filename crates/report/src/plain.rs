//! Progress as plain lines, for logs and screen readers: one line per change of state.
//!
//! While steps run and nothing else is written, a heartbeat says every [`HEARTBEAT`] what is going on.

use std::io::{self, Write};
use std::time::Duration;

use orchestrator::{
    Delivery, Event, EventKind, Failure, Place, PlanView, RunMode, Status, SubjectResult, TaskId,
};

use crate::consumer::Consumer;
use crate::running::{Progress, Running};
use crate::silence_text::{answers_text, silent_text};
use crate::text::{clean, count, duration};
use crate::timestamp;

/// The longest silence while something runs.
const HEARTBEAT: Duration = Duration::from_secs(30);
/// Running subjects named in a heartbeat.
const NAMED: usize = 4;

/// Writes one line per change of state.
#[derive(Debug)]
pub struct PlainLines<W> {
    out: W,
    running: Running,
    /// The last event's wall time and time since the run began.
    last_seen: Option<(std::time::SystemTime, Duration)>,
    last_line: Duration,
}

impl<W: Write + Send> PlainLines<W> {
    /// Writes to `out`.
    pub fn new(out: W) -> Self {
        Self { out, running: Running::default(), last_seen: None, last_line: Duration::ZERO }
    }

    /// Gives back what was written to.
    pub fn into_inner(self) -> W {
        self.out
    }

    fn line(&mut self, at: std::time::SystemTime, elapsed: Duration, text: &str) -> io::Result<()> {
        self.last_line = elapsed;
        writeln!(self.out, "{} {}", timestamp::seconds(at), clean(text))?;
        self.out.flush()
    }

    fn heartbeat(&mut self, elapsed: Duration) -> io::Result<()> {
        let Some((at, seen)) = self.last_seen else { return Ok(()) };
        if self.running.steps().is_empty() || elapsed < self.last_line + HEARTBEAT {
            return Ok(());
        }
        let text = heartbeat_text(&self.running, elapsed);
        self.line(at + elapsed.saturating_sub(seen), elapsed, &text)
    }
}

impl<W: Write + Send> Consumer for PlainLines<W> {
    fn take(&mut self, event: &Event) -> io::Result<()> {
        let text = text_of(event, &self.running);
        self.running.take(event);
        self.last_seen = Some((event.at, event.elapsed));
        match text {
            Some(text) => self.line(event.at, event.elapsed, &text),
            None => self.heartbeat(event.elapsed),
        }
    }

    fn tick(&mut self, elapsed: Duration) -> io::Result<()> {
        self.heartbeat(elapsed)
    }
}

fn heartbeat_text(running: &Running, elapsed: Duration) -> String {
    let (done, all) = running.tasks();
    format!(
        "running for {}, {done} of {} done, {} at work: {}",
        duration(elapsed),
        count(all, "task"),
        count(running.steps().len(), "step"),
        at_work(running)
    )
}

/// The steps at work, the first few by name.
fn at_work(running: &Running) -> String {
    let steps = running.steps();
    let named: Vec<String> = steps.iter().take(NAMED).map(|step| step.short()).collect();
    let rest = match steps.len().saturating_sub(NAMED) {
        0 => String::new(),
        rest => format!(" and {rest} more"),
    };
    format!("{}{rest}", named.join(", "))
}

fn stopping_text(steps: usize, running: &Running) -> String {
    if steps == 0 {
        return "stopping: nothing new is started".to_owned();
    }
    let named = match at_work(running) {
        named if named.is_empty() => named,
        named => format!(": {named}"),
    };
    let steps = count(steps, "step");
    format!(
        "stopping: nothing new is started, waiting for {steps}{named}; ask again to stop waiting"
    )
}

/// The line for an event; progress within a step has none.
pub(crate) fn text_of(event: &Event, running: &Running) -> Option<String> {
    Some(match &event.kind {
        EventKind::RunStarted { mode, tasks, .. } => {
            let mode = match mode {
                RunMode::Plan => "plan",
                RunMode::Apply => "apply",
            };
            format!("{mode} of {} started, run {}", count(tasks.len(), "task"), event.run)
        }
        EventKind::TaskPlanned { task, plan } => format!("{task}: {}", plan_text(plan)),
        EventKind::ObserveRetried { task, failure, attempt, pause } => {
            format!("{task}: {}", retry_text(failure, *attempt, *pause))
        }
        EventKind::StepStarted { at, attempt, .. } => match attempt {
            1 => format!("{}: {} started", place(at), at.step),
            _ => format!("{}: {} started, try {attempt}", place(at), at.step),
        },
        EventKind::StepFinished { at, outcome, took } => {
            format!("{}: {} done in {}: {}", place(at), at.step, duration(*took), outcome.proof())
        }
        EventKind::StepRetried { at, failure, attempt, pause } => {
            format!("{}: {}", place(at), retry_text(failure, *attempt, *pause))
        }
        EventKind::StepFailed { at, failure, .. } => {
            let how = match failure.delivery {
                Some(Delivery::Unknown) => "OUTCOME UNKNOWN",
                _ => "FAILED",
            };
            format!("{}: {how}: {}", place(at), failure_text(failure))
        }
        EventKind::SubjectFinished { task, result } => {
            let told = running.has_failed(task, &result.subject);
            format!("{task}/{}: {}", result.subject, subject_text(result, told)?)
        }
        EventKind::TaskProgress { task, .. } => {
            progress_text(&event.kind, running.progress_of(task))?
        }
        EventKind::TaskFinished { task, status, why, took } => {
            task_text(task, *status, why.as_deref(), *took)
        }
        EventKind::Notice { at, text } => match at {
            Some(at) => format!("{}: {text}", place(at)),
            None => text.clone(),
        },
        EventKind::ServerSilent { server, since, until, cause } => {
            let (since, until) = (timestamp::seconds(*since), timestamp::seconds(*until));
            silent_text((&server.name, &server.address), &since, &until, cause)
        }
        EventKind::ServerAnswers { server, silent } => {
            answers_text((&server.name, &server.address), *silent)
        }
        EventKind::Stopping { steps, .. } => stopping_text(*steps, running),
        EventKind::RunFinished { summary } => {
            let good = summary.tasks.iter().filter(|task| task.status.is_good()).count();
            let took = duration(summary.took);
            format!("finished in {took}: {good} of {} good", count(summary.tasks.len(), "task"))
        }
        EventKind::PlanFinished { .. } => "plan finished, nothing was changed".to_owned(),
        _ => return None,
    })
}

/// A line for each tenth: the end of each subject has a line of its own.
fn progress_text(kind: &EventKind, before: Option<Progress>) -> Option<String> {
    let EventKind::TaskProgress { task, .. } = kind else { return None };
    let now = Progress::of(kind)?;
    if now.tenths() == before.map_or(0, Progress::tenths) {
        return None;
    }
    let mut parts = now.parts();
    parts.extend((now.failed > 0).then(|| format!("{} failed", now.failed)));
    Some(format!("{task}: {}", parts.join(", ")))
}

fn place(at: &Place) -> String {
    format!("{}/{}", at.task, at.subject)
}

fn plan_text(plan: &PlanView) -> String {
    use orchestrator::Item;
    let number =
        |wanted: fn(&Item<()>) -> bool| plan.items.iter().filter(|item| wanted(item)).count();
    let parts = [
        (number(|item| matches!(item, Item::Step(_))), "to do"),
        (number(|item| matches!(item, Item::AfterApply { .. })), "to do later"),
        (number(|item| matches!(item, Item::InSync { .. })), "as declared"),
        (number(|item| matches!(item, Item::Blocked { .. })), "blocked"),
    ];
    let shown = parts.iter().filter(|(number, _)| *number > 0);
    shown.map(|(number, word)| format!("{number} {word}")).collect::<Vec<_>>().join(", ")
}

/// What the steps have not told yet.
fn subject_text(result: &SubjectResult, told: bool) -> Option<String> {
    if result.status.is_good() {
        return told
            .then(|| format!("{} after all: {}", result.status.as_str(), result.proof.join(", ")));
    }
    let failure = result.failure.as_ref().filter(|_| !told && result.status != Status::Unfinished);
    let status = result.status.as_str().to_uppercase();
    failure.map(|failure| format!("{status}: {}", failure_text(failure)))
}

fn retry_text(failure: &Failure, attempt: u32, pause: Duration) -> String {
    format!("try {attempt} failed, next in {}: {}", duration(pause), failure_text(failure))
}

/// The failure with its causes and fix, in one line.
pub(crate) fn failure_text(failure: &Failure) -> String {
    let causes: String = failure.causes.iter().map(|cause| format!(": {cause}")).collect();
    let fix = failure.fix.as_ref().map(|fix| format!(" (fix: {fix})")).unwrap_or_default();
    format!("[{}] {failure}{causes}{fix}", failure.code)
}

fn task_text(task: &TaskId, status: Status, why: Option<&str>, took: Duration) -> String {
    let why = why.map(|why| format!(": {why}")).unwrap_or_default();
    match status {
        Status::Skipped => format!("{task}: skipped{why}"),
        _ => format!("{task}: {} after {}{why}", status.as_str(), duration(took)),
    }
}
