//! What can be done with a pair: suspend, resume, test fail-over, test restart, turn off.

use std::time::Duration;

use vim25::enums::{
    VirtualMachineFaultToleranceState as State, VirtualMachineNeedSecondaryReason as Reason,
};
use vim25::methods::{
    DisableSecondaryVMTask, EnableSecondaryVMTask, MakePrimaryVMTask, TerminateFaultTolerantVMTask,
    TurnOffFaultToleranceForVMTask,
};
use vim25::types::{
    FaultToleranceSecondaryOpResult, SecondaryVmAlreadyDisabled, SecondaryVmAlreadyEnabled,
    SecondaryVmNotRegistered, VmFaultToleranceTurnedOffEvent, VmFaultToleranceVmTerminatedEvent,
    VmPrimaryFailoverEvent, VmSecondaryDisabledEvent, VmSecondaryEnabledEvent,
};
use vim25::{MoRef, Value};

use crate::behaviour::events::about;
use crate::behaviour::host_system::HostSystem;
use crate::behaviour::settings::Behaviour;
use crate::behaviour::virtual_machine::VirtualMachine;
use crate::dispatch::{Call, Dispatch};
use crate::fault::Fault;
use crate::store::Transaction;
use crate::task::TaskSpec;

use super::issues::on_secondary;
use super::placement::{Storage, choose_host};
use super::state::{self, Pair, pair_of};
use super::{busy, follow_up, pair, power_on};

pub(super) fn register(dispatch: &mut Dispatch) {
    dispatch.add::<DisableSecondaryVMTask>(|call, asked| {
        operate(call, "VirtualMachine.disableSecondary", 2, move |tx, id| {
            let pair = checked(tx, id, Some(&asked.vm))?;
            disable(tx, &pair)
        })
    });
    dispatch.add::<EnableSecondaryVMTask>(|call, asked| {
        operate(call, "VirtualMachine.enableSecondary", 4, move |tx, id| {
            let pair = checked(tx, id, Some(&asked.vm))?;
            enable(tx, &pair, asked.host.as_ref()).map(Some)
        })
    });
    dispatch.add::<MakePrimaryVMTask>(|call, asked| {
        operate(call, "VirtualMachine.makePrimary", 3, move |tx, id| {
            let pair = checked(tx, id, Some(&asked.vm))?;
            make_primary(tx, &pair)
        })
    });
    dispatch.add::<TerminateFaultTolerantVMTask>(|call, asked| {
        if asked.vm.as_ref() == Some(call.this()) {
            return Err(Fault::invalid_argument("vm"));
        }
        operate(call, "VirtualMachine.terminateFaultTolerantVM", 3, move |tx, id| {
            let pair = checked(tx, id, asked.vm.as_ref())?;
            terminate(tx, &pair)
        })
    });
    dispatch.add::<TurnOffFaultToleranceForVMTask>(|call, _| {
        operate(call, "VirtualMachine.turnOffFaultTolerance", 6, |tx, id| {
            let pair = checked(tx, id, None)?;
            turn_off(tx, &pair)
        })
    });
}

