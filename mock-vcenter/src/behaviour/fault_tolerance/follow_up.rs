//! The task that follows: `FaultTolerance.PowerOnSecondaryLRO`.
//!
//! It powers the secondary on, copies memory and disks to it at the pace of the settings, and ends with the pair
//! running, or with the reason why not.

use std::time::Duration;

use vim25::MoRef;
use vim25::enums::{
    FtIssuesOnHostHostSelectionType as Selection, VirtualMachineFaultToleranceState as State,
    VirtualMachineNeedSecondaryReason as Reason,
};
use vim25::types::{
    LocalizedMethodFault, PowerOnFtSecondaryFailed, PowerOnFtSecondaryTimedout,
    VmFailedStartingSecondaryEvent, VmMaxFTRestartCountReached, VmSecondaryDisabledBySystemEvent,
    VmSecondaryStartedEvent, VmStartingSecondaryEvent, VmTimedoutStartingSecondaryEvent,
};

use crate::behaviour::events::about;
use crate::behaviour::high_availability;
use crate::behaviour::host_system::HostSystem;
use crate::behaviour::settings::{Behaviour, FaultTolerance};
use crate::behaviour::virtual_machine::{VirtualMachine, committed, disks};
use crate::fault::Fault;
use crate::store::Transaction;
use crate::task::{TASK_OF, TaskSpec, VimTask};

use super::state::{self, FOREVER, Pair, pair_of};

const DESCRIPTION: &str = "FaultTolerance.PowerOnSecondaryLRO";

/// Starts the task for a pair whose primary runs.
pub(super) fn start(tx: &mut Transaction<'_>, pair: &Pair) -> Result<MoRef, Fault> {
    abandon(tx, &pair.secondary);
    let settings = Behaviour::of(tx).fault_tolerance;
    let primary = tx.get::<VirtualMachine>(&pair.primary)?;
    let name = primary.entity.name.clone();
    let bytes = i64::from(primary.memory) << 20;
    let bytes = bytes + disks(&primary.devices).map(committed).sum::<i64>();
    let early = Duration::from_secs(settings.start_seconds);
    let mut loaded: Vec<MoRef> = primary.host.iter().cloned().collect();
    loaded.extend(tx.get::<VirtualMachine>(&pair.secondary)?.host.clone());
    let task = TaskSpec::new(DESCRIPTION).on(&pair.secondary).loads(loaded);
    let begin = pair.clone();
    let task = task.step(Duration::from_millis(500), 0, move |tx| {
        check(tx, &begin)?;
        about(tx, &begin.secondary, VmStartingSecondaryEvent::default(), "Starting");
        Ok(())
    });
    if settings.stuck_at.get(name.as_str()).is_some_and(|state| state == "needSecondary") {
        return Ok(tx.start_task(task.wait(FOREVER, 0)));
    }
    if settings.times_out.iter().any(|wanted| *wanted == name.as_str()) {
        let pair = pair.clone();
        let wait = Duration::from_secs(settings.start_timeout_seconds);
        let task = task.wait(wait, 10).finish(move |tx| time_out(tx, &pair));
        return Ok(tx.start_task(task));
    }
    if let Some(cause) = settings.power_on_fails.get(name.as_str()) {
        let cause = Fault::by_name(cause, None);
        let pair = pair.clone();
        let task = task.wait(early, 10).finish(move |tx| fail(tx, &pair, &cause));
        return Ok(tx.start_task(task));
    }
    let starting = pair.clone();
    let task = task.step(early, 2, move |tx| {
        check(tx, &starting)?;
        state::set_power(tx, &starting.secondary, true)?;
        state::set_both(tx, &starting, &State::Starting)
    });
    if settings.stuck_at.contains_key(name.as_str()) {
        return Ok(tx.start_task(task.wait(FOREVER, 2)));
    }
    let task = synchronise(task, &settings, bytes);
    let pair = pair.clone();
    Ok(tx.start_task(task.finish(move |tx| arrive(tx, &pair))))
}

fn synchronise(task: TaskSpec, settings: &FaultTolerance, bytes: i64) -> TaskSpec {
    let total = settings.sync_time(bytes);
    let count = u32::try_from(settings.sync_progress.len()).unwrap_or(0) + 1;
    let shown = settings.sync_progress.iter().copied().chain([100]);
    shown.fold(task, |task, percent| task.wait(total / count, percent))
}

/// The pair may have been dissolved, suspended or turned round since the task began.
fn check(tx: &mut Transaction<'_>, pair: &Pair) -> Result<(), Fault> {
    if pair_of(tx, &pair.primary)?.as_ref() != Some(pair) {
        return Err(Fault::invalid_state("The virtual machines are no longer this pair."));
    }
    let primary = tx.get::<VirtualMachine>(&pair.primary)?;
    let state = primary.ft.state.clone();
    if !primary.is_on() || matches!(state, State::Disabled | State::Enabled) {
        return Err(Fault::invalid_state("The pair was suspended or powered off meanwhile."));
    }
    let host = tx.get::<VirtualMachine>(&pair.secondary)?.host.clone();
    let host = host.and_then(|host| tx.get::<HostSystem>(&host).ok());
    if !host.is_some_and(HostSystem::is_active) {
        return Err(Fault::invalid_state("The host of the secondary is not available."));
    }
    Ok(())
}

