//! What happens to pairs when power or hosts come and go.

use vim25::MoRef;
use vim25::enums::{
    VirtualMachineFaultToleranceState as State, VirtualMachineNeedSecondaryReason as Reason,
};
use vim25::types::VmPrimaryFailoverEvent;

use crate::behaviour::events::about;
use crate::behaviour::host_system::{HostSystem, vms_on};
use crate::behaviour::settings::Behaviour;
use crate::behaviour::virtual_machine::VirtualMachine;
use crate::fault::Fault;
use crate::store::Transaction;

use super::operations::storage_of;
use super::placement::choose_host;
use super::state::{self, Pair, pair_of};
use super::{follow_up, pair, power_on};

/// The primary of a pair was powered on: its secondary is started too.
///
/// # Errors
/// `ManagedObjectNotFound` when it is gone.
pub fn primary_is_on(tx: &mut Transaction<'_>, vm: &MoRef) -> Result<(), Fault> {
    let Some(pair) = pair_of(tx, vm)? else { return Ok(()) };
    if tx.get::<VirtualMachine>(vm)?.ft.state != State::Enabled {
        return Ok(());
    }
    state::set(tx, &pair.primary, &State::NeedSecondary, Some(Reason::Initializing))?;
    power_on::start(tx, &pair).map(|_| ())
}

/// The primary of a pair was powered off: so is its secondary.
///
/// # Errors
/// `ManagedObjectNotFound` when it is gone.
pub fn primary_is_off(tx: &mut Transaction<'_>, vm: &MoRef) -> Result<(), Fault> {
    let Some(pair) = pair_of(tx, vm)? else { return Ok(()) };
    follow_up::abandon(tx, &pair.secondary);
    state::set_power(tx, &pair.secondary, false)?;
    if tx.get::<VirtualMachine>(vm)?.ft.state != State::Disabled {
        state::set_both(tx, &pair, &State::Enabled)?;
    }
    Ok(())
}

/// A host died: the survivors of its pairs go on alone and get new partners where a host is left.
///
/// # Errors
/// `ManagedObjectNotFound` when it is gone.
pub fn host_is_gone(tx: &mut Transaction<'_>, host: &MoRef) -> Result<(), Fault> {
    for vm in vms_on(tx.view(), host) {
        let Some(pair) = pair_of(tx, &vm)? else { continue };
        let before = tx.get::<VirtualMachine>(&pair.primary)?.ft.state.clone();
        if !matches!(before, State::Running | State::Starting | State::NeedSecondary) {
            continue;
        }
        follow_up::abandon(tx, &pair.secondary);
        let pair = if pair.secondary == vm {
            state::lose_secondary(tx, &pair, Reason::LostConnection)?;
            pair
        } else if before == State::Running {
            let swapped = state::swap(tx, &pair, Reason::PartialHardwareFailure)?;
            let mut event = VmPrimaryFailoverEvent::default();
            event.reason = Some("partialHardwareFailure".into());
            about(tx, &swapped.primary, event, "Failed over");
            swapped
        } else {
            // Nobody was in step with it: the workload is down until the host returns.
            continue;
        };
        restart_elsewhere(tx, &pair)?;
    }
    Ok(())
}

/// Starts the secondary on another host of the cluster, if one suits.
fn restart_elsewhere(tx: &mut Transaction<'_>, pair: &Pair) -> Result<(), Fault> {
    let settings = Behaviour::of(tx).fault_tolerance;
    let storage = storage_of(tx, pair)?;
    if let Ok(host) = choose_host(tx, &pair.primary, None, &storage, &settings) {
        pair::move_to(tx, &pair.secondary, &host)?;
        follow_up::start(tx, pair)?;
    }
    Ok(())
}

/// A host is back: the secondaries that waited for one are started.
///
/// # Errors
/// `ManagedObjectNotFound` when something vanished.
pub fn host_is_back(tx: &mut Transaction<'_>, host: &MoRef) -> Result<(), Fault> {
    let parent = tx.get::<HostSystem>(host)?.entity.parent.clone();
    for vm in vms_on(tx.view(), host) {
        let Some(pair) = pair_of(tx, &vm)? else { continue };
        let primary = tx.get::<VirtualMachine>(&pair.primary)?;
        let waits = primary.ft.state == State::NeedSecondary && primary.is_on();
        if waits && pair.secondary == vm && parent.is_some() {
            follow_up::start(tx, &pair)?;
        }
    }
    Ok(())
}
