//! Hosts that are restarted or shut down: `RebootHost_Task` and `ShutdownHost_Task`.
//!
//! vCenter's task ends once the host was told. A host that is told directly goes down with its tasks and
//! sessions, so whoever waits sees it vanish, and later a new `bootTime`.

use std::time::Duration;

use vim25::MoRef;
use vim25::methods::{RebootHostTask, ShutdownHostTask};

use crate::behaviour::settings::Behaviour;
use crate::dispatch::{Call, Dispatch};
use crate::fault::Fault;
use crate::product::Role;
use crate::store::Transaction;
use crate::task::TaskSpec;

use super::failure::{fail, recover};
use super::object::HostSystem;

/// How long it takes to tell a host.
const TELLING: Duration = Duration::from_secs(2);
/// Longer than any host takes to go down: a task on the host itself never sees its end.
const NEVER: Duration = Duration::from_secs(86_400);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Then {
    StartAgain,
    StayOff,
}

pub(super) fn register(dispatch: &mut Dispatch) {
    dispatch.add::<RebootHostTask>(|call, asked| {
        restart(call, "HostSystem.reboot", asked.force, Then::StartAgain)
    });
    dispatch.add::<ShutdownHostTask>(|call, asked| {
        restart(call, "HostSystem.shutdown", asked.force, Then::StayOff)
    });
}

fn restart(call: &Call, name: &str, force: bool, then: Then) -> Result<MoRef, Fault> {
    let id = call.this().clone();
    let snapshot = call.snapshot();
    let host = snapshot.get::<HostSystem>(&id).ok_or_else(|| Fault::object_not_found(&id))?;
    if !host.is_connected() || !(force || host.in_maintenance) {
        return Err(Fault::invalid_state("The host is not in maintenance mode."));
    }
    let on_host = host.product.role() == Role::Esxi;
    let task = TaskSpec::new(name).on(&id).name(call.method().name);
    let task = task.wait(TELLING, 50).wait(if on_host { NEVER } else { TELLING }, 100);
    call.commit(|tx| {
        let wait = TELLING * 2 + Duration::from_secs(Behaviour::of(tx).host_shutdown_seconds);
        tx.after(wait, move |tx| go_down(tx, &id, then));
        Ok(tx.start_task(task))
    })
}

fn go_down(tx: &mut Transaction<'_>, host: &MoRef, then: Then) -> Result<(), Fault> {
    if tx.get::<HostSystem>(host)?.product.role() == Role::Esxi {
        for task in tx.view().of_kind("Task").to_vec() {
            tx.remove(&task);
        }
    }
    fail(tx, host)?;
    if then == Then::StartAgain {
        let wait = Duration::from_secs(Behaviour::of(tx).host_boot_seconds);
        let host = host.clone();
        tx.after(wait, move |tx| recover(tx, &host));
    }
    Ok(())
}
