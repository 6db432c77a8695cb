//! Carries out one step on one VM.

use std::time::Duration;

use orchestrator::{Delivery, StepOutcome, StepScope, TaskError};
use vim25::MoRef;
use vim25::types::{FaultTolerancePrimaryConfigInfo, TaskInfo};
use vsphere::{ObjectProperties, Writer};

use super::await_protection::{Waiting, await_protection};
use super::operation::resume;
use super::plan::Step;
use super::read_vms::TURNING_ON;
use super::remedy;
use super::turn_on::turn_on;
use crate::outcome::outcome;
use crate::trouble::{Doing, reading};
use crate::vim_work::{Background, await_end, is_under_way, of_kinds};

pub(super) async fn apply(
    step: &Step,
    writer: &Writer,
    within: Duration,
    scope: &StepScope,
) -> Result<StepOutcome, TaskError> {
    let work = |vm, name| Work { vm, name, writer, within, scope };
    match step {
        Step::TurnOn(order) => turn_on(order, &work(&order.vm, &order.name)).await,
        Step::Await { vm, name } => {
            let work = work(vm, name);
            tokio::select! {
                biased;
                // Nothing was asked for here, and what goes on is found again.
                () = scope.cancelled().cancelled() => {
                    let what = "stopped waiting for the protection of";
                    Err(TaskError::cancelled(what, name, Delivery::NotSent))
                }
                outcome = follow(&work) => outcome,
            }
        }
        Step::Remedy(cure) => remedy::apply(cure, &work(&cure.vm, &cure.name)).await,
        Step::Resume { vm, name, secondary } => resume(secondary, &work(vm, name)).await,
    }
}

/// Waits for what somebody has begun.
async fn follow(work: &Work<'_>) -> Result<StepOutcome, TaskError> {
    let before = work.read_settled().await?;
    if !is_primary(&before) {
        let doing = Doing::new("ft-await", "cannot wait for the protection of", work.name);
        let cause = "what was turning Fault Tolerance on has ended without doing so";
        let hint = "look at the VM's tasks for the reason, then apply again";
        let error = doing.error().caused_by(cause).hint(hint);
        return Err(error.delivery(Delivery::Answered).transient());
    }
    let proof = await_protection(work, Waiting::default()).await?;
    Ok(outcome(work.scope, !is_protected(&before), proof))
}

/// What every step works with.
pub(super) struct Work<'a> {
    pub(super) vm: &'a MoRef,
    pub(super) name: &'a str,
    pub(super) writer: &'a Writer,
    pub(super) within: Duration,
    pub(super) scope: &'a StepScope,
}

const STATE: &[&str] = &[
    "runtime.faultToleranceState",
    "runtime.powerState",
    "runtime.host",
    "runtime.dasVmProtection",
    "config.ftInfo",
    "config.hardware",
    "recentTask",
];

impl Work<'_> {
    /// The state of the VM.
    pub(super) async fn read(&self) -> Result<ObjectProperties, TaskError> {
        let seen = self.writer.retrieve(self.vm, STATE).await;
        seen.map_err(|error| reading(self.name).failed(error))
    }

    /// The state of the VM once nobody else is turning Fault Tolerance on.
    pub(super) async fn read_settled(&self) -> Result<ObjectProperties, TaskError> {
        let seen = self.read().await?;
        if self.adopt(&seen).await? { self.read().await } else { Ok(seen) }
    }

    /// What its vim tasks are begun with.
    pub(super) fn background(&self) -> Background<'_> {
        Background { writer: self.writer, scope: self.scope, within: self.within }
    }

    /// Follows a vim task of somebody else that is turning Fault Tolerance on already; whether there was one, which may
    /// have ended since `seen` was read. Of a pair that runs already such a task makes nothing, and vCenter refuses
    /// it.
    async fn adopt(&self, seen: &ObjectProperties) -> Result<bool, TaskError> {
        if seen.text("runtime.faultToleranceState") == Some("running") {
            return Ok(false);
        }
        let recent = seen.morefs("recentTask");
        let found = of_kinds(self.writer, &recent, TURNING_ON).await;
        let found = found.map_err(|error| reading(self.name).failed(error))?;
        for TaskInfo { task, .. } in found.iter().filter(|info| is_under_way(info)) {
            self.scope
                .notice(format!("`{}` is being turned on already; waiting for that", self.name));
            let doing = Doing::new("ft-turn-on", "cannot turn on Fault Tolerance for", self.name);
            let text = ("making the secondary", 0, 20);
            let ended = await_end(self.writer, task, self.within, self.scope, text).await;
            ended.map_err(|error| doing.failed(error))?;
        }
        Ok(!found.is_empty())
    }
}

/// Whether the pair is as it should be.
pub(super) fn is_protected(seen: &ObjectProperties) -> bool {
    let das = seen.find("runtime.dasVmProtection.dasProtected");
    let protected = das.and_then(|one| one.as_bool()) == Some(true);
    match seen.text("runtime.faultToleranceState") {
        Some("running") => protected,
        Some("enabled") => seen.text("runtime.powerState") != Some("poweredOn"),
        _ => false,
    }
}

/// Whether the VM is the primary of a pair.
pub(super) fn is_primary(seen: &ObjectProperties) -> bool {
    seen.object::<FaultTolerancePrimaryConfigInfo>("config.ftInfo").is_some()
}
