//! Time as the engine sees it: passed in, never taken.
//!
//! [`Clock`] gives the wall time for people, a monotonic time for measuring, and sleeping. [`TokioClock`]
//! follows tokio's timer, so a test with paused time controls all three. Nothing else in this crate asks
//! for the time.

use std::future::Future;
use std::pin::Pin;
use std::time::{Duration, SystemTime};

/// A boxed future that may move between threads.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Where the time comes from.
pub trait Clock: Send + Sync + 'static {
    /// The wall time, for people and for the machine-readable output. May jump.
    fn now(&self) -> SystemTime;
    /// Time since some fixed start that never goes back, for measuring.
    fn monotonic(&self) -> Duration;
    /// Ends after `pause` has passed on this clock.
    fn sleep(&self, pause: Duration) -> BoxFuture<'static, ()>;
}

/// A clock on tokio's timer: real time in production, paused time in tests.
#[derive(Debug, Clone)]
pub struct TokioClock {
    wall: SystemTime,
    start: tokio::time::Instant,
}

impl TokioClock {
    /// A clock whose wall time is `wall` now. Wants a tokio runtime around it when time is paused.
    #[must_use]
    pub fn starting_at(wall: SystemTime) -> Self {
        Self { wall, start: tokio::time::Instant::now() }
    }
}

impl Clock for TokioClock {
    fn now(&self) -> SystemTime {
        self.wall + self.start.elapsed()
    }

    fn monotonic(&self) -> Duration {
        self.start.elapsed()
    }

    fn sleep(&self, pause: Duration) -> BoxFuture<'static, ()> {
        Box::pin(tokio::time::sleep(pause))
    }
}
