//! How a task with many subjects spreads its risk: some go first, the others follow in growing waves, and it
//! stops by itself when too much goes wrong. Plain data of a [`Plan`](crate::Plan).

use std::num::NonZeroU32;

/// In which order and how carefully the subjects of a task are taken on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rollout {
    /// Subjects that go first; nobody else is begun before all of them ended, at least one of them well.
    pub canaries: Vec<String>,
    /// By which factor each wave is bigger than the one before. A wave waits for nobody: each subject that ends
    /// well makes room for so many, so one that takes long holds up its own place only.
    pub growth: NonZeroU32,
    /// When no further subject is begun.
    pub stop: StopRule,
}

/// What stops a rollout. Subjects that were begun are finished.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct StopRule {
    /// So many failed.
    pub failures: Option<NonZeroU32>,
    /// So many of a hundred failed, of those that ended; counts once ten have.
    pub percent: Option<u8>,
    /// So many failed for one and the same cause, and none ended well in between.
    pub same_cause: Option<NonZeroU32>,
}
