//! The clock itself and its timers.
//!
//! [`Clock`] keeps its timers ordered by due time, then by order of request, and fires them one after the
//! other outside its lock. While a timer fires, the clock shows that timer's due time at the earliest, so a
//! chain of timers advances exactly as it would have in real time. It knows nothing of what the timers do.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use tokio::sync::Notify;
use tokio::time::Instant;

use super::pace::Pace;

type Action = Box<dyn FnOnce() + Send>;

/// Names one pending timer of a clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TimerId {
    due: Duration,
    order: u64,
}

/// The mock's time; clones show the same time.
#[derive(Clone)]
pub struct Clock {
    shared: Arc<Shared>,
}

struct Shared {
    started: SystemTime,
    state: Mutex<State>,
    changed: Notify,
    advancing: Mutex<()>,
}

struct State {
    pace: Pace,
    anchor: Instant,
    at_anchor: Duration,
    timers: BTreeMap<TimerId, Action>,
    next_order: u64,
}

impl State {
    fn elapsed(&self) -> Duration {
        match self.pace {
            Pace::Stepped => self.at_anchor,
            Pace::Real => self.at_anchor + self.anchor.elapsed(),
            Pace::Scaled(factor) => self.at_anchor + self.anchor.elapsed().mul_f64(factor),
        }
    }

    fn set(&mut self, elapsed: Duration) {
        self.anchor = Instant::now();
        self.at_anchor = elapsed;
    }

    fn pop_due(&mut self, until: Duration) -> Option<(TimerId, Action)> {
        let first = self.timers.first_entry()?;
        if first.key().due > until {
            return None;
        }
        Some(first.remove_entry())
    }
}

impl Clock {
    /// A clock that shows `started` now and moves at `pace`.
    #[must_use]
    pub fn new(pace: Pace, started: SystemTime) -> Self {
        let state = State {
            pace,
            anchor: Instant::now(),
            at_anchor: Duration::ZERO,
            timers: BTreeMap::new(),
            next_order: 0,
        };
        let shared = Shared {
            started,
            state: Mutex::new(state),
            changed: Notify::new(),
            advancing: Mutex::new(()),
        };
        Self { shared: Arc::new(shared) }
    }

    /// The mock's wall time.
    #[must_use]
    pub fn now(&self) -> SystemTime {
        self.shared.started + self.elapsed()
    }