fn arrive(tx: &mut Transaction<'_>, pair: &Pair) -> Result<Option<vim25::Value>, Fault> {
    check(tx, pair)?;
    if tx.get::<VirtualMachine>(&pair.primary)?.ft.state != State::Starting {
        return Err(Fault::invalid_state("The secondary was lost meanwhile."));
    }
    about(tx, &pair.secondary, VmSecondaryStartedEvent::default(), "Started");
    state::set_both(tx, pair, &State::Running)?;
    tx.edit::<VirtualMachine>(&pair.primary)?.ft.failed_starts = 0;
    high_availability::take_note(tx, &pair.primary);
    high_availability::take_note(tx, &pair.secondary);
    Ok(None)
}

/// What the commit of a failing task changes is lost, so the consequences are a commit of their own.
fn afterwards(
    tx: &mut Transaction<'_>,
    consequence: impl FnOnce(&mut Transaction<'_>) -> Result<(), Fault> + Send + 'static,
) {
    tx.after(Duration::ZERO, consequence);
}

fn time_out(tx: &mut Transaction<'_>, pair: &Pair) -> Result<Option<vim25::Value>, Fault> {
    check(tx, pair)?;
    let seconds = Behaviour::of(tx).fault_tolerance.start_timeout_seconds;
    let seconds = i32::try_from(seconds).unwrap_or(i32::MAX);
    let detail = PowerOnFtSecondaryTimedout {
        vm: pair.secondary.clone(),
        vm_name: tx.name_of(&pair.secondary).unwrap_or_default(),
        timeout: seconds,
        ..Default::default()
    };
    let fault = Fault::new(detail, "The secondary virtual machine did not start in time.");
    let (late, reason) = (pair.clone(), fault.clone());
    end_with(tx, &pair.secondary, fault);
    afterwards(tx, move |tx| {
        let mut event = VmTimedoutStartingSecondaryEvent::default();
        event.timeout = Some(i64::from(seconds) * 1000);
        about(tx, &late.secondary, event, "Timed out starting");
        give_up_or_retry(tx, &late, &reason)
    });
    Ok(None)
}

fn fail(
    tx: &mut Transaction<'_>,
    pair: &Pair,
    cause: &Fault,
) -> Result<Option<vim25::Value>, Fault> {
    check(tx, pair)?;
    let detail = PowerOnFtSecondaryFailed {
        vm: pair.secondary.clone(),
        vm_name: tx.name_of(&pair.secondary).unwrap_or_default(),
        host_selection_by: Selection::User,
        root_cause: LocalizedMethodFault { ..cause.localized() },
        ..Default::default()
    };
    let fault = Fault::new(detail, "The secondary virtual machine could not be powered on.");
    let (late, reason) = (pair.clone(), fault.clone());
    end_with(tx, &pair.secondary, fault);
    afterwards(tx, move |tx| {
        let mut event = VmFailedStartingSecondaryEvent::default();
        event.reason = Some("incompatibleHost".into());
        about(tx, &late.secondary, event, "Failed to start");
        give_up_or_retry(tx, &late, &reason)
    });
    Ok(None)
}

/// Ends the open follow-up task of a secondary because something else overtook it.
pub(super) fn abandon(tx: &mut Transaction<'_>, secondary: &MoRef) {
    end_with(tx, secondary, Fault::cancelled());
}

/// Ends the open follow-up task of a secondary with a fault, keeping what else this commit changes.
fn end_with(tx: &mut Transaction<'_>, secondary: &MoRef, fault: Fault) {
    let view = tx.view();
    let open = view.referrers(secondary, TASK_OF).iter().find(|task| {
        view.get::<VimTask>(task)
            .is_some_and(|found| found.is_open() && found.info.description_id == DESCRIPTION)
    });
    if let Some(task) = open.cloned()
        && let Err(fault) = tx.end_task(&task, Err(fault))
    {
        tracing::debug!(%fault, "a follow-up task was gone before its end");
    }
}

fn give_up_or_retry(tx: &mut Transaction<'_>, pair: &Pair, reason: &Fault) -> Result<(), Fault> {
    if pair_of(tx, &pair.primary)?.as_ref() != Some(pair) {
        return Ok(());
    }
    state::lose_secondary(tx, pair, Reason::Other)?;
    let attempts = Behaviour::of(tx).fault_tolerance.restart_attempts;
    let machine = tx.edit::<VirtualMachine>(&pair.primary)?;
    machine.ft.failed_starts += 1;
    if machine.ft.failed_starts <= attempts {
        let again = pair.clone();
        tx.after(Duration::from_secs(10), move |tx| start(tx, &again).map(|_| ()));
        return Ok(());
    }
    if attempts == 0 {
        return Ok(());
    }
    about(tx, &pair.secondary, VmMaxFTRestartCountReached::default(), "Gave up restarting");
    let mut event = VmSecondaryDisabledBySystemEvent::default();
    event.reason = Some(Box::new(reason.localized()));
    about(tx, &pair.secondary, event, "Disabled");
    state::set_both(tx, pair, &State::Disabled)
}
