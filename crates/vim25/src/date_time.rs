//! Points in time as the API writes them.

use std::fmt;
use std::time::SystemTime;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::Str;

/// A point in time. The text of the server is kept, so that a value goes back as it came.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct DateTime(Str);

impl DateTime {
    pub(crate) const EMPTY: DateTime = DateTime(Str::const_new(""));

    /// Takes the text as it is; see [`DateTime::to_system_time`] for its meaning.
    pub fn from_text(text: impl Into<Str>) -> Self {
        DateTime(text.into())
    }

    /// Writes `at` in UTC with microseconds, as vCenter does.
    pub fn from_system_time(at: SystemTime) -> Self {
        let at = OffsetDateTime::from(at);
        DateTime(Str::from(format!(
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z",
            at.year(),
            u8::from(at.month()),
            at.day(),
            at.hour(),
            at.minute(),
            at.second(),
            at.microsecond()
        )))
    }

    /// The text on the wire.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The point in time, if the text is one. A text without a zone counts as UTC.
    pub fn to_system_time(&self) -> Option<SystemTime> {
        OffsetDateTime::parse(&self.0, &Rfc3339)
            .or_else(|_| OffsetDateTime::parse(&format!("{}Z", self.0), &Rfc3339))
            .ok()
            .map(SystemTime::from)
    }
}

impl fmt::Debug for DateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for DateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn text_and_time_agree_with_and_without_a_zone() {
        let at = SystemTime::UNIX_EPOCH + Duration::from_micros(1_702_536_813_763_524);
        let text = DateTime::from_system_time(at);
        assert_eq!(text.as_str(), "2023-12-14T06:53:33.763524Z");
        assert_eq!(text.to_system_time(), Some(at));
        assert_eq!(DateTime::from_text("2023-12-14T06:53:33.763524").to_system_time(), Some(at));
        assert_eq!(
            DateTime::from_text("2023-12-14T08:53:33.763524+02:00").to_system_time(),
            Some(at)
        );
        assert_eq!(DateTime::from_text("yesterday").to_system_time(), None);
    }
}
