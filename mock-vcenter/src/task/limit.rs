//! How many tasks of a kind run at once, and which wait in the queue: [`TaskLimits`].

use serde::{Deserialize, Serialize};
use vim25::MoRef;
use vim25::enums::TaskInfoState;

use crate::store::{At, ManagedObject, Property, Snapshot};

use super::vim_task::VimTask;

/// A bound on what runs at once. What is beyond it is queued and begun in order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TaskLimit {
    /// `descriptionId`s of the tasks that count together.
    pub description_ids: Vec<String>,
    /// How many of them run at once.
    pub at_once: usize,
    /// Whether that is for each host that they load; otherwise it is for the whole server.
    #[serde(default)]
    pub per_host: bool,
}

impl TaskLimit {
    fn counts(&self, task: &VimTask) -> bool {
        self.description_ids.iter().any(|id| *id == task.info.description_id.as_str())
    }
}

/// The bounds in force. Not an object of vSphere: it lives in the store beside the tasks it is about.
#[derive(Clone, Default)]
pub struct TaskLimits(pub Vec<TaskLimit>);

impl TaskLimits {
    /// Where the store keeps them.
    #[must_use]
    pub fn id() -> MoRef {
        MoRef::new("(mock)", "task limits")
    }

    /// Whether a queued task may begin: everything before it that counts with it leaves room.
    pub(super) fn leave_room(&self, id: &MoRef, now: &Snapshot) -> bool {
        let Some(task) = now.get::<VimTask>(id) else { return true };
        let limits = self.0.iter().filter(|limit| limit.counts(task));
        limits.into_iter().all(|limit| {
            let ahead = ahead(id, now, limit);
            if limit.per_host {
                let on = |host| ahead.iter().filter(|other| other.loads.contains(host)).count();
                task.loads.iter().all(|host| on(host) < limit.at_once)
            } else {
                ahead.len() < limit.at_once
            }
        })
    }
}

/// Tasks that count for the limit and run, or were queued before this one.
fn ahead<'a>(id: &MoRef, now: &'a Snapshot, limit: &TaskLimit) -> Vec<&'a VimTask> {
    let mut is_before = true;
    let tasks = now.of_kind("Task").iter().filter_map(|other| {
        is_before &= other != id;
        let task = now.get::<VimTask>(other)?;
        let is_ahead = task.info.state == TaskInfoState::Running || (task.is_open() && is_before);
        (is_ahead && limit.counts(task)).then_some(task)
    });
    tasks.collect()
}

impl ManagedObject for TaskLimits {
    fn kind(&self) -> &'static str {
        "(mock)"
    }

    fn property<'a>(&'a self, _name: &str, _at: &At<'a>) -> Option<Property<'a>> {
        None
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use vim25::MoRef;
    use vim25::enums::TaskInfoState::{Queued, Running, Success};
    use vim25::methods::CancelTask;
    use vim25::types::TaskInfo;

    use super::*;
    use crate::task::TaskSpec;
    use crate::testing::Rig;

    const KIND: &str = "VirtualMachine.x";

    /// A server on which one task of the kind runs at once.
    fn rig(per_host: bool) -> Rig {
        let rig = Rig::anonymous("empty");
        let limit = TaskLimit { description_ids: vec![KIND.to_owned()], at_once: 1, per_host };
        rig.commit(|tx| {
            tx.insert(TaskLimits::id(), TaskLimits(vec![limit]));
            Ok(())
        });
        rig
    }

    fn start(rig: &Rig, kind: &str, hosts: &[&str]) -> MoRef {
        let hosts: Vec<MoRef> = hosts.iter().map(|host| MoRef::new("HostSystem", *host)).collect();
        let spec = TaskSpec::new(kind).loads(hosts).takes(Duration::from_secs(10));
        let spec = spec.cancelable(|_| Ok(()));
        rig.commit(|tx| Ok(tx.start_task(spec)))
    }

    fn info(rig: &Rig, task: &MoRef) -> TaskInfo {
        rig.core.store.snapshot().get::<VimTask>(task).unwrap().info.clone()
    }

    #[tokio::test]
    async fn what_is_beyond_the_limit_is_queued_without_a_start_time_and_begun_in_order() {
        let rig = rig(false);
        let tasks: Vec<MoRef> = (0..3).map(|_| start(&rig, KIND, &[])).collect();
        let other = start(&rig, "VirtualMachine.y", &[]);
        rig.advance(2);
        let states = || tasks.iter().map(|task| info(&rig, task).state).collect::<Vec<_>>();
        assert_eq!(states(), [Running, Queued, Queued]);
        assert_eq!(info(&rig, &other).state, Running, "another kind is not counted");
        let waiting = info(&rig, &tasks[1]);
        assert!(waiting.queue_time.to_system_time().is_some());
        assert_eq!((waiting.start_time, waiting.progress), (None, None));
        rig.advance(10);
        assert_eq!(states(), [Success, Running, Queued]);
        let begun = info(&rig, &tasks[1]);
        let [queued, started] = [Some(begun.queue_time), begun.start_time]
            .map(|time| time.unwrap().to_system_time().unwrap());
        assert!(started.duration_since(queued).unwrap() >= Duration::from_secs(10));
        rig.advance(25);
        assert_eq!(states(), [Success, Success, Success]);
    }

    #[tokio::test]
    async fn a_limit_per_host_holds_for_each_host_that_a_task_loads() {
        let rig = rig(true);
        let first = start(&rig, KIND, &["a", "b"]);
        let elsewhere = start(&rig, KIND, &["c"]);
        let shares = start(&rig, KIND, &["b", "d"]);
        rig.advance(2);
        let states = [&first, &elsewhere, &shares].map(|task| info(&rig, task).state);
        assert_eq!(states, [Running, Running, Queued]);
        rig.advance(10);
        assert_eq!(info(&rig, &shares).state, Running);
    }

    #[tokio::test]
    async fn a_queued_task_can_be_cancelled_and_makes_room_for_the_next() {
        let rig = Rig::logged_in("empty").await;
        let limit = TaskLimit { description_ids: vec![KIND.into()], at_once: 1, per_host: false };
        rig.commit(|tx| {
            tx.insert(TaskLimits::id(), TaskLimits(vec![limit]));
            Ok(())
        });
        let [first, second, third] = [(); 3].map(|()| start(&rig, KIND, &[]));
        rig.advance(2);
        rig.call(CancelTask { this: second.clone(), ..Default::default() }).await.unwrap();
        rig.advance(10);
        assert_eq!(info(&rig, &second).start_time, None, "it never ran");
        assert_eq!(info(&rig, &first).state, Success);
        assert_eq!(info(&rig, &third).state, Running);
    }
}
