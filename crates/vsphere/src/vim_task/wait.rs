//! Waiting for the end of a vim task.

use std::pin::pin;
use std::time::Duration;

use vim25::MoRef;
use vim25::enums::TaskInfoState;
use vim25::types::TaskInfo;

use super::VimTaskError;
use super::info::{TASK_INFO, task_info};
use crate::property::{ObjectProperties, WaitError, look, objects_spec};
use crate::reader::Reader;

impl Reader {
    /// Waits for `task` to end and gives its final state. `progress` sees every state on the way, and how far it is
    /// now and then; a percentage may be absent, stall or go back.
    ///
    /// # Errors
    /// When the task fails, vanishes, cannot be followed any more, or `within` is over.
    pub async fn wait_for_task(
        &self,
        task: &MoRef,
        within: Duration,
        progress: impl FnMut(&TaskInfo),
    ) -> Result<TaskInfo, VimTaskError> {
        match self.end_of(task, within, progress).await {
            Ok(info) if info.state == TaskInfoState::Success => Ok(info),
            Ok(mut info) => {
                if let Some(error) = &mut info.error {
                    let hidden = &self.session().wire.hidden;
                    let message = error.localized_message.take();
                    error.localized_message =
                        message.map(|message| hidden.taken_out_of(&message).into());
                }
                Err(VimTaskError::Failed(Box::new(info)))
            }
            Err(WaitError::Gone { object }) => Err(VimTaskError::Vanished { task: object }),
            Err(WaitError::Deadline { object, within, .. }) => {
                Err(VimTaskError::Deadline { task: object, within })
            }
            Err(cause) => Err(VimTaskError::Lost { task: task.clone(), cause }),
        }
    }

    async fn end_of(
        &self,
        task: &MoRef,
        within: Duration,
        mut progress: impl FnMut(&TaskInfo),
    ) -> Result<TaskInfo, WaitError> {
        let mut deadline = pin!(self.clock().sleep(within));
        let mut last = ObjectProperties::new(task.clone());
        let mut watch = self.watch(objects_spec(std::slice::from_ref(task), TASK_INFO));
        let mut percent = self.percent_of(task);
        loop {
            let mut condition = |seen: &ObjectProperties| {
                let info = TaskInfo { progress: percent.now(), ..task_info(seen)? };
                progress(&info);
                let ended = matches!(info.state, TaskInfoState::Success | TaskInfoState::Error);
                ended.then_some(info)
            };
            if let Some(outcome) = look(&mut watch, task, &mut last, &mut condition) {
                return outcome;
            }
            tokio::select! {
                biased;
                () = watch.changed() => {}
                () = percent.changed() => {}
                () = &mut deadline => {
                    let (object, last) = (task.clone(), Box::new(last));
                    return Err(WaitError::Deadline { object, within, last });
                }
            }
        }
    }
}
