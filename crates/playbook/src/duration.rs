//! Reads lengths of time such as `90s` or `1h30m`.

use std::time::Duration;

/// No wait is longer than this.
const LONGEST: Duration = Duration::from_secs(30 * 24 * 3600);

/// Reads a duration; `None` when it is none, has no unit, or is longer than 30 days.
#[must_use]
pub fn parse(text: &str) -> Option<Duration> {
    let mut rest = text;
    let mut total = Duration::ZERO;
    while !rest.is_empty() {
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (amount, after) = rest.split_at(digits);
        let letters = after.len() - after.trim_start_matches(|c: char| c.is_alphabetic()).len();
        let (unit, after) = after.split_at(letters);
        let step = unit_of(unit)?.checked_mul(amount.parse().ok()?)?;
        total = total.checked_add(step).filter(|total| *total <= LONGEST)?;
        rest = after;
    }
    (!text.is_empty()).then_some(total)
}

fn unit_of(unit: &str) -> Option<Duration> {
    match unit {
        "ms" => Some(Duration::from_millis(1)),
        "s" => Some(Duration::from_secs(1)),
        "m" => Some(Duration::from_secs(60)),
        "h" => Some(Duration::from_secs(3600)),
        "d" => Some(Duration::from_secs(86_400)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_need_units_and_an_end() {
        let seconds = |text| parse(text).map(|d| d.as_millis());
        assert_eq!(seconds("90s"), Some(90_000));
        assert_eq!(seconds("1h30m"), Some(5_400_000));
        assert_eq!(seconds("500ms"), Some(500));
        for bad in ["", "90", "s", "1.5h", "-1s", "31d", "5 m", "99999999999999999999s", "1h3"] {
            assert_eq!(seconds(bad), None, "{bad}");
        }
    }
}
