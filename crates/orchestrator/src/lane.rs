//! Runs the steps of one subject in order, and decides with `retry.rs` what follows a failure.
//!
//! A step whose outcome is unknown is never simply repeated: the task is observed and planned again, and
//! the new plan takes the place of the remaining steps.

use std::cmp::Reverse;
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use tracing::Instrument;

use crate::apply_run::Shared;
use crate::apply_task::TaskRun;
use crate::batch::Batch;
use crate::book::Entry;
use crate::caught::caught;
use crate::erased::ErasedStep;
use crate::event::{EventKind, Place};
use crate::failure::{CODE_BUG, CODE_CANCELLED, CODE_DEADLINE, Delivery, Failure, TaskError};
use crate::journal::StepEnd;
use crate::line::Rank;
use crate::plan::{Item, Plan, PlannedStep, Token};
use crate::retry::AfterFailure;
use crate::scope::StepScope;
use crate::task::{StepOutcome, World};
use crate::tokens::Held;

/// The steps of one subject.
#[derive(Debug)]
pub(crate) struct Lane {
    pub(crate) subject: String,
    pub(crate) steps: VecDeque<PlannedStep<ErasedStep>>,
    /// It goes before others while waves grow.
    pub(crate) early: bool,
    /// What its first step occupies, where that only follows work that goes on already. Such a lane is no part of the
    /// waves.
    pub(crate) held: Option<Held>,
}

/// How the steps of one subject went.
#[derive(Debug, Default)]
pub(crate) struct LaneEnd {
    pub(crate) fate: Fate,
    pub(crate) changed: bool,
    pub(crate) proof: Vec<String>,
    pub(crate) not_done: Vec<String>,
}

/// What became of the steps of one subject, before the last look.
#[derive(Debug, Default)]
pub(crate) enum Fate {
    /// All went well.
    #[default]
    Done,
    /// One failed, the others were not tried.
    Failed(Failure),
    /// A request may have been carried out.
    Unknown(Failure),
    /// Nothing was done, since the object does not allow it.
    Refused(Failure),
    /// Not begun, because too much went wrong with others.
    Held(Failure),
    /// The run was stopped in between.
    Stopped,
}

impl Lane {
    pub(crate) fn of(subject: &str) -> Self {
        Self { subject: subject.to_owned(), steps: VecDeque::new(), early: false, held: None }
    }
}

/// Runs the steps of one subject.
pub(crate) async fn run_lane<W: World>(
    run: Arc<TaskRun<W>>,
    batch: Arc<Batch>,
    mut lane: Lane,
) -> (String, LaneEnd) {
    let kept = lane.held.take().map(Arc::new);
    let is_new = kept.is_none();
    let mut runner = Runner {
        run: &run,
        batch: &batch,
        lane,
        attempt: 1,
        begun: false,
        changed: false,
        proof: Vec::new(),
        kept,
    };
    let fate = runner.finish().await;
    let not_done = runner.lane.steps.iter().map(|step| step.title.clone()).collect();
    let end = LaneEnd { fate, changed: runner.changed, proof: runner.proof, not_done };
    batch.ended(&runner.lane.subject, &end, is_new);
    (runner.lane.subject, end)
}

struct Runner<'a, W: World> {
    run: &'a TaskRun<W>,
    batch: &'a Batch,
    lane: Lane,
    attempt: u32,
    /// Whether a step was tried that does more than follow work.
    begun: bool,
    changed: bool,
    proof: Vec<String>,
    /// What is occupied by work that goes on already, or may as a step got no answer. A further try may want less of
    /// it, and gives nothing back before its work has an end.
    kept: Option<Arc<Held>>,
}

