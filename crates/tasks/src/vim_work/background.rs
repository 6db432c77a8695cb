//! Begins a vim task and waits for it, with everything written down that finds it again: [`Background`].

use std::time::Duration;

use orchestrator::{Call, Delivery, StepScope, TaskError};
use vim25::MoRef;
use vim25::types::TaskInfo;
use vsphere::{CallError, Writer};

use super::kind::Kind;
use super::progress::await_end;
use super::settle::{Left, settle};
use crate::trouble::Doing;

/// What a vim task of a step is begun with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Background<'a> {
    pub(crate) writer: &'a Writer,
    pub(crate) scope: &'a StepScope,
    /// How long it may take.
    pub(crate) within: Duration,
}

impl Background<'_> {
    /// Begins a vim task on `object` by `issue` and waits for its end; its own percentage is shown between the two
    /// that `text` comes with.
    ///
    /// # Errors
    /// When it is not begun or fails. When something of an earlier run was still going on there: it has ended by
    /// then, and the step is to be decided anew.
    pub(crate) async fn run(
        &self,
        (kind, object): (Kind, &MoRef),
        doing: &Doing,
        text: (&str, u8, u8),
        issue: impl Future<Output = Result<MoRef, CallError>>,
    ) -> Result<TaskInfo, TaskError> {
        let Self { writer, scope, within } = *self;
        let named = name_of(writer, object);
        if settle(writer, scope, scope.open_on(&named)).await? == Left::Something {
            return Err(doing
                .error()
                .caused_by("an earlier run had begun something there, which has ended now")
                .delivery(Delivery::Answered)
                .transient());
        }
        let at = writer.current_time().await.map_err(|error| unread(doing, error))?;
        let (work, at) = (kind.method.to_owned(), at.as_str().to_owned());
        scope.calling(Call { object: named, work, at }).await?;
        let vim_task = issue.await.map_err(|error| doing.failed(error))?;
        // Without the server's name a reference says nothing: every vCenter counts from the same start.
        scope.started(name_of(writer, &vim_task)).await;
        await_end(writer, &vim_task, within, scope, text).await.map_err(|error| doing.failed(error))
    }
}

/// Nothing was asked for, whatever became of the question for the time.
fn unread(doing: &Doing, error: CallError) -> TaskError {
    doing.failed(error).delivery(Delivery::NotSent)
}

/// An object in words that mean the same in every run.
pub(crate) fn name_of(writer: &Writer, object: &MoRef) -> String {
    format!("{} {object}", writer.url().authority())
}
