//! How long an unbroken row of failures has lasted, how long to pause within it, and who is told of it.
//!
//! [`Silence`] is what is told: that a server does not answer as it should, and that it does again. Nobody is told
//! of a row that ends within moments, as when a proxy cuts a long poll.

use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use crate::call::{CallError, CallProblem, Wire};
use crate::delivery::Delivery;

/// Shorter rows are not worth a word.
const TOLD_AFTER: Duration = Duration::from_secs(2);

/// What is told of a server whose work is followed, such as its vim tasks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Silence {
    /// It does not answer as it should. Whoever waits for it goes on to wait.
    Lasts {
        /// Since when.
        since: SystemTime,
        /// Until when it is waited for; whoever waits then is told that nobody answers.
        until: SystemTime,
        /// What came instead of an answer.
        cause: String,
    },
    /// It answers again.
    Ended {
        /// How long it did not.
        lasted: Duration,
    },
}

/// Who hears of a [`Silence`].
pub(crate) type AtSilence = Box<dyn Fn(Silence) + Send + Sync>;

/// A row of failures, and who is told of it.
#[derive(Default)]
pub(crate) struct Trouble {
    pub(crate) at_silence: OnceLock<AtSilence>,
    row: Mutex<Row>,
}

#[derive(Default)]
struct Row {
    since: Option<Instant>,
    failures: u32,
    told: bool,
    /// The beginning of what was told and has no end yet. It outlasts the patience with a row.
    unheard: Option<Instant>,
}

impl Trouble {
    /// When the row began, which is `at` if there was none.
    pub(super) fn began(&self, at: Instant) -> Instant {
        *self.row().since.get_or_insert(at)
    }

    /// Tells of the row once it is long enough, and that it is borne for `patience`.
    pub(super) fn tell(&self, wire: &Wire, patience: Duration, cause: impl FnOnce() -> String) {
        let mut row = self.row();
        let Some(since) = row.since.filter(|_| !row.told) else { return };
        let lasted = wire.clock.now().saturating_duration_since(since);
        if lasted < TOLD_AFTER {
            return;
        }
        row.told = true;
        row.unheard.get_or_insert(since);
        drop(row);
        let wall = wire.clock.wall();
        let since = wall.checked_sub(lasted).unwrap_or(wall);
        let until = since.checked_add(patience).unwrap_or(wall);
        self.say(Silence::Lasts { since, until, cause: cause() });
    }

    /// The pause after one failure more.
    pub(super) fn pause(&self, wire: &Wire) -> Duration {
        let mut row = self.row();
        row.failures += 1;
        wire.retry.pause(row.failures, &*wire.chance)
    }

    /// The server answers as it should.
    pub(super) fn is_over(&self, wire: &Wire) {
        let Row { unheard, .. } = std::mem::take(&mut *self.row());
        if let Some(since) = unheard {
            let lasted = wire.clock.now().saturating_duration_since(since);
            self.say(Silence::Ended { lasted });
        }
    }

    /// The patience is at its end; who watches anew gets all of it again.
    pub(super) fn given_up(&self) {
        let mut row = self.row();
        *row = Row { unheard: row.unheard, ..Row::default() };
    }

    fn say(&self, silence: Silence) {
        if let Some(tell) = self.at_silence.get() {
            tell(silence);
        }
    }

    fn row(&self) -> MutexGuard<'_, Row> {
        self.row.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Since when nobody answers, as `error` shows at `now` of what was asked at `asked`. A server that cannot be reached
/// could not be from the start; one that lost a call may have been well until then.
pub(super) fn silent_since(error: &CallError, asked: Instant, now: Instant) -> Instant {
    match error.problem() {
        CallProblem::Transport(cause) if cause.delivery() == Delivery::NotSent => asked,
        _ => now,
    }
}

/// Why a call failed, without the call, which nobody asked for by name.
pub(super) fn reason(error: &CallError) -> String {
    let mut words = error.problem().to_string();
    let mut cause = std::error::Error::source(error.problem());
    while let Some(error) = cause {
        let more = error.to_string();
        if !words.ends_with(&more) {
            words = format!("{words}: {more}");
        }
        cause = error.source();
    }
    words
}