impl<W: World> Runner<'_, W> {
    async fn finish(&mut self) -> Fate {
        while let Some(step) = self.lane.steps.front().cloned() {
            let Some((held, queued)) = self.wait_for_turn(&step).await else {
                let held_back = self.batch.why_halted().filter(|_| !self.begun);
                return held_back.map_or(Fate::Stopped, Fate::Held);
            };
            let place = self.place(&step);
            let started = self.now();
            self.begun |= !step.under_way;
            self.batch.begun(&self.lane.subject);
            let Some(entry) = self.intend(&step).await else { return Fate::Stopped };
            let _busy = self.run.shared.at_work.step(&self.run.shared.emitter);
            let done = self.run_step(&step, queued, &entry, &held).await;
            self.note_pace(&held, &done);
            // Given back before any pause, as nobody else should wait for a step that itself waits; but not when the
            // server did not answer and may still be at work.
            self.kept = is_unanswered(&done).then_some(held);
            entry.ended(end_of(&done)).await;
            let took = self.now().saturating_sub(started);
            match done {
                Ok(outcome) => self.note_success(place, outcome, took),
                Err(error) => {
                    if let Some(fate) = self.after_failure(place, &error, took).await {
                        return fate;
                    }
                }
            }
        }
        Fate::Done
    }

    async fn wait_for_turn(
        &mut self,
        step: &PlannedStep<ErasedStep>,
    ) -> Option<(Arc<Held>, Duration)> {
        let cancel = &self.run.shared.cancel;
        if cancel.is_stopping() {
            return None;
        }
        let wave = self.batch.token().filter(|_| !step.under_way);
        let tokens: Vec<Token> = step.limits.iter().chain(wave).cloned().collect();
        // What does not suffice is given back first: who holds something must not wait for more.
        if let Some(held) = self.kept.take().filter(|kept| kept.covers(&tokens)) {
            return Some((held, Duration::ZERO));
        }
        if step.under_way {
            let held = self.run.shared.pool.take_now(&step.limits);
            return Some((Arc::new(held), Duration::ZERO));
        }
        let asked = self.now();
        let rank =
            if self.lane.early { Rank::Early(Reverse(step.work)) } else { Rank::ByWork(step.work) };
        tokio::select! {
            biased;
            () = cancel.stopping() => None,
            () = self.batch.halted().cancelled(), if !self.begun => None,
            held = self.run.shared.pool.take(&tokens, rank) => {
                Some((Arc::new(held), self.now().saturating_sub(asked)))
            }
        }
    }

    /// What is too busy is used less for a while.
    fn note_pace(&self, held: &Held, done: &Result<StepOutcome, TaskError>) {
        let error = match done {
            Ok(_) => return held.went_well(),
            Err(error) => error,
        };
        let Some(limit) = error.busy_limit() else { return };
        for (token, now) in held.is_busy(limit) {
            let text = format!(
                "{} `{}` is busy: {now} at a time until it goes well again",
                token.limit, token.instance
            );
            self.run.shared.emitter.emit(EventKind::Notice { at: None, text });
        }
    }

    /// Nothing is done that was not written down before.
    async fn intend(&self, step: &PlannedStep<ErasedStep>) -> Option<Entry> {
        let Shared { book, emitter, .. } = &*self.run.shared;
        book.intend(emitter, self.place(step), self.attempt).await
    }

    async fn run_step(
        &self,
        step: &PlannedStep<ErasedStep>,
        queued: Duration,
        entry: &Entry,
        held: &Arc<Held>,
    ) -> Result<StepOutcome, TaskError> {
        let shared = &self.run.shared;
        let at = self.place(step);
        let attempt = self.attempt;
        let takes = step.limits.clone();
        shared.emitter.emit(EventKind::StepStarted { at: at.clone(), attempt, queued, takes });
        let clock = shared.emitter.clock();
        let deadline = shared.step_deadline.map(|limit| clock.monotonic() + limit);
        let scope = StepScope::new(at, Arc::clone(&shared.emitter), shared.cancel.soft.clone())
            .attempt_no(attempt)
            .noted_in(entry.clone())
            .holding(Arc::downgrade(held), &step.limits)
            .until(deadline);
        let span = tracing::info_span!("step", run = %shared.emitter.run(), task = %self.run.id(), subject = step.subject);
        let node = self.run.node();
        let work = node.task.apply(&step.step, &shared.world, &scope).instrument(span);
        let too_late = async {
            match shared.step_deadline {
                Some(limit) => clock.sleep(limit).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            () = shared.cancel.hard.cancelled() => Err(given_up(step)),
            done = caught(Box::pin(work)) => done.unwrap_or_else(|panic| Err(bug(step, panic))),
            () = too_late => Err(out_of_time(step, shared.step_deadline.unwrap_or_default())),
        }
    }

    fn note_success(&mut self, at: Place, outcome: StepOutcome, took: Duration) {
        self.lane.steps.pop_front();
        self.attempt = 1;
        self.changed |= outcome.is_change();
        self.proof.push(outcome.proof().to_owned());
        self.run.shared.emitter.emit(EventKind::StepFinished { at, outcome, took });
    }

    /// Prepares the next try, or says how the subject ended.
    async fn after_failure(
        &mut self,
        at: Place,
        error: &TaskError,
        took: Duration,
    ) -> Option<Fate> {
        let shared = &self.run.shared;
        let failure = Failure::from(error);
        let next = if shared.cancel.is_stopping() {
            AfterFailure::last_word(error)
        } else {
            shared.retries.after_step(error, self.attempt)
        };
        let (pause, look) = match next {
            AfterFailure::Again(pause) => (pause, false),
            AfterFailure::LookAgain(pause) => (pause, true),
            AfterFailure::LookOnce | AfterFailure::GiveUp => {
                shared.emitter.emit(EventKind::StepFailed { at, failure: failure.clone(), took });
                return Some(fate_of(next, error, failure));
            }
        };
        let attempt = self.attempt;
        let told = failure.clone();
        shared.emitter.emit(EventKind::StepRetried { at, failure: told, attempt, pause });
        self.attempt += 1;
        let unknown = error.delivery == Some(Delivery::Unknown);
        tokio::select! {
            biased;
            () = shared.cancel.stopping() => {
                return Some(if unknown { Fate::Unknown(failure) } else { Fate::Stopped });
            }
            () = shared.emitter.clock().sleep(pause) => {}
        }
        if look { self.replan(failure, unknown).await } else { None }
    }

    /// Puts what is to do now in place of the remaining steps.
    async fn replan(&mut self, failure: Failure, unknown: bool) -> Option<Fate> {
        let look = match self.run.shared_look().await {
            Some(Ok(look)) => look,
            Some(Err(_)) | None if unknown => return Some(Fate::Unknown(failure)),
            Some(Err(failure)) => return Some(Fate::Failed(failure)),
            None => return Some(Fate::Stopped),
        };
        let (steps, proof) = remaining(&look.plan, &self.lane.subject);
        match steps {
            Some(steps) => self.lane.steps = steps,
            // Blocked or waiting: nothing can be done now, and the last look says why.
            None => return Some(Fate::Done),
        }
        if self.lane.steps.is_empty() {
            // What is in sync after an unknown outcome was most likely done by the lost request.
            self.changed |= unknown;
            self.proof.extend(proof);
        }
        None
    }

    fn place(&self, step: &PlannedStep<ErasedStep>) -> Place {
        Place { task: self.run.id(), subject: step.subject.clone(), step: step.title.clone() }
    }

    fn now(&self) -> Duration {
        self.run.shared.emitter.elapsed()
    }
}

