//! Points in time as the tables hold them: milliseconds since 1970 in UTC.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Times before 1970 count as 1970.
pub(crate) fn to_millis(at: SystemTime) -> i64 {
    let since = at.duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// The other way round.
pub(crate) fn from_millis(millis: i64) -> SystemTime {
    UNIX_EPOCH + Duration::from_millis(u64::try_from(millis).unwrap_or(0))
}
