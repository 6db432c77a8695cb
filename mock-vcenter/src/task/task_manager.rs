//! The managed object `TaskManager`.

use vim25::types::{ElementDescription, TaskDescription};
use vim25::{MoRef, Poly};

use crate::store::{At, ManagedObject, Property};

use super::vim_task::VimTask;

/// How many finished tasks `recentTask` shows beside the open ones.
const RECENT: usize = 10;

/// Lists the tasks.
#[derive(Clone)]
pub struct TaskManager;

impl ManagedObject for TaskManager {
    fn kind(&self) -> &'static str {
        "TaskManager"
    }

    fn property<'a>(&'a self, name: &str, at: &At<'a>) -> Option<Property<'a>> {
        match name {
            "recentTask" => Property::refs(recent(at)),
            "maxCollector" => Property::of(1000),
            "description" => Property::object(description()),
            _ => None,
        }
    }
}

fn recent<'a>(at: &At<'a>) -> Vec<&'a MoRef> {
    let is_open = |id: &&MoRef| at.get::<VimTask>(id).is_some_and(VimTask::is_open);
    let (open, mut ended): (Vec<_>, Vec<_>) = at.of_kind("Task").iter().partition(is_open);
    let surplus = ended.len().saturating_sub(RECENT);
    ended.drain(..surplus);
    ended.into_iter().chain(open).collect()
}

fn description() -> TaskDescription {
    let state = ["queued", "running", "success", "error"].map(|key| {
        let mut state = ElementDescription::default();
        state.key = key.into();
        state.label = key.into();
        state.summary = key.into();
        Poly::new(state)
    });
    TaskDescription { state: state.into(), ..Default::default() }
}