fn operate(
    call: &Call,
    description: &str,
    seconds: u64,
    change: impl FnOnce(&mut Transaction<'_>, &MoRef) -> Result<Option<Value>, Fault> + Send + 'static,
) -> Result<MoRef, Fault> {
    let id = call.this().clone();
    if !call.snapshot().contains(&id) {
        return Err(Fault::object_not_found(&id));
    }
    let task = TaskSpec::new(description).on(&id).takes(Duration::from_secs(seconds));
    let this = id.clone();
    busy::start(call, &id, description, task.finish(move |tx| change(tx, &this)))
}

/// The pair whose primary is called, if the named secondary belongs to it.
fn checked(tx: &Transaction<'_>, id: &MoRef, secondary: Option<&MoRef>) -> Result<Pair, Fault> {
    let vm = tx.get::<VirtualMachine>(id)?;
    if vm.is_secondary() {
        return Err(on_secondary(vm));
    }
    let pair = pair_of(tx, id)?.ok_or_else(|| {
        Fault::invalid_state("Fault Tolerance is not on for the virtual machine.")
    })?;
    if let Some(secondary) = secondary.filter(|secondary| **secondary != pair.secondary) {
        let detail = SecondaryVmNotRegistered {
            instance_uuid: tx.get::<VirtualMachine>(secondary)?.instance_uuid.clone(),
            ..Default::default()
        };
        return Err(Fault::new(detail, "The virtual machine is not a secondary of this one."));
    }
    let host = vm.host.as_ref().map(|host| tx.get::<HostSystem>(host)).transpose()?;
    if host.is_some_and(|host| host.in_maintenance) {
        return Err(Fault::invalid_state("The host is in maintenance mode."));
    }
    Ok(pair)
}

fn instance_uuid(tx: &Transaction<'_>, vm: &MoRef) -> Result<vim25::Str, Fault> {
    Ok(tx.get::<VirtualMachine>(vm)?.instance_uuid.clone())
}

fn disable(tx: &mut Transaction<'_>, pair: &Pair) -> Result<Option<Value>, Fault> {
    if tx.get::<VirtualMachine>(&pair.primary)?.ft.state == State::Disabled {
        let detail = SecondaryVmAlreadyDisabled {
            instance_uuid: instance_uuid(tx, &pair.secondary)?,
            ..Default::default()
        };
        return Err(Fault::new(detail, "The secondary virtual machine is disabled already."));
    }
    follow_up::abandon(tx, &pair.secondary);
    state::set_power(tx, &pair.secondary, false)?;
    state::set_both(tx, pair, &State::Disabled)?;
    about(tx, &pair.secondary, VmSecondaryDisabledEvent::default(), "Disabled");
    Ok(None)
}

fn enable(tx: &mut Transaction<'_>, pair: &Pair, host: Option<&MoRef>) -> Result<Value, Fault> {
    let primary = tx.get::<VirtualMachine>(&pair.primary)?.clone();
    if primary.ft.state != State::Disabled {
        let detail = SecondaryVmAlreadyEnabled {
            instance_uuid: instance_uuid(tx, &pair.secondary)?,
            ..Default::default()
        };
        return Err(Fault::new(detail, "The secondary virtual machine is enabled already."));
    }
    if let Some(host) = host {
        let settings = Behaviour::of(tx).fault_tolerance;
        let storage = storage_of(tx, pair)?;
        let host = choose_host(tx, &pair.primary, Some(host), &storage, &settings)?;
        pair::move_to(tx, &pair.secondary, &host)?;
    }
    tx.edit::<VirtualMachine>(&pair.primary)?.ft.failed_starts = 0;
    about(tx, &pair.secondary, VmSecondaryEnabledEvent::default(), "Enabled");
    let mut result = FaultToleranceSecondaryOpResult {
        vm: pair.secondary.clone(),
        power_on_attempted: primary.is_on(),
        ..Default::default()
    };
    state::set(tx, &pair.secondary, &State::Enabled, None)?;
    if primary.is_on() {
        state::set(tx, &pair.primary, &State::NeedSecondary, Some(Reason::Initializing))?;
        let outcome = power_on::start(tx, pair)?;
        result.power_on_result = Some(Box::new(outcome.into_wire(pair)));
    } else {
        state::set(tx, &pair.primary, &State::Enabled, None)?;
    }
    Ok(Value::object(result))
}

/// Where the secondary's files are, as a place to look at other hosts with.
pub(super) fn storage_of(tx: &Transaction<'_>, pair: &Pair) -> Result<Storage, Fault> {
    let secondary = tx.get::<VirtualMachine>(&pair.secondary)?;
    let mut storage = Storage::of(tx, secondary, None)?;
    let primary = tx.get::<VirtualMachine>(&pair.primary)?;
    if let Some(metadata) = &primary.ft.metadata_datastore {
        storage.metadata = metadata.clone();
    }
    Ok(storage)
}

fn running(tx: &Transaction<'_>, pair: &Pair) -> Result<(), Fault> {
    match tx.get::<VirtualMachine>(&pair.primary)?.ft.state {
        State::Running => Ok(()),
        _ => Err(Fault::invalid_state("The pair is not running.")),
    }
}

fn make_primary(tx: &mut Transaction<'_>, pair: &Pair) -> Result<Option<Value>, Fault> {
    running(tx, pair)?;
    let swapped = state::swap(tx, pair, Reason::UserAction)?;
    let mut event = VmPrimaryFailoverEvent::default();
    event.reason = Some("userAction".into());
    about(tx, &swapped.primary, event, "Failed over");
    follow_up::start(tx, &swapped)?;
    Ok(None)
}

fn terminate(tx: &mut Transaction<'_>, pair: &Pair) -> Result<Option<Value>, Fault> {
    running(tx, pair)?;
    let mut event = VmFaultToleranceVmTerminatedEvent::default();
    event.reason = Some("userAction".into());
    about(tx, &pair.secondary, event, "Terminated");
    state::lose_secondary(tx, pair, Reason::UserAction)?;
    follow_up::start(tx, pair)?;
    Ok(None)
}

fn turn_off(tx: &mut Transaction<'_>, pair: &Pair) -> Result<Option<Value>, Fault> {
    follow_up::abandon(tx, &pair.secondary);
    pair::dissolve(tx, &pair.primary, &pair.secondary)?;
    state::set(tx, &pair.primary, &State::NotConfigured, None)?;
    about(
        tx,
        &pair.primary,
        VmFaultToleranceTurnedOffEvent::default(),
        "Turned Fault Tolerance off for",
    );
    crate::behaviour::high_availability::take_note(tx, &pair.primary);
    Ok(None)
}