type Steps = VecDeque<PlannedStep<ErasedStep>>;

/// What a plan has to do for one subject; `None` when it cannot be done now. With the details of what is
/// in sync.
fn remaining(plan: &Plan<ErasedStep>, subject: &str) -> (Option<Steps>, Vec<String>) {
    let mut steps = Some(Steps::new());
    let mut proof = Vec::new();
    for item in &plan.items {
        if item.subject() != subject {
            continue;
        }
        match item {
            Item::Step(step) => steps.iter_mut().for_each(|steps| steps.push_back(step.clone())),
            Item::InSync { detail, .. } => proof.push(detail.clone()),
            Item::Blocked { .. } | Item::AfterApply { .. } => steps = None,
        }
    }
    (steps, proof)
}

fn is_unanswered(done: &Result<StepOutcome, TaskError>) -> bool {
    let unanswered = [Some(Delivery::Unknown), Some(Delivery::NotSent)];
    done.as_ref().is_err_and(|error| unanswered.contains(&error.delivery))
}

fn end_of(done: &Result<StepOutcome, TaskError>) -> StepEnd {
    match done {
        Ok(outcome) => StepEnd::Done(outcome.clone()),
        Err(error) => StepEnd::Failed(Failure::from(error)),
    }
}

fn fate_of(next: AfterFailure, error: &TaskError, failure: Failure) -> Fate {
    match next {
        AfterFailure::LookOnce => Fate::Unknown(failure),
        _ if error.is_refused() => Fate::Refused(failure),
        _ if error.code == CODE_CANCELLED => Fate::Stopped,
        _ => Fate::Failed(failure),
    }
}

fn given_up(step: &PlannedStep<ErasedStep>) -> TaskError {
    TaskError::cancelled("nobody waited for the end of work on", &step.subject, Delivery::Unknown)
        .hint("look at its state; a later apply observes it again and goes on from there")
}

fn bug(step: &PlannedStep<ErasedStep>, panic: String) -> TaskError {
    let failure = Failure::bug("working on", &step.subject, panic);
    TaskError::new(CODE_BUG, failure.what, failure.object)
        .caused_by(failure.causes.join(": "))
        .hint(failure.fix.unwrap_or_default())
        .delivery(Delivery::Unknown)
}

fn out_of_time(step: &PlannedStep<ErasedStep>, limit: Duration) -> TaskError {
    TaskError::new(CODE_DEADLINE, "cannot finish in time the work on", &step.subject)
        .caused_by(format!("it took longer than {} s", limit.as_secs()))
        .hint("look at what it waits for, or allow more time")
        .delivery(Delivery::Unknown)
}
