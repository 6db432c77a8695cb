//! Tests a pair: makes its secondary the primary, or ends the secondary, and waits until it is protected again.

use orchestrator::{StepOutcome, TaskError};
use vim25::MoRef;
use vim25::types::TaskInfo;
use vsphere::{ObjectProperties, VimTaskError, WaitError};

use super::apply::{ask, doing};
use super::order::Operation;
use super::plan::Step;
use super::record::DrillRecords;
use crate::fault_tolerance::apply::{Work, is_primary};
use crate::fault_tolerance::await_protection::{Waiting, await_protection};
use crate::fault_tolerance::chosen::boot_time;
use crate::fault_tolerance::standstill::STARTING;
use crate::outcome::outcome;
use crate::trouble::{Doing, reading};

pub(super) async fn drill(
    operation: Operation,
    step: &Step,
    work: &Work<'_>,
    records: &DrillRecords,
) -> Result<StepOutcome, TaskError> {
    let now = || work.scope.clock().monotonic();
    let Some(secondary) = &step.secondary else {
        return Err(doing(operation, work).error().caused_by("it has no secondary"));
    };
    // After a failover the halves have changed their parts.
    let (primary, restarting) = match operation {
        Operation::Failover => (secondary, work.vm),
        _ => (work.vm, secondary),
    };
    let before = recent_tasks(restarting, work).await?;
    let boot = boot(secondary, work).await?;
    let done = match operation {
        Operation::Failover => has_become_primary(secondary, work).await?,
        _ => boot.is_some() && step.boot.is_some() && boot != step.boot,
    };
    if !done {
        if !records.is_carried_out(work.name) {
            records.asked(work.name, now());
            ask(operation, Some(secondary), work).await?;
            records.carried_out(work.name);
        }
        let effect = match operation {
            Operation::Failover => until_primary(secondary, work).await,
            _ => until_restarting(secondary, boot.as_deref(), work).await,
        };
        effect.map_err(|error| doing(operation, work).failed(error))?;
    }
    records.changed(work.name, now());
    let waiting = Waiting::default();
    let back = Work { vm: primary, ..*work };
    let proof = tokio::select! {
        proof = await_protection(&back, waiting) => proof?,
        error = failed_start(restarting, before, work) => return Err(not_started(error, work)),
    };
    records.protected(work.name, now());
    Ok(outcome(work.scope, !done, proof))
}

async fn boot(secondary: &MoRef, work: &Work<'_>) -> Result<Option<String>, TaskError> {
    let seen = work.writer.retrieve(secondary, &["runtime.bootTime"]).await;
    seen.map(|seen| boot_time(&seen)).map_err(|error| reading(work.name).failed(error))
}

/// The vim task that was waited for may have done it.
async fn has_become_primary(secondary: &MoRef, work: &Work<'_>) -> Result<bool, TaskError> {
    let seen = work.writer.retrieve(secondary, &["config.ftInfo"]).await;
    seen.map(|seen| is_primary(&seen)).map_err(|error| reading(work.name).failed(error))
}

async fn until_primary(secondary: &MoRef, work: &Work<'_>) -> Result<(), WaitError> {
    let became = |seen: &ObjectProperties| is_primary(seen).then_some(());
    work.writer.wait_until(secondary, &["config.ftInfo"], work.within, became).await
}

/// Otherwise a pair that has not yet noticed would be taken for one that has come back.
async fn until_restarting(
    secondary: &MoRef,
    boot: Option<&str>,
    work: &Work<'_>,
) -> Result<(), WaitError> {
    const STATE: &str = "runtime.faultToleranceState";
    let reader = work.writer;
    let lost = reader.wait_until(work.vm, &[STATE], work.within, |seen| {
        seen.text(STATE).filter(|state| *state != "running").map(|_| ())
    });
    let started = reader.wait_until(secondary, &["runtime.bootTime"], work.within, |seen| {
        boot_time(seen).filter(|time| Some(time.as_str()) != boot).map(|_| ())
    });
    tokio::select! {
        outcome = lost => outcome,
        outcome = started => outcome,
    }
}

async fn recent_tasks(vm: &MoRef, work: &Work<'_>) -> Result<Vec<MoRef>, TaskError> {
    let seen = work.writer.retrieve(vm, &["recentTask"]).await;
    seen.map(|seen| seen.morefs("recentTask")).map_err(|error| reading(work.name).failed(error))
}

/// Ends when a start of the secondary failed that is not among those `before`, even if it failed before anybody
/// looked; never otherwise.
async fn failed_start(restarting: &MoRef, before: Vec<MoRef>, work: &Work<'_>) -> VimTaskError {
    let mut known = before;
    loop {
        let newer = |seen: &ObjectProperties| {
            let recent = seen.morefs("recentTask").into_iter();
            let new: Vec<MoRef> = recent.filter(|one| !known.contains(one)).collect();
            (!new.is_empty()).then_some(new)
        };
        let new = work.writer.wait_until(restarting, &["recentTask"], work.within, newer).await;
        let Ok(new) = new else { return std::future::pending().await };
        for vim_task in starts(&new, work).await {
            let ended = work.writer.wait_for_task(&vim_task, work.within, |_| {}).await;
            if let Err(error @ VimTaskError::Failed(_)) = ended {
                return error;
            }
        }
        known.extend(new);
    }
}

/// Those of `vim_tasks` that start a secondary. What cannot be read says nothing.
async fn starts(vim_tasks: &[MoRef], work: &Work<'_>) -> Vec<MoRef> {
    let infos = work.writer.retrieve_many(vim_tasks, &["info"]).await.unwrap_or_default();
    let is_start = |seen: &&ObjectProperties| {
        let info = seen.object::<TaskInfo>("info");
        info.is_some_and(|info| STARTING.is_of(info))
    };
    infos.iter().filter(is_start).map(|seen| seen.object.clone()).collect()
}

fn not_started(error: VimTaskError, work: &Work<'_>) -> TaskError {
    let doing = Doing::new("ft-secondary-not-started", "cannot start the secondary of", work.name);
    let error = doing.failed(error);
    match error.hint {
        Some(_) => error,
        None => error.hint("look at the events of the VM; it is not protected now"),
    }
}
