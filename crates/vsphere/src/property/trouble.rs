//! How long an unbroken row of failures has lasted, and how long to pause within it.

use std::time::{Duration, Instant};

use crate::call::Wire;

/// A row of failures.
#[derive(Debug, Default)]
pub(super) struct Trouble {
    since: Option<Instant>,
    count: u32,
}

impl Trouble {
    /// How long ago the row began, at `now`.
    pub(super) fn began(&mut self, now: Instant) -> Duration {
        now.saturating_duration_since(*self.since.get_or_insert(now))
    }

    /// The pause after one failure more.
    pub(super) fn pause(&mut self, wire: &Wire) -> Duration {
        self.count += 1;
        wire.retry.pause(self.count, &*wire.chance)
    }
}
