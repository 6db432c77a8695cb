//! Takes lines one by one: [`RunReader`].

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use orchestrator::{RunFacts, SubjectResult, TaskId};

use super::run::{Notice, RecordedRun, RecordedStep, StepFate};
use super::summing::{Known, KnownTask};
use crate::jsonl::{
    Body, Line, ReadError, Text, facts, failure, head, read_line, status, tables, time, token,
};
use crate::silence_text::{answers_text, silent_text};

/// Takes the events of a run in order. Lines of a plan before it do not matter.
#[derive(Debug, Default)]
pub struct RunReader {
    lines: usize,
    run: Option<RecordedSoFar>,
}

/// What was read of a run.
#[derive(Debug)]
struct RecordedSoFar {
    id: String,
    facts: RunFacts,
    started: String,
    last: Duration,
    known: Known,
    steps: Vec<RecordedStep>,
    /// Places of steps that are under way.
    open: HashMap<(String, String, String), usize>,
    before: BTreeMap<TaskId, Vec<orchestrator::Table>>,
    notices: Vec<Notice>,
}

impl RunReader {
    /// Takes the next event, as `json_line` writes it. Types of events that a later release added are passed over.
    ///
    /// # Errors
    /// When it is not such a line.
    pub fn take(&mut self, line: &str) -> Result<(), ReadError> {
        self.lines += 1;
        let line = read_line(self.lines, line)?;
        if line.kind == "run_started" {
            let applies = line.body.mode.as_deref() == Some("apply");
            self.run = applies.then(|| RecordedSoFar::begin(&line));
        } else if let Some(run) = &mut self.run {
            run.take(line);
        }
        Ok(())
    }

    /// The run, as far as it was read.
    ///
    /// # Errors
    /// When there was no start of an apply among the lines.
    pub fn finish(self) -> Result<RecordedRun, ReadError> {
        let run = self.run.ok_or(ReadError::NoRun)?;
        let (summary, ended) = run.known.sum_up(&run.id, &run.steps, run.last);
        Ok(RecordedRun {
            facts: run.facts,
            started: run.started,
            ended,
            summary,
            steps: run.steps,
            before: run.before,
            notices: run.notices,
        })
    }
}

impl RecordedSoFar {
    fn begin(line: &Line<'_>) -> Self {
        let tasks = line.body.tasks.iter().flatten();
        let tasks = tasks.map(|task| KnownTask::of(head(task))).collect();
        Self {
            id: line.run.to_string(),
            facts: facts(&line.body),
            started: line.ts.clone(),
            last: Duration::ZERO,
            known: Known::of(tasks),
            steps: Vec::new(),
            open: HashMap::new(),
            before: BTreeMap::new(),
            notices: Vec::new(),
        }
    }

    fn take(&mut self, line: Line<'_>) {
        let at = Duration::from_millis(line.elapsed_ms);
        self.last = self.last.max(at);
        let body = line.body;
        match &*line.kind {
            "task_planned" => self.planned(&body),
            "step_started" => self.begun(&body, at),
            "step_finished" => {
                let changed = body.status.as_deref() == Some("changed");
                let fate = if changed { StepFate::Changed } else { StepFate::Unchanged };
                self.over(&body, at, fate);
            }
            "step_retried" => self.over(&body, at, StepFate::Retried),
            "step_failed" => {
                let delivery =
                    body.failure.as_ref().and_then(|failure| failure.delivery.as_deref());
                let lost = delivery == Some("unknown");
                self.over(&body, at, if lost { StepFate::Unknown } else { StepFate::Failed });
            }
            "subject_finished" => self.subject(&body),
            "task_finished" => self.task(&body),
            "notice" => {
                let text = body.text.as_deref().unwrap_or_default().to_owned();
                self.notices.push(Notice { at, text });
            }
            "server_silent" | "server_answers" => {
                self.notices.push(Notice { at, text: server_text(&line.kind, &body) });
            }
            "run_finished" => self.known.finish(&body),
            _ => {}
        }
    }

    fn planned(&mut self, body: &Body<'_>) {
        let (Some(task), Some(plan)) = (body.task.as_deref(), &body.plan) else { return };
        self.before.entry(task.into()).or_insert_with(|| tables(&plan.tables));
    }

    fn begun(&mut self, body: &Body<'_>, at: Duration) {
        let place = place(body);
        self.open.insert(place.clone(), self.steps.len());
        let (task, subject, step) = place;
        self.steps.push(RecordedStep {
            task: task.into(),
            subject,
            step,
            attempt: body.attempt.unwrap_or(1),
            takes: body.takes.iter().map(token).collect(),
            begun: at,
            ended: None,
            fate: StepFate::Open,
            detail: String::new(),
        });
    }

    fn over(&mut self, body: &Body<'_>, at: Duration, fate: StepFate) {
        let Some(step) = self.open.remove(&place(body)) else { return };
        let step = &mut self.steps[step];
        step.ended = Some(at);
        step.fate = fate;
        step.detail = match &body.failure {
            Some(told) => {
                let failure = failure(told);
                let causes = failure.causes.iter().map(String::as_str);
                std::iter::once(&*failure.to_string()).chain(causes).collect::<Vec<_>>().join(": ")
            }
            None => {
                body.proof.iter().flatten().map(|proof| &**proof).collect::<Vec<_>>().join("; ")
            }
        };
    }

    fn subject(&mut self, body: &Body<'_>) {
        let result = SubjectResult {
            subject: body.subject.as_deref().unwrap_or_default().to_owned(),
            status: status(body.status.as_deref().unwrap_or_default()),
            proof: body.proof.iter().flatten().map(ToString::to_string).collect(),
            failure: body.failure.as_ref().map(failure),
            not_done: body.not_done.iter().map(ToString::to_string).collect(),
        };
        if let Some(task) = self.known.task(body.task.as_deref()) {
            task.subjects.push(result);
        }
    }

    fn task(&mut self, body: &Body<'_>) {
        if let Some(task) = self.known.task(body.task.as_deref()) {
            task.status = body.status.as_deref().map(status);
            task.why = body.why.as_deref().map(str::to_owned);
            task.took = time(body.took_ms);
        }
    }
}

fn place(body: &Body<'_>) -> (String, String, String) {
    let text =
        |text: &Option<crate::jsonl::Text<'_>>| text.as_deref().unwrap_or_default().to_owned();
    (text(&body.task), text(&body.subject), text(&body.step))
}

/// What was told of a server, in the words that it was told in.
fn server_text(kind: &str, body: &Body<'_>) -> String {
    let word = |text: &'_ Option<Text<'_>>| text.as_deref().unwrap_or_default().to_owned();
    let (server, address) = (word(&body.server), word(&body.address));
    if kind == "server_answers" {
        return answers_text((&server, &address), time(body.silent_ms));
    }
    let (since, until, why) = (word(&body.since), word(&body.until), word(&body.why));
    silent_text((&server, &address), &since, &until, &why)
}
