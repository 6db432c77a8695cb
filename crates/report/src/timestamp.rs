//! Points in time as text: RFC 3339 in UTC.

use std::time::{SystemTime, UNIX_EPOCH};

/// `2026-11-22T14:03:11.250Z`. Times before 1970 are shown as 1970.
pub(crate) fn millis(at: SystemTime) -> String {
    let since = at.duration_since(UNIX_EPOCH).unwrap_or_default();
    let (date, time) = date_and_time(since.as_secs());
    format!("{date}T{time}.{:03}Z", since.subsec_millis())
}

/// A point in time for people and machines: `2026-11-22T14:03:11Z`. Times before 1970 are shown as 1970.
#[must_use]
pub fn seconds(at: SystemTime) -> String {
    let (date, time) = date_and_time(at.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs());
    format!("{date}T{time}Z")
}

fn date_and_time(seconds: u64) -> (String, String) {
    let (year, month, day) = civil(seconds / 86_400);
    let second = seconds % 86_400;
    let time = format!("{:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60);
    (format!("{year:04}-{month:02}-{day:02}"), time)
}

/// The Gregorian date of a day counted from 1970-01-01. Years are counted from March, so that the leap day
/// is the last of its year, in eras of 400 years, which all have the same length.
fn civil(days: u64) -> (u64, u64, u64) {
    let shifted = days + 719_468;
    let (era, of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    (era * 400 + year_of_era + u64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn dates_are_right_around_leap_days_and_centuries() {
        let table = [
            (0, "1970-01-01T00:00:00.000Z"),
            (951_782_399_999, "2000-02-28T23:59:59.999Z"),
            (951_868_799_000, "2000-02-29T23:59:59.000Z"),
            (1_709_164_800_000, "2024-02-29T00:00:00.000Z"),
            (1_795_356_191_250, "2026-11-22T14:03:11.250Z"),
            (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
        ];
        for (since, expected) in table {
            assert_eq!(millis(UNIX_EPOCH + Duration::from_millis(since)), expected);
        }
        assert_eq!(seconds(UNIX_EPOCH + Duration::from_secs(59)), "1970-01-01T00:00:59Z");
    }
}
