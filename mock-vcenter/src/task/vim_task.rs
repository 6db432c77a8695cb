//! The managed object `Task`.

use vim25::MoRef;
use vim25::enums::TaskInfoState;
use vim25::types::TaskInfo;

use crate::store::{At, Links, ManagedObject, Property};

use super::spec::Undo;

/// The link from a task to its entity.
pub const TASK_OF: &str = "task of";

/// One task.
#[derive(Clone)]
pub struct VimTask {
    /// What clients see.
    pub info: TaskInfo,
    /// Hosts that it loads.
    pub(super) loads: Vec<MoRef>,
    pub(super) undo: Option<Undo>,
}

impl VimTask {
    /// True while the task is queued or running.
    #[must_use]
    pub fn is_open(&self) -> bool {
        matches!(self.info.state, TaskInfoState::Queued | TaskInfoState::Running)
    }
}

impl ManagedObject for VimTask {
    fn kind(&self) -> &'static str {
        "Task"
    }

    fn property<'a>(&'a self, name: &str, _at: &At<'a>) -> Option<Property<'a>> {
        match name {
            "info" => Property::borrowed(&self.info),
            _ => None,
        }
    }

    fn links(&self, links: &mut Links) {
        let entity: Option<&MoRef> = self.info.entity.as_ref();
        links.add_all(TASK_OF, entity);
    }
}
