//! How long the rest will take: a range, from how long the last subjects took.
//!
//! Not from a percentage: the end is when the limit with most work left is through, however much else is done.
//! Nothing is said before [`ENOUGH`] subjects ended.

use std::collections::VecDeque;
use std::time::Duration;

use crate::event::TimeLeft;
use crate::slots::amount;

/// Fewer say nothing about the others.
const ENOUGH: usize = 5;
/// Older ones count no more: a network or a datastore may have become slower since.
const KEPT: usize = 64;

/// What was measured.
#[derive(Debug, Default)]
pub(crate) struct Samples {
    /// Seconds for each unit of work, the latest last.
    rates: VecDeque<f64>,
}

impl Samples {
    /// So much work took so long.
    pub(crate) fn add(&mut self, work: u64, took: Duration) {
        if self.rates.len() == KEPT {
            self.rates.pop_front();
        }
        self.rates.push_back(took.as_secs_f64() / amount(work.max(1)));
    }

    /// The usual time for a unit of work; `None` while too little is known.
    pub(crate) fn usual(&self) -> Option<f64> {
        self.at(0.5)
    }

    /// How long a path of so much work takes.
    pub(crate) fn time_for(&self, path: f64) -> Option<TimeLeft> {
        let time = |rate: f64| Duration::try_from_secs_f64((path * rate).max(0.0)).ok();
        Some(TimeLeft { least: time(self.at(0.25)?)?, most: time(self.at(0.9)?)? })
    }

    /// The rate that so great a part of the samples stays below.
    fn at(&self, part: f64) -> Option<f64> {
        if self.rates.len() < ENOUGH {
            return None;
        }
        let mut rates: Vec<f64> = self.rates.iter().copied().collect();
        rates.sort_unstable_by(f64::total_cmp);
        let last = rates.len() - 1;
        #[expect(clippy::cast_possible_truncation, reason = "a place in a short list")]
        #[expect(clippy::cast_sign_loss, reason = "a part is never negative")]
        #[expect(clippy::cast_precision_loss, reason = "a short list")]
        let place = (last as f64 * part).round() as usize;
        rates.get(place).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_said_before_enough_is_known_and_the_range_spans_the_usual_cases() {
        let mut samples = Samples::default();
        for seconds in [10, 20, 30, 40] {
            samples.add(10, Duration::from_secs(seconds));
            assert_eq!(samples.time_for(100.0), None);
        }
        samples.add(10, Duration::from_secs(50));
        let left = samples.time_for(100.0).unwrap();
        assert_eq!((left.least, left.most), (Duration::from_secs(200), Duration::from_secs(500)));
        for _ in 0..KEPT {
            samples.add(10, Duration::from_secs(10));
        }
        let left = samples.time_for(100.0).unwrap();
        assert_eq!((left.least, left.most), (Duration::from_secs(100), Duration::from_secs(100)));
    }
}
