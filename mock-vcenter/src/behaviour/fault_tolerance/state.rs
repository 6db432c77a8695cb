//! States of a pair: every change of state goes through [`set`], which tells of it.

use std::time::Duration;

use vim25::MoRef;
use vim25::enums::{
    VirtualMachineFaultToleranceState as State, VirtualMachineNeedSecondaryReason as Reason,
    VirtualMachinePowerState,
};
use vim25::types::VmFaultToleranceStateChangedEvent;

use crate::behaviour::events::about;
use crate::behaviour::virtual_machine::{Pairing, VirtualMachine};
use crate::fault::Fault;
use crate::store::Transaction;

/// Time that never passes in practice: a thing that hangs.
pub(super) const FOREVER: Duration = Duration::from_secs(10 * 365 * 86_400);

/// Brings a VM into a state. A reason is kept for `needSecondary` only.
pub(super) fn set(
    tx: &mut Transaction<'_>,
    vm: &MoRef,
    state: &State,
    reason: Option<Reason>,
) -> Result<(), Fault> {
    let found = tx.get::<VirtualMachine>(vm)?;
    let reason = reason.filter(|_| *state == State::NeedSecondary);
    if found.ft.state == *state && found.ft.need_secondary == reason {
        return Ok(());
    }
    let old_state = found.ft.state.clone();
    let machine = tx.edit::<VirtualMachine>(vm)?;
    machine.ft.state = state.clone();
    machine.ft.need_secondary = reason;
    if *state != State::Running {
        machine.das_protected = false;
    }
    if old_state != *state {
        let mut event = VmFaultToleranceStateChangedEvent::default();
        event.old_state = old_state;
        event.new_state = state.clone();
        about(tx, vm, event, "Fault Tolerance state changed of");
    }
    Ok(())
}

/// Brings both halves of a pair into a state.
pub(super) fn set_both(tx: &mut Transaction<'_>, pair: &Pair, state: &State) -> Result<(), Fault> {
    set(tx, &pair.primary, state, None)?;
    set(tx, &pair.secondary, state, None)
}

/// Puts a half's power where it belongs.
pub(super) fn set_power(tx: &mut Transaction<'_>, vm: &MoRef, on: bool) -> Result<(), Fault> {
    let now = tx.timestamp();
    if tx.get::<VirtualMachine>(vm)?.is_on() == on {
        return Ok(());
    }
    let machine = tx.edit::<VirtualMachine>(vm)?;
    machine.power =
        if on { VirtualMachinePowerState::PoweredOn } else { VirtualMachinePowerState::PoweredOff };
    machine.set_boot_time(on.then_some(now));
    Ok(())
}

/// The two halves of a pair.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pair {
    pub(super) primary: MoRef,
    pub(super) secondary: MoRef,
}

/// The pair that a VM is half of.
pub(super) fn pair_of(tx: &Transaction<'_>, vm: &MoRef) -> Result<Option<Pair>, Fault> {
    Ok(match &tx.get::<VirtualMachine>(vm)?.ft.pairing {
        Pairing::None => None,
        Pairing::Primary { secondary } => {
            Some(Pair { primary: vm.clone(), secondary: secondary.clone() })
        }
        Pairing::Secondary { primary } => {
            Some(Pair { primary: primary.clone(), secondary: vm.clone() })
        }
    })
}

/// The secondary stops; the primary goes on without it.
pub(super) fn lose_secondary(
    tx: &mut Transaction<'_>,
    pair: &Pair,
    reason: Reason,
) -> Result<(), Fault> {
    set_power(tx, &pair.secondary, false)?;
    set(tx, &pair.primary, &State::NeedSecondary, Some(reason))?;
    set(tx, &pair.secondary, &State::Enabled, None)
}

/// The halves change their parts; the new secondary is stopped.
pub(super) fn swap(tx: &mut Transaction<'_>, pair: &Pair, reason: Reason) -> Result<Pair, Fault> {
    let swapped = Pair { primary: pair.secondary.clone(), secondary: pair.primary.clone() };
    let metadata = {
        let ft = &tx.get::<VirtualMachine>(&pair.primary)?.ft;
        (ft.metadata_directory.clone(), ft.metadata_datastore.clone())
    };
    let first = tx.edit::<VirtualMachine>(&swapped.primary)?;
    first.ft.pairing = Pairing::Primary { secondary: swapped.secondary.clone() };
    (first.ft.metadata_directory, first.ft.metadata_datastore) = metadata;
    let second = tx.edit::<VirtualMachine>(&swapped.secondary)?;
    second.ft.pairing = Pairing::Secondary { primary: swapped.primary.clone() };
    lose_secondary(tx, &swapped, reason)?;
    Ok(swapped)
}
