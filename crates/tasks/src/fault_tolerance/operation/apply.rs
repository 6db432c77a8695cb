//! Carries out one step on one pair: looks, asks, and waits until the goal can be seen.

use orchestrator::{StepOutcome, TaskError};
use vim25::MoRef;
use vim25::types::{FaultToleranceConfigInfo, TaskInfo};
use vsphere::objects::VirtualMachine;
use vsphere::{CallError, ObjectProperties};

use super::drill::drill;
use super::order::Operation;
use super::plan::{Act, Step};
use super::record::DrillRecords;
use crate::fault_tolerance::apply::{Work, is_protected};
use crate::fault_tolerance::await_protection::{Waiting, await_protection};
use crate::fault_tolerance::secondary_start::see_to_start;
use crate::outcome::outcome;
use crate::trouble::{Doing, reading};
use crate::vim_work::{await_end, is_under_way, of_kinds};

/// What a resume has come to when nobody starts the secondary.
const RESUMED_ONLY: &str =
    "resumed Fault Tolerance, but could not start the secondary: the secondary of";

pub(super) async fn apply(
    step: &Step,
    work: &Work<'_>,
    records: &DrillRecords,
) -> Result<StepOutcome, TaskError> {
    let operation = match step.act {
        Act::Await => return wait(work, records).await,
        Act::Do(operation) => operation,
    };
    adopt(operation, work).await?;
    match operation {
        Operation::Failover | Operation::RestartSecondary => {
            drill(operation, step, work, records).await
        }
        Operation::Suspend | Operation::TurnOff => settle(operation, step, work).await,
        Operation::Resume => match &step.secondary {
            Some(secondary) => resume(secondary, work).await,
            None => Err(doing(operation, work).error().caused_by("it has no secondary")),
        },
    }
}

async fn wait(work: &Work<'_>, records: &DrillRecords) -> Result<StepOutcome, TaskError> {
    let waiting = Waiting::default();
    let proof = await_protection(work, waiting).await?;
    records.protected(work.name, work.scope.clock().monotonic());
    Ok(outcome(work.scope, true, proof))
}

/// Follows the vim task of the same kind that somebody else has under way already.
async fn adopt(operation: Operation, work: &Work<'_>) -> Result<(), TaskError> {
    let recent = work.read().await?.morefs("recentTask");
    let found = of_kinds(work.writer, &recent, &[operation.vim_task()]).await;
    let found = found.map_err(|error| reading(work.name).failed(error))?;
    for TaskInfo { task, .. } in found.iter().filter(|info| is_under_way(info)) {
        let text =
            format!("somebody is at `{}` with the same already; waiting for that", work.name);
        work.scope.notice(text);
        let text = (text_of(operation), 0, 20);
        let ended = await_end(work.writer, task, work.within, work.scope, text).await;
        ended.map_err(|error| doing(operation, work).failed(error))?;
    }
    Ok(())
}

/// The failure of an operation.
pub(super) fn doing(operation: Operation, work: &Work<'_>) -> Doing {
    let (code, what) = match operation {
        Operation::Failover => ("ft-failover", "cannot test failover of"),
        Operation::RestartSecondary => {
            ("ft-restart", "cannot test the restart of the secondary of")
        }
        Operation::Suspend => ("ft-suspend", "cannot suspend Fault Tolerance of"),
        Operation::Resume => ("ft-resume", "cannot resume Fault Tolerance of"),
        Operation::TurnOff => ("ft-turn-off", "cannot turn off Fault Tolerance of"),
    };
    Doing::new(code, what, work.name)
}

/// Asks for an operation and follows its vim task to the end. That the task went well proves nothing yet.
pub(super) async fn ask(
    operation: Operation,
    secondary: Option<&MoRef>,
    work: &Work<'_>,
) -> Result<TaskInfo, TaskError> {
    let (doing, text) = (doing(operation, work), (text_of(operation), 0, 20));
    let what = (operation.vim_task(), work.vm);
    work.background().run(what, &doing, text, issue(operation, secondary, work)).await
}

async fn issue(
    operation: Operation,
    secondary: Option<&MoRef>,
    work: &Work<'_>,
) -> Result<MoRef, CallError> {
    let vm = VirtualMachine::new(work.vm.clone());
    let secondary = secondary.cloned().unwrap_or_default();
    match operation {
        Operation::Failover => vm.issue_make_primary(work.writer, secondary).await,
        Operation::RestartSecondary => vm.issue_terminate_secondary(work.writer, secondary).await,
        Operation::Suspend => vm.issue_disable_secondary(work.writer, secondary).await,
        Operation::Resume => vm.issue_enable_secondary(work.writer, secondary, None).await,
        Operation::TurnOff => vm.issue_turn_off_fault_tolerance(work.writer).await,
    }
}

fn text_of(operation: Operation) -> &'static str {
    match operation {
        Operation::Failover => "making the secondary the primary",
        Operation::RestartSecondary => "ending the secondary",
        Operation::Suspend => "suspending",
        Operation::Resume => "resuming",
        Operation::TurnOff => "removing the secondary",
    }
}

/// Resumes a suspended pair, and waits until it is protected.
pub(in crate::fault_tolerance) async fn resume(
    secondary: &MoRef,
    work: &Work<'_>,
) -> Result<StepOutcome, TaskError> {
    let before = work.read().await?;
    if before.text("runtime.faultToleranceState") == Some("disabled") {
        let info = ask(Operation::Resume, Some(secondary), work).await?;
        see_to_start(&info, RESUMED_ONLY, work).await?;
    }
    let waiting = Waiting { secondary: Some(secondary.clone()), ..Waiting::default() };
    let proof = await_protection(work, waiting).await?;
    Ok(outcome(work.scope, !is_protected(&before), proof))
}

/// For what is reached when the vim task ends; it is seen to be.
async fn settle(
    operation: Operation,
    step: &Step,
    work: &Work<'_>,
) -> Result<StepOutcome, TaskError> {
    let before = work.read().await?;
    let worked = reached(operation, &before).is_none();
    if worked {
        ask(operation, step.secondary.as_ref(), work).await?;
    }
    let paths = ["runtime.faultToleranceState", "config.ftInfo"];
    let seen = work.writer.wait_until(work.vm, &paths, work.within, |vm| reached(operation, vm));
    let proof = seen.await.map_err(|error| doing(operation, work).failed(error))?;
    Ok(outcome(work.scope, worked, proof))
}

/// The proof that it is so; `None` when it is not.
fn reached(operation: Operation, vm: &ObjectProperties) -> Option<&'static str> {
    let state = vm.text("runtime.faultToleranceState");
    let has_ft = vm.object::<FaultToleranceConfigInfo>("config.ftInfo").is_some();
    match operation {
        Operation::TurnOff if !has_ft && state == Some("notConfigured") => {
            Some("Fault Tolerance is off")
        }
        Operation::Suspend if has_ft && state == Some("disabled") => Some("suspended"),
        _ => None,
    }
}
