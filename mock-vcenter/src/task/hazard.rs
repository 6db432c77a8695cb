//! Failures and pauses that are injected into running tasks, as data: [`TaskHazards`].

use std::time::Duration;

use serde::{Deserialize, Serialize};
use vim25::MoRef;
use vim25::types::TaskInfo;

use crate::fault::Fault;
use crate::store::{At, ManagedObject, Property};

/// One injected failure, or a pause.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TaskHazard {
    /// `descriptionId` of the tasks it strikes; all when absent.
    #[serde(default)]
    pub description_id: Option<String>,
    /// Name of the entity whose tasks it strikes; all when absent.
    #[serde(default)]
    pub entity: Option<String>,
    /// Strikes once progress reaches so many percent.
    #[serde(default)]
    pub at_percent: i32,
    /// Stands still there for so many seconds before it goes on or fails.
    #[serde(default)]
    pub stall_seconds: u64,
    /// Type of the fault that ends it; without one it goes on.
    #[serde(default)]
    pub fault: Option<String>,
    /// Its message.
    #[serde(default)]
    pub message: Option<String>,
    /// How many tasks it strikes before it is spent; no end when absent.
    #[serde(default)]
    pub times: Option<u32>,
}

/// What strikes one task.
#[derive(Debug, Default)]
pub(super) struct Struck {
    pub(super) stall: Duration,
    pub(super) fault: Option<Fault>,
}

impl TaskHazard {
    fn strikes(&self, info: &TaskInfo, percent: i32) -> bool {
        let same = |wanted: &Option<String>, found: Option<&str>| {
            wanted.as_deref().is_none_or(|wanted| Some(wanted) == found)
        };
        percent >= self.at_percent
            && self.times != Some(0)
            && same(&self.description_id, Some(&info.description_id))
            && same(&self.entity, info.entity_name.as_deref())
    }
}

/// The failures in force. Not an object of vSphere: it lives in the store so that a task and its failure are
/// one commit.
#[derive(Clone, Default)]
pub struct TaskHazards(pub Vec<TaskHazard>);

impl TaskHazards {
    /// Where the store keeps them.
    #[must_use]
    pub fn id() -> MoRef {
        MoRef::new("(mock)", "task hazards")
    }

    /// What strikes a task at `percent`; counts it.
    pub(super) fn strike(&mut self, info: &TaskInfo, percent: i32) -> Struck {
        let Some(hazard) = self.0.iter_mut().find(|hazard| hazard.strikes(info, percent)) else {
            return Struck::default();
        };
        hazard.times = hazard.times.map(|left| left - 1);
        let message = hazard.message.as_deref();
        Struck {
            stall: Duration::from_secs(hazard.stall_seconds),
            fault: hazard.fault.as_deref().map(|fault| Fault::by_name(fault, message)),
        }
    }
}

impl ManagedObject for TaskHazards {
    fn kind(&self) -> &'static str {
        "(mock)"
    }

    fn property<'a>(&'a self, _name: &str, _at: &At<'a>) -> Option<Property<'a>> {
        None
    }
}
