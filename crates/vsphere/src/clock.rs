//! Time and chance, passed in so that a whole run can be replayed.
//!
//! [`Clock`] and [`Chance`] are the two traits; [`SystemClock`] and [`SystemChance`] the real ones.
//! Socket time-outs are not here: they belong to the transport that owns the sockets.

use std::fmt;
use std::pin::Pin;
use std::time::{Duration, Instant, SystemTime};

use ring::rand::{SecureRandom, SystemRandom};

/// A future that can be kept behind a pointer.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Where the client takes its time from.
pub trait Clock: fmt::Debug + Send + Sync + 'static {
    /// A monotonic moment.
    fn now(&self) -> Instant;
    /// The time of day, for what is written down.
    fn wall(&self) -> SystemTime;
    /// Ends after `span`.
    fn sleep(&self, span: Duration) -> BoxFuture<'static, ()>;
}

/// Where the client takes its randomness from (jitter, operation ids).
pub trait Chance: fmt::Debug + Send + Sync + 'static {
    /// 64 evenly distributed bits.
    fn bits(&self) -> u64;
}

/// The clock of this machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Instant {
        tokio::time::Instant::now().into_std()
    }

    fn wall(&self) -> SystemTime {
        SystemTime::now()
    }

    fn sleep(&self, span: Duration) -> BoxFuture<'static, ()> {
        Box::pin(tokio::time::sleep(span))
    }
}

/// The random source of this machine.
#[derive(Debug)]
pub struct SystemChance(SystemRandom);

impl SystemChance {
    /// Opens the source.
    #[must_use]
    pub fn new() -> Self {
        Self(SystemRandom::new())
    }
}

impl Default for SystemChance {
    fn default() -> Self {
        Self::new()
    }
}

impl Chance for SystemChance {
    fn bits(&self) -> u64 {
        let mut bytes = [0_u8; 8];
        // Jitter and log ids stay usable without randomness, so a refusal is not an error.
        let _ = self.0.fill(&mut bytes);
        u64::from_le_bytes(bytes)
    }
}
