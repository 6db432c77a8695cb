//! The subjects of one task while they are worked on: who goes first, how many at once, when no further one is
//! begun, and how long the rest will take.
//!
//! [`Batch`] carries out a [`Rollout`]. Its waves are a window of the token pool that only this batch takes
//! from, so the order within a wave is that of the pool and no wave waits for the end of the one before.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::eta::Samples;
use crate::event::{Emitter, EventKind, TaskId, TimeLeft};
use crate::failure::{CODE_HELD, Failure};
use crate::lane::{Fate, Lane, LaneEnd};
use crate::limits::WAVE;
use crate::plan::Token;
use crate::rollout::{Rollout, StopRule};
use crate::run::Cancel;
use crate::slots::amount;
use crate::tokens::TokenPool;

/// How far fewer subjects are need not be told.
const MANY: usize = 6;
/// Of so many, one goes early.
const EARLY_SHARE: usize = 8;
/// More are not needed to open the waves.
const MOST_EARLY: usize = 64;
/// Fewer that ended say nothing about a percentage.
const ENOUGH_FOR_PERCENT: usize = 10;

/// What all lanes of a task share.
pub(crate) struct Batch {
    task: TaskId,
    pool: Arc<TokenPool>,
    emitter: Arc<Emitter>,
    cancel: Cancel,
    wave: Option<(Token, Rollout)>,
    is_big: bool,
    tally: Mutex<Tally>,
    halted: CancellationToken,
}

/// The claims of one lane, all its steps together.
#[derive(Debug, Clone, Default)]
struct Claims {
    tokens: Vec<Token>,
    work: u64,
}

#[derive(Debug, Default)]
struct Tally {
    claims: BTreeMap<String, Claims>,
    /// Since when each one is at work.
    running: BTreeMap<String, Duration>,
    done: usize,
    failed: usize,
    samples: Samples,
    /// The last cause, and how often in a row.
    streak: Option<(String, u32)>,
    halted_by: Option<Failure>,
}

impl Batch {
    /// Announces the work of all `lanes`.
    pub(crate) fn of(
        task: TaskId,
        (pool, emitter): (&Arc<TokenPool>, &Arc<Emitter>),
        cancel: &Cancel,
        rollout: Option<&Rollout>,
        lanes: &[Lane],
    ) -> Self {
        let claims: BTreeMap<String, Claims> =
            lanes.iter().map(|lane| (lane.subject.clone(), Claims::of(lane))).collect();
        for own in claims.values() {
            pool.expect(&own.tokens, own.work);
        }
        let wave = rollout.map(|rollout| (Token::new(WAVE, task.as_str()), rollout.clone()));
        Self {
            task,
            pool: Arc::clone(pool),
            emitter: Arc::clone(emitter),
            cancel: cancel.clone(),
            wave,
            is_big: lanes.len() >= MANY,
            tally: Mutex::new(Tally { claims, ..Tally::default() }),
            halted: CancellationToken::new(),
        }
    }

    /// Those that go first, and the others. Of these a few small ones go ahead, so that the waves grow soon.
    pub(crate) fn split(&self, mut lanes: Vec<Lane>) -> (Vec<Lane>, Vec<Lane>) {
        let Some((_, rollout)) = &self.wave else { return (Vec::new(), lanes) };
        let canaries: BTreeSet<&str> = rollout.canaries.iter().map(String::as_str).collect();
        let tally = self.tally();
        let work = |lane: &Lane| tally.claims.get(&lane.subject).map_or(0, |own| own.work);
        lanes.sort_by_key(work);
        drop(tally);
        let (first, mut others): (Vec<Lane>, Vec<Lane>) =
            lanes.into_iter().partition(|lane| canaries.contains(lane.subject.as_str()));
        self.open(first.len());
        let early = (others.len() / EARLY_SHARE).min(MOST_EARLY);
        others.iter_mut().take(early).for_each(|lane| lane.early = true);
        (first, others)
    }

    /// Opens the first wave after so many canaries.
    pub(crate) fn begin_waves(&self, canaries: usize) {
        let growth = self.wave.as_ref().map_or(1, |(_, rollout)| rollout.growth.get());
        self.open(canaries.max(1).saturating_mul(growth as usize));
    }

    /// Lets so many be at work; all where there are no canaries.
    fn open(&self, places: usize) {
        if let Some((wave, rollout)) = &self.wave {
            let places = u32::try_from(places).unwrap_or(u32::MAX);
            let places = if rollout.canaries.is_empty() { u32::MAX } else { places };
            self.pool.set_window(wave, places);
        }
    }

    /// What every step takes besides its own limits.
    pub(crate) fn token(&self) -> Option<&Token> {
        self.wave.as_ref().map(|(wave, _)| wave)
    }

    /// The canaries ended, like this: where some failed and none went well nobody else is begun.
    pub(crate) fn canaries_ended(&self, ends: &BTreeMap<String, LaneEnd>) {
        let is_done = |end: &LaneEnd| matches!(end.fate, Fate::Done);
        let is_failed = |end: &&LaneEnd| matches!(end.fate, Fate::Failed(_) | Fate::Unknown(_));
        let failed = ends.values().filter(is_failed).count();
        let mut tally = self.tally();
        if failed > 0 && !ends.values().any(is_done) && tally.halted_by.is_none() {
            let cause = match failed {
                1 => {
                    "the first one failed, and it was to show whether the others can go".to_owned()
                }
                several => format!(
                    "the first {several} failed, and they were to show whether the others can go"
                ),
            };
            self.halt(&mut tally, cause);
        }
    }

