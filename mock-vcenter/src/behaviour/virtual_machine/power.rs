//! Power of VMs.

use vim25::enums::VirtualMachinePowerState as Power;
use vim25::methods::{
    PowerOffVMTask, PowerOnVMTask, RebootGuest, ResetVMTask, ShutdownGuest, SuspendVMTask,
};
use vim25::types::{
    InvalidPowerState, ToolsUnavailable, VmPoweredOffEvent, VmPoweredOnEvent, VmResettingEvent,
    VmStartingEvent, VmStoppingEvent, VmSuspendedEvent, VmSuspendingEvent,
};
use vim25::{MoRef, Str, WireEnum};

use crate::behaviour::cluster_compute_resource::cluster_of;
use crate::behaviour::events::about;
use crate::behaviour::fault_tolerance;
use crate::behaviour::high_availability;
use crate::behaviour::host_system::HostSystem;
use crate::dispatch::{Call, Dispatch};
use crate::fault::Fault;
use crate::guest::{self, Guest};
use crate::store::Transaction;

use super::methods;
use super::object::VirtualMachine;
use super::quick_stats::since;

pub(super) fn register(dispatch: &mut Dispatch) {
    dispatch.add::<PowerOnVMTask>(|call, asked| {
        if let Some(host) = &asked.host
            && !call.snapshot().contains(host)
        {
            return Err(Fault::object_not_found(host));
        }
        start(call, "VirtualMachine.powerOn", 3, power_on)
    });
    dispatch.add::<PowerOffVMTask>(|call, _| start(call, "VirtualMachine.powerOff", 2, power_off));
    dispatch.add::<SuspendVMTask>(|call, _| start(call, "VirtualMachine.suspend", 5, suspend));
    dispatch.add::<ResetVMTask>(|call, _| start(call, "VirtualMachine.reset", 2, reset));
    dispatch.add::<ShutdownGuest>(|call, _| {
        let vm = call.this();
        call.commit(|tx| {
            check(tx, vm, &[Power::PoweredOn], Power::PoweredOff)?;
            check_tools(tx, vm)?;
            guest::shut_down(tx, vm)
        })
    });
    dispatch.add::<RebootGuest>(|call, _| {
        let vm = call.this();
        call.commit(|tx| {
            check(tx, vm, &[Power::PoweredOn], Power::PoweredOn)?;
            check_tools(tx, vm)?;
            guest::reboot(tx, vm)
        })
    });
}

