//! Runs a command that only looks, until it prints what is waited for.
//!
//! The machine may be away meanwhile, as while it reboots; only the time that all may take ends the wait.

use std::time::Duration;

use orchestrator::{Delivery, StepOutcome, StepScope, TaskError};

use super::apply::look_again;
use super::client::SshError;
use super::link::{Access, patiently};
use super::spec::{Run, Spec};
use crate::world::VsphereReader;

/// What is looked at, and how.
pub(super) struct Looking<'a> {
    pub(super) spec: &'a Spec,
    pub(super) run: &'a Run,
    pub(super) access: &'a Access,
    pub(super) reader: &'a VsphereReader,
}

impl Looking<'_> {
    /// Waits until the command is not needed any more.
    pub(super) async fn until_it_prints(
        &self,
        pause: Duration,
        scope: &StepScope,
    ) -> Result<StepOutcome, TaskError> {
        let command = &self.run.command;
        let start = scope.clock().monotonic();
        loop {
            tokio::select! {
                () = scope.clock().sleep(pause) => {}
                () = scope.cancelled().cancelled() => return Err(TaskError::cancelled(
                    "stopped waiting for",
                    self.spec.address.as_str(),
                    Delivery::NotSent,
                )),
            }
            let text = match self.is_needed().await {
                Ok(false) => {
                    return Ok(StepOutcome::changed(format!(
                        "`{command}` prints what was waited for"
                    )));
                }
                Ok(true) => "not yet".to_owned(),
                Err(error) if error.passes() => "the machine does not answer now".to_owned(),
                Err(error) => return Err(self.access.failed("cannot look at", error)),
            };
            if scope.clock().monotonic().saturating_sub(start) >= self.run.timeout {
                return Err(self.too_late());
            }
            scope.progress(None, format!("{}: {text}", self.run.title()));
        }
    }

    async fn is_needed(&self) -> Result<bool, SshError> {
        let look = || look_again(self.spec, self.run, self.access);
        let (session, needed) = patiently(self.spec, self.reader, look).await?;
        self.spec.link.keep(session).await;
        Ok(needed)
    }

    fn too_late(&self) -> TaskError {
        let cause =
            format!("`{}` did not print it within {:?}", self.run.command, self.run.timeout);
        TaskError::new(
            "ssh-until-late",
            "stopped waiting for what should be seen on",
            &*self.spec.address,
        )
        .caused_by(cause)
        .hint("look at the machine; apply again to go on waiting")
        .delivery(Delivery::Answered)
    }
}
