//! When samples are taken: [`Period`].

use std::ops::RangeInclusive;
use std::time::{Duration, SystemTime};

use vim25::DateTime;
use vim25::types::PerfInterval;

/// Samples of one length that are kept for some time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Period {
    key: i32,
    name: &'static str,
    /// Seconds between two samples.
    pub(super) seconds: u32,
    /// Seconds for which they are kept.
    length: u32,
}

/// What hosts measure themselves and keep for an hour.
pub(super) const REAL_TIME: Period = Period { key: 0, name: "", seconds: 20, length: 3600 };

const HOUR: u32 = 3600;
const DAY: u32 = 24 * HOUR;

/// What a vCenter keeps unless told otherwise, shortest first. The statistics level of each is 1.
pub(super) const HISTORICAL: [Period; 4] = [
    Period { key: 1, name: "Past day", seconds: 300, length: DAY },
    Period { key: 2, name: "Past week", seconds: 1800, length: 7 * DAY },
    Period { key: 3, name: "Past month", seconds: 2 * HOUR, length: 30 * DAY },
    Period { key: 4, name: "Past year", seconds: DAY, length: 365 * DAY },
];

impl Period {
    pub(super) fn is_real_time(self) -> bool {
        self == REAL_TIME
    }

    /// The description of a historical one.
    pub(super) fn info(self) -> PerfInterval {
        PerfInterval {
            key: self.key,
            sampling_period: self.seconds as i32,
            name: self.name.into(),
            length: self.length as i32,
            level: Some(1),
            enabled: true,
            ..Default::default()
        }
    }

    /// The numbers of the samples after `start` and up to `end` that are kept at `now`. Sample `n` is taken `n` times
    /// the period after 1970 began.
    pub(super) fn samples(
        self,
        start: Option<SystemTime>,
        end: Option<SystemTime>,
        now: SystemTime,
    ) -> RangeInclusive<u64> {
        let last = self.number(end.map_or(now, |end| end.min(now)));
        let kept = self.number(now).saturating_sub(u64::from(self.length / self.seconds)) + 1;
        let first = start.map_or(kept, |start| kept.max(self.number(start) + 1));
        first..=last
    }

    /// When a sample was taken.
    pub(super) fn time(self, sample: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(sample * u64::from(self.seconds))
    }

    /// That on the wire, in whole seconds as servers write it.
    pub(super) fn timestamp(self, sample: u64) -> DateTime {
        let text = DateTime::from_system_time(self.time(sample));
        DateTime::from_text(text.as_str().replace(".000000Z", "Z"))
    }

    /// The newest sample at `time`.
    fn number(self, time: SystemTime) -> u64 {
        let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        since.as_secs() / u64::from(self.seconds)
    }
}
