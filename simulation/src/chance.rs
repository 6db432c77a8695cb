//! Chance that follows from a seed: [`Dice`].

use std::sync::{Mutex, PoisonError};

/// A fixed sequence of numbers that look random (SplitMix64).
#[derive(Debug, Clone)]
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x2545_f491_4f6c_dd1d).wrapping_add(0x5eed))
    }

    /// 64 bits.
    pub(crate) fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from `from` to `to`, both included.
    pub(crate) fn between(&mut self, from: u64, to: u64) -> u64 {
        from + self.bits() % (to - from + 1)
    }

    /// True in so many of a hundred cases.
    pub(crate) fn happens(&mut self, percent: u64) -> bool {
        self.bits() % 100 < percent
    }

    /// One of these, which are not none.
    pub(crate) fn pick<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        let place = self.bits() % all.len() as u64;
        &all[usize::try_from(place).unwrap_or(0)]
    }
}

/// The same for several users in one thread.
#[derive(Debug)]
pub(crate) struct SharedDice(Mutex<Dice>);

impl SharedDice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(Mutex::new(Dice::new(seed)))
    }

    pub(crate) fn between(&self, from: u64, to: u64) -> u64 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).between(from, to)
    }
}

impl vsphere::Chance for SharedDice {
    fn bits(&self) -> u64 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).bits()
    }
}
