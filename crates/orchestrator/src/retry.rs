//! Decides whether something is tried again, from types alone.
//!
//! The one place for it: [`Retries::after_step`] and [`Retries::after_read`]. The number of tries per step
//! and per run is capped, pauses grow and are spread by a seeded generator.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use crate::failure::{CODE_BUG, CODE_CANCELLED, CODE_DEADLINE, Delivery, Retry, TaskError};

/// When and how often to try again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetryPolicy {
    /// Tries per step or read, the first included.
    pub attempts: u32,
    /// The pause after the first failure; doubles with each further one.
    pub first_pause: Duration,
    /// The longest pause.
    pub longest_pause: Duration,
    /// Further tries in the whole run.
    pub budget: u32,
    /// Tries per step or read while nobody answers, and per step when all that is wrong is that the other side has
    /// too much to do. They cost nothing of the budget.
    pub away_attempts: u32,
}

impl Default for RetryPolicy {
    /// 4 tries, 1 s doubling to 30 s, 200 further tries per run; 24 tries, some ten minutes, where nobody answers or
    /// all are busy.
    fn default() -> Self {
        Self {
            attempts: 4,
            first_pause: Duration::from_secs(1),
            longest_pause: Duration::from_secs(30),
            budget: 200,
            away_attempts: 24,
        }
    }
}

/// What to do after a step failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AfterFailure {
    /// Nothing was sent: the same step again, after the pause.
    Again(Duration),
    /// It passes by itself, or the outcome is unknown: observe, plan and decide anew, after the pause.
    LookAgain(Duration),
    /// The outcome is unknown and there are no tries left: observe, to say truthfully how it ended.
    LookOnce,
    /// It failed.
    GiveUp,
}

impl AfterFailure {
    /// What to do when it will not be tried again.
    pub(crate) fn last_word(error: &TaskError) -> Self {
        // A bug is a failure whatever the request did: it must be seen and reported.
        match error.delivery {
            Some(Delivery::Unknown) if error.code != CODE_BUG => Self::LookOnce,
            _ => Self::GiveUp,
        }
    }
}

/// Counts the tries of a run.
#[derive(Debug)]
pub(crate) struct Retries {
    policy: RetryPolicy,
    left: AtomicU32,
    random: AtomicU64,
}

impl Retries {
    pub(crate) fn new(policy: &RetryPolicy, seed: u64) -> Self {
        Self {
            policy: policy.clone(),
            left: AtomicU32::new(policy.budget),
            random: AtomicU64::new(seed),
        }
    }

    /// For a step, which may change something.
    pub(crate) fn after_step(&self, error: &TaskError, attempt: u32) -> AfterFailure {
        if matches!(error.code, CODE_BUG | CODE_CANCELLED | CODE_DEADLINE) {
            return AfterFailure::last_word(error);
        }
        let unknown = error.delivery == Some(Delivery::Unknown);
        let not_sent = error.delivery == Some(Delivery::NotSent);
        let passes = error.retry == Retry::Transient;
        let pause = self.wait_for_answers(error, attempt).or_else(|| self.busy(error, attempt));
        match pause.or_else(|| self.take(unknown || not_sent || passes, attempt)) {
            Some(pause) if not_sent => AfterFailure::Again(pause),
            Some(pause) => AfterFailure::LookAgain(pause),
            None => AfterFailure::last_word(error),
        }
    }

    /// For a read, which is safe to repeat when it got no answer.
    pub(crate) fn after_read(&self, error: &TaskError, attempt: u32) -> Option<Duration> {
        let unanswered = matches!(error.delivery, Some(Delivery::NotSent | Delivery::Unknown));
        self.take(unanswered || error.retry == Retry::Transient, attempt)
    }

    /// The same while there is time to wait for somebody who does not answer.
    pub(crate) fn after_patient_read(&self, error: &TaskError, attempt: u32) -> Option<Duration> {
        self.wait_for_answers(error, attempt).or_else(|| self.after_read(error, attempt))
    }

    fn wait_for_answers(&self, error: &TaskError, attempt: u32) -> Option<Duration> {
        let waits = error.retry == Retry::Away && attempt < self.policy.away_attempts;
        waits.then(|| self.pause(attempt))
    }

    /// Who has too much to do is tried more patiently than others.
    fn busy(&self, error: &TaskError, attempt: u32) -> Option<Duration> {
        let patient = error.busy_limit().is_some() && attempt < self.policy.away_attempts;
        patient.then(|| self.pause(attempt))
    }

    fn take(&self, may: bool, attempt: u32) -> Option<Duration> {
        if !may || attempt >= self.policy.attempts {
            return None;
        }
        let spend = |left: u32| left.checked_sub(1);
        self.left.try_update(Ordering::Relaxed, Ordering::Relaxed, spend).ok()?;
        Some(self.pause(attempt))
    }

    /// Doubles from the first pause; each is shortened by up to a quarter, so that steps which failed
    /// together do not come back together.
    fn pause(&self, attempt: u32) -> Duration {
        let doubled =
            self.policy.first_pause.saturating_mul(1 << attempt.saturating_sub(1).min(16));
        let full = doubled.min(self.policy.longest_pause);
        let quarter = full / 4;
        full.saturating_sub(quarter.mul_f64(self.fraction()))
    }

    /// SplitMix64: small, and good enough to spread pauses.
    fn fraction(&self) -> f64 {
        const STEP: u64 = 0x9e37_79b9_7f4a_7c15;
        let mut mixed = self.random.fetch_add(STEP, Ordering::Relaxed).wrapping_add(STEP);
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let bits = u32::try_from((mixed ^ (mixed >> 31)) >> 32).unwrap_or(0);
        f64::from(bits) / f64::from(u32::MAX)
    }
}
