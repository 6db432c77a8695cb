//! How each VM of a drill went: the hosts before and after, and the times.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// One VM of a drill. Times are on the monotonic clock, from the request on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DrillRecord {
    /// Hosts of primary and secondary before.
    pub before: [Option<String>; 2],
    /// Hosts of primary and secondary when it was protected again.
    pub after: Option<[Option<String>; 2]>,
    /// Until the secondary was the primary, or the restart had begun.
    pub changed: Option<Duration>,
    /// Until the VM was protected again.
    pub protected: Option<Duration>,
    asked: Option<Duration>,
    carried_out: bool,
}

/// The records of a drill by subject. All clones hold the same ones.
#[derive(Debug, Clone, Default)]
pub struct DrillRecords(Arc<Mutex<BTreeMap<String, DrillRecord>>>);

impl DrillRecord {
    /// Whether the request was made.
    #[must_use]
    pub fn was_asked(&self) -> bool {
        self.asked.is_some()
    }
}

impl DrillRecords {
    /// What is known of a VM.
    #[must_use]
    pub fn of(&self, subject: &str) -> DrillRecord {
        self.records().get(subject).cloned().unwrap_or_default()
    }

    /// The request is about to be made. A second try counts from the first.
    pub(super) fn asked(&self, subject: &str, now: Duration) {
        let mut records = self.records();
        let record = records.entry(subject.to_owned()).or_default();
        record.asked.get_or_insert(now);
    }

    /// The request was carried out. Its effect may be still to come.
    pub(super) fn carried_out(&self, subject: &str) {
        self.records().entry(subject.to_owned()).or_default().carried_out = true;
    }

    /// Whether it was, so that a further try only waits for the effect.
    pub(super) fn is_carried_out(&self, subject: &str) -> bool {
        self.of(subject).carried_out
    }

    /// It had its effect.
    pub(super) fn changed(&self, subject: &str, now: Duration) {
        let mut records = self.records();
        let record = records.entry(subject.to_owned()).or_default();
        let since = record.asked.map(|asked| now.saturating_sub(asked));
        record.changed = record.changed.or(since);
    }

    /// The VM is protected again.
    pub(super) fn protected(&self, subject: &str, now: Duration) {
        let mut records = self.records();
        let record = records.entry(subject.to_owned()).or_default();
        let since = record.asked.map(|asked| now.saturating_sub(asked));
        record.protected = record.protected.or(since);
    }

    /// Where the halves are before it was asked, and afterwards.
    pub(super) fn hosts(&self, subject: &str, hosts: [Option<String>; 2]) {
        let mut records = self.records();
        let record = records.entry(subject.to_owned()).or_default();
        match record.asked {
            None => record.before = hosts,
            Some(_) => record.after = Some(hosts),
        }
    }

    fn records(&self) -> MutexGuard<'_, BTreeMap<String, DrillRecord>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_count_from_the_first_request_and_are_kept() {
        let records = DrillRecords::default();
        let at = Duration::from_secs;
        let hosts = |one: &str, other: &str| [Some(one.to_owned()), Some(other.to_owned())];
        records.protected("vm1", at(1));
        assert_eq!(records.of("vm1"), DrillRecord::default());
        assert!(!records.is_carried_out("vm1"));
        records.carried_out("vm1");
        assert!(records.is_carried_out("vm1") && !records.is_carried_out("vm2"));
        records.hosts("vm1", hosts("a", "b"));
        records.asked("vm1", at(10));
        records.asked("vm1", at(11));
        records.changed("vm1", at(13));
        records.changed("vm1", at(20));
        records.hosts("vm1", hosts("b", "a"));
        records.protected("vm1", at(40));
        let record = records.of("vm1");
        assert_eq!((record.changed, record.protected), (Some(at(3)), Some(at(30))));
        assert_eq!((record.before, record.after), (hosts("a", "b"), Some(hosts("b", "a"))));
    }
}
