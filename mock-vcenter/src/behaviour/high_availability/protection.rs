//! Which VMs HA protects: `runtime.dasVmProtection`, some seconds after there is reason to.

use std::time::Duration;

use vim25::MoRef;
use vim25::enums::VirtualMachineFaultToleranceState as FtState;

use crate::behaviour::host_system::{HostSystem, vms_on};
use crate::behaviour::settings::Behaviour;
use crate::behaviour::virtual_machine::VirtualMachine;
use crate::fault::Fault;
use crate::store::Transaction;

/// Lets HA take note of all VMs on a host.
///
/// # Errors
/// `ManagedObjectNotFound` when one vanished.
pub fn take_note_of_host(tx: &mut Transaction<'_>, host: &MoRef) -> Result<(), Fault> {
    for vm in vms_on(tx.view(), host) {
        take_note(tx, &vm);
    }
    Ok(())
}

/// Lets HA take note of a VM, if by then there is reason to protect it.
pub fn take_note(tx: &mut Transaction<'_>, vm: &MoRef) {
    let wait = Duration::from_secs(Behaviour::of(tx).das_protection_seconds);
    let vm = vm.clone();
    tx.after(wait, move |tx| {
        let found = tx.get::<VirtualMachine>(&vm)?;
        if !found.das_protected && deserves(tx, found) {
            tx.edit::<VirtualMachine>(&vm)?.das_protected = true;
        }
        Ok(())
    });
}

/// A pair is protected once its primary is in step with the secondary; any other VM while it runs.
fn deserves(tx: &Transaction<'_>, vm: &VirtualMachine) -> bool {
    let host = vm.host.as_ref().and_then(|host| tx.get::<HostSystem>(host).ok());
    let in_step = vm.partner().is_none() || vm.ft.state == FtState::Running;
    vm.is_on() && in_step && host.is_some_and(HostSystem::ha_is_healthy)
}

/// HA no longer protects the VMs of a host.
pub(super) fn withdraw(tx: &mut Transaction<'_>, host: &MoRef) -> Result<(), Fault> {
    for vm in vms_on(tx.view(), host) {
        if tx.get::<VirtualMachine>(&vm)?.das_protected {
            tx.edit::<VirtualMachine>(&vm)?.das_protected = false;
        }
    }
    Ok(())
}
