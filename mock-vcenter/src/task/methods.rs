//! The methods of tasks.

use vim25::enums::TaskInfoState;
use vim25::methods::{CancelTask, SetTaskDescription, SetTaskState, UpdateProgress};

use crate::dispatch::{Call, Dispatch};
use crate::fault::Fault;

use super::collector;
use super::vim_task::VimTask;

/// Adds the methods of tasks to the dispatch table.
pub(crate) fn register(dispatch: &mut Dispatch) {
    dispatch.add::<CancelTask>(cancel);
    dispatch.add::<UpdateProgress>(update_progress);
    dispatch.add::<SetTaskDescription>(|call, asked| {
        call.commit(|tx| {
            tx.edit::<VimTask>(call.this())?.info.description = Some(Box::new(asked.description));
            Ok(())
        })
    });
    dispatch.add::<SetTaskState>(set_state);
    collector::register(dispatch);
}

/// Who started a task may cancel it, and who holds `Global.CancelTask`.
fn cancel(call: &Call, _: CancelTask) -> Result<(), Fault> {
    let snapshot = call.snapshot();
    let task =
        snapshot.get::<VimTask>(call.this()).ok_or_else(|| Fault::object_not_found(call.this()))?;
    let reason = task.info.reason.downcast_ref::<vim25::types::TaskReasonUser>();
    let own = reason.is_some_and(|reason| reason.user_name == call.user());
    if !own && !call.may("Global.CancelTask") {
        return Err(Fault::no_permission(call.this(), "Global.CancelTask"));
    }
    call.commit(|tx| tx.cancel_task(call.this()))
}

fn update_progress(call: &Call, asked: UpdateProgress) -> Result<(), Fault> {
    if !(0..=100).contains(&asked.percent_done) {
        return Err(Fault::invalid_argument("percentDone"));
    }
    call.commit(|tx| {
        let task = tx.edit::<VimTask>(call.this())?;
        if task.info.state != TaskInfoState::Running {
            return Err(Fault::invalid_state("The task is not running."));
        }
        task.info.progress = Some(asked.percent_done);
        Ok(())
    })
}

fn set_state(call: &Call, asked: SetTaskState) -> Result<(), Fault> {
    call.commit(|tx| match asked.state {
        TaskInfoState::Success => tx.end_task(call.this(), Ok(asked.result)),
        TaskInfoState::Error => {
            let fault = asked.fault.map(|fault| Fault {
                message: fault.localized_message.unwrap_or_default(),
                detail: fault.fault,
            });
            tx.end_task(call.this(), Err(fault.unwrap_or_else(|| Fault::system_error("failed"))))
        }
        state => {
            tx.edit::<VimTask>(call.this())?.info.state = state;
            Ok(())
        }
    })
}
