//! When a call may be sent again, and how long to wait before it.
//!
//! [`RetryPolicy`] is the only place that decides this: from the delivery of the failure and the effect
//! of the method. A call that changes something and whose answer was lost is never sent again.

use std::time::Duration;

use crate::clock::Chance;
use crate::delivery::Delivery;
use crate::effect::Effect;

/// How often and how patiently safe calls are repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryPolicy {
    /// Sends of one call at most, the first included.
    pub attempts: u32,
    /// Upper bound of the pause before the second send; doubles from there.
    pub first_pause: Duration,
    /// Upper bound of any pause.
    pub longest_pause: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            attempts: 4,
            first_pause: Duration::from_millis(250),
            longest_pause: Duration::from_secs(5),
        }
    }
}

impl RetryPolicy {
    /// May a call of this effect be sent again after send number `attempt` (from 1) failed so?
    #[must_use]
    pub fn allows(&self, effect: Effect, delivery: Delivery, attempt: u32) -> bool {
        let safe = match delivery {
            Delivery::NotSent => true,
            Delivery::Unknown => effect == Effect::Read,
            Delivery::Answered => false,
        };
        safe && attempt < self.attempts
    }

    /// The pause before send number `attempt + 1`: between half and all of a doubling bound.
    #[must_use]
    pub fn pause(&self, attempt: u32, chance: &dyn Chance) -> Duration {
        let doubled = self.first_pause.saturating_mul(1 << attempt.saturating_sub(1).min(16));
        let bound = doubled.min(self.longest_pause);
        let half = bound / 2;
        let spread = u64::try_from(half.as_millis()).unwrap_or(u64::MAX);
        half + Duration::from_millis(chance.bits() % spread.saturating_add(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Fixed(u64);
    impl Chance for Fixed {
        fn bits(&self) -> u64 {
            self.0
        }
    }

    #[test]
    fn only_safe_calls_are_sent_again() {
        use {Delivery as D, Effect as E};
        let policy = RetryPolicy::default();
        let table = [
            (E::Read, D::NotSent, true),
            (E::Read, D::Unknown, true),
            (E::Read, D::Answered, false),
            (E::SessionLocal, D::NotSent, true),
            (E::SessionLocal, D::Unknown, false),
            (E::Mutates, D::NotSent, true),
            (E::Mutates, D::Unknown, false),
            (E::Mutates, D::Answered, false),
        ];
        for (effect, delivery, expected) in table {
            assert_eq!(policy.allows(effect, delivery, 1), expected, "{effect:?} {delivery:?}");
            assert!(!policy.allows(effect, delivery, policy.attempts), "{effect:?} {delivery:?}");
        }
    }

    #[test]
    fn pauses_double_and_stay_bounded() {
        let policy = RetryPolicy::default();
        let longest: Vec<_> =
            (1..8).map(|n| policy.pause(n, &Fixed(u64::MAX - 1)).as_millis()).collect();
        assert!(longest.iter().all(|ms| *ms <= 5_000), "{longest:?}");
        assert_eq!(policy.pause(1, &Fixed(0)), Duration::from_millis(125));
        assert_eq!(policy.pause(2, &Fixed(0)), Duration::from_millis(250));
        assert_eq!(policy.pause(40, &Fixed(0)), Duration::from_millis(2_500));
    }
}