    /// Fires when no further subject is to be begun.
    pub(crate) fn halted(&self) -> &CancellationToken {
        &self.halted
    }

    /// Why no further subject is begun.
    pub(crate) fn why_halted(&self) -> Option<Failure> {
        self.tally().halted_by.clone()
    }

    /// A subject's first step begins.
    pub(crate) fn begun(&self, subject: &str) {
        let now = self.emitter.elapsed();
        self.tally().running.entry(subject.to_owned()).or_insert(now);
    }

    /// A subject ended: counts, makes room for others if it `is_new` itself, and says how far all is.
    pub(crate) fn ended(&self, subject: &str, end: &LaneEnd, is_new: bool) {
        let mut tally = self.tally();
        let claims = tally.claims.remove(subject).unwrap_or_default();
        self.pool.settle(&claims.tokens, claims.work);
        let Some(since) = tally.running.remove(subject) else { return };
        let took = self.emitter.elapsed().saturating_sub(since);
        match &end.fate {
            Fate::Done => {
                tally.done += 1;
                tally.streak = None;
                if is_new {
                    tally.samples.add(claims.work, took);
                    self.widen();
                }
            }
            Fate::Failed(failure) | Fate::Unknown(failure) => {
                tally.failed += 1;
                let again = tally.count(failure);
                if let Some(cause) = self.reason_to_stop(&tally, again, failure) {
                    self.halt(&mut tally, cause);
                }
            }
            // Nothing is wrong with the others.
            Fate::Refused(_) | Fate::Held(_) | Fate::Stopped => {}
        }
        if self.is_big && !tally.claims.is_empty() {
            self.tell(&tally);
        }
    }

    fn widen(&self) {
        if let Some((wave, rollout)) = &self.wave {
            self.pool.widen(wave, rollout.growth.get() - 1);
        }
    }

    fn reason_to_stop(&self, tally: &Tally, again: u32, failure: &Failure) -> Option<String> {
        let (_, rollout) = self.wave.as_ref()?;
        let StopRule { failures, percent, same_cause } = rollout.stop;
        let failed = u32::try_from(tally.failed).unwrap_or(u32::MAX);
        let ended = tally.failed + tally.done;
        let reached =
            |most: Option<NonZeroU32>, number| most.is_some_and(|most| number >= most.get());
        if reached(same_cause, again) {
            let cause = failure.root_cause();
            return Some(format!("{again} failed one after the other for the same cause: {cause}"));
        }
        if reached(failures, failed) {
            return Some(format!("{failed} failed"));
        }
        let share = tally.failed * 100;
        let too_many = |percent: u8| share >= usize::from(percent) * ended;
        (ended >= ENOUGH_FOR_PERCENT && percent.is_some_and(too_many))
            .then(|| format!("{failed} of the {ended} that ended failed"))
    }

    fn halt(&self, tally: &mut Tally, cause: String) {
        // In a run that is stopping nothing further is begun anyway, and what ends then may have failed for that.
        if tally.halted_by.is_some() || self.cancel.is_stopping() {
            return;
        }
        let left = tally.claims.len() - tally.running.len();
        let text = format!("{}: nothing further is begun, {left} are left: {cause}", self.task);
        self.emitter.emit(EventKind::Notice { at: None, text });
        let what = "not begun, because too much went wrong before";
        let fix =
            "remove the cause of the failures, then apply again: it goes on with what is left";
        tally.halted_by = Some(Failure {
            causes: vec![cause],
            fix: Some(fix.to_owned()),
            ..Failure::new(CODE_HELD, what, "")
        });
        self.halted.cancel();
    }

    fn tell(&self, tally: &Tally) {
        let running = tally.running.len();
        self.emitter.emit(EventKind::TaskProgress {
            task: self.task.clone(),
            done: tally.done,
            failed: tally.failed,
            running,
            waiting: tally.claims.len() - running,
            left: self.time_left(tally),
        });
    }

    fn time_left(&self, tally: &Tally) -> Option<TimeLeft> {
        let rate = tally.samples.usual().filter(|rate| *rate > 0.0)?;
        let now = self.emitter.elapsed();
        let running = tally.running.iter().filter_map(|(subject, since)| {
            let claims = tally.claims.get(subject)?;
            let done = now.saturating_sub(*since).as_secs_f64() / rate;
            Some((&claims.tokens[..], done.min(amount(claims.work))))
        });
        tally.samples.time_for(self.pool.longest_path(running))
    }

    fn tally(&self) -> MutexGuard<'_, Tally> {
        self.tally.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Claims {
    fn of(lane: &Lane) -> Self {
        let mut claims = Self::default();
        for step in &lane.steps {
            claims.tokens.extend(step.limits.iter().cloned());
            claims.work = claims.work.saturating_add(step.work);
        }
        claims.tokens.sort_unstable();
        claims.tokens.dedup();
        claims
    }
}

impl Tally {
    /// How often in a row this cause has come now.
    fn count(&mut self, failure: &Failure) -> u32 {
        let cause = format!("{}: {}", failure.code, failure.root_cause());
        let again = match &self.streak {
            Some((last, number)) if *last == cause => number + 1,
            _ => 1,
        };
        self.streak = Some((cause, again));
        again
    }
}