    /// Mock time since the clock started.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.state().elapsed()
    }

    /// The pace now in force.
    #[must_use]
    pub fn pace(&self) -> Pace {
        self.state().pace
    }

    /// Changes the pace from now on; the time shown does not jump.
    pub fn set_pace(&self, pace: Pace) {
        let mut state = self.state();
        let elapsed = state.elapsed();
        state.set(elapsed);
        state.pace = pace;
        drop(state);
        self.shared.changed.notify_one();
    }

    /// Runs `action` once `delay` has passed.
    pub fn after(&self, delay: Duration, action: impl FnOnce() + Send + 'static) -> TimerId {
        let mut state = self.state();
        let id = TimerId { due: state.elapsed() + delay, order: state.next_order };
        state.next_order += 1;
        state.timers.insert(id, Box::new(action));
        drop(state);
        self.shared.changed.notify_one();
        id
    }

    /// Forgets a timer that has not fired.
    pub fn cancel(&self, id: TimerId) {
        let action = self.state().timers.remove(&id);
        drop(action);
    }

    /// Forgets all timers that have not fired. A server that ends does so, since timers keep it alive.
    pub(crate) fn clear(&self) {
        let timers = std::mem::take(&mut self.state().timers);
        drop(timers);
    }

    /// Number of timers that have not fired.
    #[must_use]
    pub fn pending(&self) -> usize {
        self.state().timers.len()
    }

    /// Moves time forward by `step` and fires, in order, every timer that falls due on the way.
    /// Must not be called from a timer.
    pub fn advance(&self, step: Duration) {
        let _one_at_a_time = self.shared.advancing.lock().unwrap_or_else(PoisonError::into_inner);
        let target = self.elapsed() + step;
        loop {
            let mut state = self.state();
            let Some((id, action)) = state.pop_due(target) else {
                let reached = state.elapsed().max(target);
                state.set(reached);
                break;
            };
            let reached = state.elapsed().max(id.due);
            state.set(reached);
            drop(state);
            action();
        }
        self.shared.changed.notify_one();
    }

    /// Fires timers as they fall due, for as long as it is polled. A stepped clock needs it only once its
    /// pace is changed.
    pub async fn run(&self) {
        loop {
            let changed = self.shared.changed.notified();
            self.fire_due();
            match self.until_next() {
                Some(wait) => {
                    tokio::select! {
                        biased;
                        () = changed => {}
                        () = tokio::time::sleep(wait) => {}
                    }
                }
                None => changed.await,
            }
        }
    }

    fn fire_due(&self) {
        loop {
            let mut state = self.state();
            if state.pace == Pace::Stepped {
                return;
            }
            let now = state.elapsed();
            let Some((_, action)) = state.pop_due(now) else { return };
            drop(state);
            action();
        }
    }

    fn until_next(&self) -> Option<Duration> {
        let state = self.state();
        let factor = state.pace.factor();
        let (id, _) = state.timers.first_key_value()?;
        (factor > 0.0).then(|| id.due.saturating_sub(state.elapsed()).div_f64(factor))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.shared.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Clock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Clock")
            .field("pace", &self.pace())
            .field("elapsed", &self.elapsed())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stepped() -> Clock {
        Clock::new(Pace::Stepped, SystemTime::UNIX_EPOCH)
    }

    #[test]
    fn timers_fire_in_order_of_due_time_and_show_their_own_time() {
        let clock = stepped();
        let seen = Arc::new(Mutex::new(Vec::new()));
        for seconds in [5, 2, 9] {
            let (seen, inner) = (seen.clone(), clock.clone());
            clock.after(Duration::from_secs(seconds), move || {
                seen.lock().unwrap().push((seconds, inner.elapsed().as_secs()));
            });
        }
        clock.advance(Duration::from_secs(6));
        assert_eq!(*seen.lock().unwrap(), [(2, 2), (5, 5)]);
        assert_eq!((clock.elapsed().as_secs(), clock.pending()), (6, 1));
    }

    #[test]
    fn a_timer_set_by_a_timer_fires_within_the_same_advance() {
        let clock = stepped();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (inner, log) = (clock.clone(), seen.clone());
        clock.after(Duration::from_secs(1), move || {
            let again = inner.clone();
            inner.after(Duration::from_secs(1), move || log.lock().unwrap().push(again.elapsed()));
        });
        clock.advance(Duration::from_secs(3));
        assert_eq!(*seen.lock().unwrap(), [Duration::from_secs(2)]);
    }

    #[test]
    fn a_cancelled_timer_never_fires() {
        let clock = stepped();
        let id = clock.after(Duration::from_secs(1), || panic!("fired"));
        clock.cancel(id);
        clock.advance(Duration::from_secs(5));
        assert_eq!(clock.pending(), 0);
    }

    #[test]
    fn a_change_of_pace_does_not_make_the_time_jump() {
        let clock = stepped();
        clock.advance(Duration::from_secs(100));
        clock.set_pace(Pace::Scaled(0.001));
        clock.set_pace(Pace::Stepped);
        assert_eq!(clock.elapsed().as_secs(), 100);
    }

    #[test]
    fn factors_become_paces_and_nonsense_is_refused() {
        assert_eq!(Pace::from_factor(0.0), Some(Pace::Stepped));
        assert_eq!(Pace::from_factor(1.0), Some(Pace::Real));
        assert_eq!(Pace::from_factor(60.0), Some(Pace::Scaled(60.0)));
        assert_eq!(Pace::from_factor(-1.0), None);
        assert_eq!(Pace::from_factor(f64::NAN), None);
    }
}
