//! What earlier tasks of the same playbook will make.
//!
//! [`Forecast`] is filled by `announce` while a plan is made and read by `observe` of later tasks, so that a
//! plan on a bare lab tells the whole story. What really exists always comes first; the forecast only adds
//! to it. A task counts on what those make that it needs, whether directly or through others: of the rest nobody knows
//! whether it comes first. Only what they take away is counted in either case. In an apply the forecast is empty.

mod known;

pub(crate) use known::{
    ClusterToCome, FtCaps, HostPreview, HostToCome, Known, PairToCome, ServiceToCome, VmPreview,
};

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The forecast of all connections.
#[derive(Debug, Default)]
pub(crate) struct Forecast(Mutex<Told>);

#[derive(Debug, Default)]
struct Told {
    /// What each task needs that was looked at so far.
    needs: BTreeMap<String, Arc<[String]>>,
    /// What was told, in that order.
    told: Vec<Announcement>,
}

/// What one task said that it will make.
#[derive(Debug)]
struct Announcement {
    task: String,
    connection: String,
    known: Known,
}

impl Forecast {
    /// Notes what a task needs. To be called before the task asks for anything.
    pub(crate) fn begin(&self, task: &str, needs: &Arc<[String]>) {
        self.lock().needs.insert(task.to_owned(), Arc::clone(needs));
    }

    /// What `task` may count on, on one connection.
    pub(crate) fn of(&self, task: &str, connection: &str) -> Known {
        let all = self.lock();
        let before = all.before(task);
        let mut known = Known::default();
        for one in all.told.iter().filter(|one| one.connection == connection) {
            match before.contains(one.task.as_str()) {
                true => known.add(&one.known),
                false => known.pairs.extend_from_slice(&one.known.pairs),
            }
        }
        known
    }

    /// The tasks that will make something on a connection on which `task` does not count.
    pub(crate) fn not_counted(&self, task: &str, connection: &str) -> Vec<String> {
        let all = self.lock();
        let before = all.before(task);
        let others = all.told.iter().filter(|one| {
            one.connection == connection
                && one.known.makes_something()
                && !before.contains(one.task.as_str())
        });
        // A task about many hosts tells of each.
        let mut others: Vec<String> = others.map(|one| one.task.clone()).collect();
        others.dedup();
        others
    }

    /// Says what `task` will make.
    pub(crate) fn tell(&self, task: &str, connection: &str, known: Known) {
        let (task, connection) = (task.to_owned(), connection.to_owned());
        self.lock().told.push(Announcement { task, connection, known });
    }

    fn lock(&self) -> MutexGuard<'_, Told> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Told {
    /// All that a task needs, and what those need.
    fn before<'a>(&'a self, task: &'a str) -> BTreeSet<&'a str> {
        let mut before = BTreeSet::new();
        let mut open = vec![task];
        while let Some(task) = open.pop() {
            let needs = self.needs.get(task).into_iter().flat_map(|needs| needs.iter());
            open.extend(needs.map(String::as_str).filter(|need| before.insert(*need)));
        }
        before
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn making(vm: &str) -> Known {
        Known { vms: vec![vm.to_owned()], ..Known::default() }
    }

    fn forecast() -> Forecast {
        let forecast = Forecast::default();
        let needs = [("a", &[][..]), ("b", &["a"]), ("c", &["b"]), ("other", &[])];
        for (task, needs) in needs {
            let needs: Vec<String> = needs.iter().map(|need| (*need).to_owned()).collect();
            forecast.begin(task, &needs.into());
        }
        forecast
    }

    #[test]
    fn a_task_counts_on_what_it_needs_however_far_and_on_nothing_else() {
        let forecast = forecast();
        for vm in ["vm-a", "vm-b"] {
            forecast.tell("a", "default", making(vm));
        }
        forecast.tell("b", "elsewhere", making("vm-c"));
        assert_eq!(forecast.of("c", "default").vms, ["vm-a", "vm-b"]);
        assert_eq!(forecast.of("c", "elsewhere").vms, ["vm-c"]);
        assert!(forecast.of("other", "default").vms.is_empty());
        assert_eq!(forecast.not_counted("other", "default"), ["a"]);
        assert!(forecast.not_counted("c", "default").is_empty());
    }

    #[test]
    fn what_is_taken_counts_in_any_order() {
        let forecast = forecast();
        let pair = PairToCome { vm: "vm1".to_owned(), ..PairToCome::default() };
        forecast.tell("a", "default", Known { pairs: vec![pair], ..Known::default() });
        assert_eq!(forecast.of("other", "default").pairs.len(), 1);
        assert_eq!(forecast.of("c", "default").pairs.len(), 1);
        assert!(forecast.not_counted("other", "default").is_empty());
    }

    #[test]
    fn the_latest_word_on_a_cluster_counts() {
        let forecast = forecast();
        let cluster = |ha| ClusterToCome { name: "C".to_owned(), ha, ..ClusterToCome::default() };
        for (task, ha) in [("a", false), ("b", true)] {
            let known = Known { clusters: vec![cluster(ha)], ..Known::default() };
            forecast.tell(task, "default", known);
        }
        assert_eq!(forecast.of("c", "default").cluster("", "C"), Some(&cluster(true)));
        assert_eq!(forecast.of("b", "default").cluster("", "C"), Some(&cluster(false)));
    }
}
