//! Failures that are injected into running tasks, as data: [`TaskHazards`].

use serde::{Deserialize, Serialize};
use vim25::MoRef;
use vim25::types::TaskInfo;

use crate::fault::Fault;
use crate::store::{At, ManagedObject, Property};

/// One injected failure.
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
    /// Type of the fault.
    pub fault: String,
    /// Its message.
    #[serde(default)]
    pub message: Option<String>,
    /// How many tasks it strikes before it is spent; no end when absent.
    #[serde(default)]
    pub times: Option<u32>,
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

    /// The fault that strikes a task at `percent`; counts it.
    pub(super) fn strike(&mut self, info: &TaskInfo, percent: i32) -> Option<Fault> {
        let hazard = self.0.iter_mut().find(|hazard| hazard.strikes(info, percent))?;
        hazard.times = hazard.times.map(|left| left - 1);
        Some(Fault::by_name(&hazard.fault, hazard.message.as_deref()))
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
