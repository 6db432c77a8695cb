//! What is watched of a vim task: all that says what it is and how it ended, but not how far it is.

use vim25::DateTime;
use vim25::enums::TaskInfoState;
use vim25::types::{LocalizedMethodFault, TaskInfo};

use crate::property::ObjectProperties;

/// The paths of a `Task` that [`task_info`] puts together. `info.progress` is none of them: it changes all the time,
/// and a [`Percent`](super::Percent) tells it.
pub const TASK_INFO: &[&str] = &[
    "info.key",
    "info.name",
    "info.descriptionId",
    "info.entity",
    "info.entityName",
    "info.state",
    "info.cancelled",
    "info.cancelable",
    "info.error",
    "info.result",
    "info.queueTime",
    "info.startTime",
    "info.completeTime",
];

/// What was read of a vim task at [`TASK_INFO`]; nothing where its state is not known. Other members are unset.
#[must_use]
pub fn task_info(seen: &ObjectProperties) -> Option<TaskInfo> {
    let text = |path| seen.text(path).map(Into::into);
    let time = |path| seen.text(path).map(DateTime::from_text);
    Some(TaskInfo {
        key: text("info.key").unwrap_or_default(),
        task: seen.object.clone(),
        name: text("info.name"),
        description_id: text("info.descriptionId").unwrap_or_default(),
        entity: seen.moref("info.entity").cloned(),
        entity_name: text("info.entityName"),
        state: TaskInfoState::from(seen.text("info.state")?),
        cancelled: seen.boolean("info.cancelled").unwrap_or_default(),
        cancelable: seen.boolean("info.cancelable").unwrap_or_default(),
        error: seen.object::<LocalizedMethodFault>("info.error").cloned().map(Box::new),
        result: seen.get("info.result").cloned(),
        queue_time: time("info.queueTime").unwrap_or_default(),
        start_time: time("info.startTime"),
        complete_time: time("info.completeTime"),
        ..Default::default()
    })
}