fn start(
    call: &Call,
    description: &str,
    seconds: u64,
    change: impl FnOnce(&mut Transaction<'_>, &MoRef) -> Result<(), Fault> + Send + 'static,
) -> Result<MoRef, Fault> {
    methods::start(call, description, seconds, |tx, vm| change(tx, vm).map(|()| None))
}

/// Refuses on secondaries, templates and in other power states than `from`.
fn check(tx: &Transaction<'_>, vm: &MoRef, from: &[Power], to: Power) -> Result<(), Fault> {
    let found = tx.get::<VirtualMachine>(vm)?;
    if found.is_secondary() {
        let detail = vim25::types::InvalidOperationOnSecondaryVm {
            instance_uuid: found.instance_uuid.clone(),
            ..Default::default()
        };
        return Err(Fault::new(
            detail,
            "The operation is not valid on a secondary virtual machine.",
        ));
    }
    if found.is_template() {
        return Err(Fault::not_supported("The virtual machine is a template."));
    }
    if from.contains(&found.power) {
        return Ok(());
    }
    Err(invalid_power_state(&found.power, Some(to)))
}

/// The fault for what a VM does not do in the power state it is in.
#[must_use]
pub fn invalid_power_state(existing: &Power, requested: Option<Power>) -> Fault {
    let named = match existing {
        Power::PoweredOn => "Powered on",
        Power::PoweredOff => "Powered off",
        Power::Suspended => "Suspended",
        other => other.as_str(),
    };
    let detail = InvalidPowerState {
        requested_state: requested,
        existing_state: existing.clone(),
        ..Default::default()
    };
    let message =
        format!("The attempted operation cannot be performed in the current state ({named}).");
    Fault::new(detail, message)
}

/// Refuses VMs that cannot be powered on now.
pub(super) fn check_power_on(tx: &Transaction<'_>, vm: &MoRef) -> Result<(), Fault> {
    check(tx, vm, &[Power::PoweredOff, Power::Suspended], Power::PoweredOn)
}

/// Refuses when VMware Tools do not run in the VM's guest.
fn check_tools(tx: &Transaction<'_>, vm: &MoRef) -> Result<(), Fault> {
    if tx.get::<Guest>(&Guest::id_of(vm)).is_ok_and(|guest| !guest.is_up()) {
        let message = "Cannot complete operation because VMware Tools is not running in this virtual machine.";
        return Err(Fault::new(ToolsUnavailable::default(), message));
    }
    Ok(())
}

/// Powers a VM on, and the secondary of a primary after it.
///
/// # Errors
/// `InvalidPowerState`, `NotSupported`, `InvalidState` of its host.
pub fn power_on(tx: &mut Transaction<'_>, vm: &MoRef) -> Result<(), Fault> {
    check_power_on(tx, vm)?;
    let host = tx.get::<VirtualMachine>(vm)?.host.clone();
    let host = host.as_ref().and_then(|host| tx.get::<HostSystem>(host).ok()).cloned();
    let host = host.filter(HostSystem::is_active);
    let host = host.ok_or_else(|| Fault::invalid_state("The host of the VM is not available."))?;
    let own_mode: Option<Str> = host.server.hardware.evc_mode().map(|mode| mode.key.into());
    let cluster_mode = cluster_of(&host, tx.view()).and_then(|cluster| cluster.evc_mode.clone());
    let (clock, now) = (tx.now(), tx.timestamp());
    about(tx, vm, VmStartingEvent::default(), "Starting");
    let machine = tx.edit::<VirtualMachine>(vm)?;
    if machine.power == Power::Suspended && machine.boot_time.is_some() {
        let away = machine.suspend_time.as_ref().map(|start| since(start, clock));
        machine.suspended += away.unwrap_or_default();
    } else {
        machine.set_boot_time(Some(now));
    }
    machine.power = Power::PoweredOn;
    machine.evc_mode = cluster_mode.or(own_mode);
    about(tx, vm, VmPoweredOnEvent::default(), "Powered on");
    high_availability::take_note(tx, vm);
    guest::booted(tx, vm)?;
    fault_tolerance::primary_is_on(tx, vm)
}

/// Powers a VM off, and the secondary of a primary with it.
///
/// # Errors
/// `InvalidPowerState`.
pub fn power_off(tx: &mut Transaction<'_>, vm: &MoRef) -> Result<(), Fault> {
    check(tx, vm, &[Power::PoweredOn, Power::Suspended], Power::PoweredOff)?;
    about(tx, vm, VmStoppingEvent::default(), "Stopping");
    stop(tx, vm, Power::PoweredOff)?;
    about(tx, vm, VmPoweredOffEvent::default(), "Powered off");
    Ok(())
}

fn stop(tx: &mut Transaction<'_>, vm: &MoRef, to: Power) -> Result<(), Fault> {
    let now = tx.timestamp();
    let machine = tx.edit::<VirtualMachine>(vm)?;
    machine.power = to;
    if machine.power == Power::Suspended {
        machine.suspend_time = Some(now);
    } else {
        machine.set_boot_time(None);
    }
    machine.das_protected = false;
    guest::stopped(tx, vm);
    fault_tolerance::primary_is_off(tx, vm)
}

fn suspend(tx: &mut Transaction<'_>, vm: &MoRef) -> Result<(), Fault> {
    check(tx, vm, &[Power::PoweredOn], Power::Suspended)?;
    if tx.get::<VirtualMachine>(vm)?.partner().is_some() {
        return Err(Fault::not_supported(
            "A virtual machine with Fault Tolerance is not suspended.",
        ));
    }
    about(tx, vm, VmSuspendingEvent::default(), "Suspending");
    stop(tx, vm, Power::Suspended)?;
    about(tx, vm, VmSuspendedEvent::default(), "Suspended");
    Ok(())
}

fn reset(tx: &mut Transaction<'_>, vm: &MoRef) -> Result<(), Fault> {
    check(tx, vm, &[Power::PoweredOn], Power::PoweredOn)?;
    let now = tx.timestamp();
    tx.edit::<VirtualMachine>(vm)?.set_boot_time(Some(now));
    guest::booted(tx, vm)?;
    about(tx, vm, VmResettingEvent::default(), "Reset");
    Ok(())
}
