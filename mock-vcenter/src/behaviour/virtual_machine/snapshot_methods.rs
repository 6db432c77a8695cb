//! Making, renaming, removing and going back to snapshots.

use std::time::Duration;

use vim25::enums::VirtualMachinePowerState as Power;
use vim25::methods::{
    CreateSnapshotExTask, CreateSnapshotTask, RemoveAllSnapshotsTask, RemoveSnapshotTask,
    RenameSnapshot, RevertToCurrentSnapshotTask, RevertToSnapshotTask,
};
use vim25::types::{NotFound, TooManySnapshotLevels};
use vim25::{MoRef, Str};

use crate::dispatch::{Call, Dispatch};
use crate::fault::Fault;
use crate::store::Transaction;
use crate::task::TaskSpec;

use super::methods::{check_host, refuse_under_ft, start};
use super::object::VirtualMachine;
use super::power::{power_off, power_on};
use super::reach::Reach;
use super::snapshot::{Snapshot, SnapshotFacts, add_snapshot};

/// Snapshots that may be made one on the other.
const MOST_LEVELS: usize = 32;

pub(super) fn register(dispatch: &mut Dispatch) {
    dispatch.add::<CreateSnapshotTask>(|call, asked| {
        create(call, asked.name, asked.description, asked.memory)
    });
    dispatch.add::<CreateSnapshotExTask>(|call, asked| {
        create(call, asked.name, asked.description, asked.memory)
    });
    dispatch.add::<RemoveAllSnapshotsTask>(|call, _| {
        start(call, "VirtualMachine.removeAllSnapshots", 4, |tx, vm| {
            refuse_under_ft(tx, vm)?;
            let machine = tx.edit::<VirtualMachine>(vm)?;
            machine.current_snapshot = None;
            let gone = std::mem::take(&mut machine.snapshots);
            gone.iter().for_each(|facts| tx.remove(&facts.id));
            Ok(None)
        })
    });
    dispatch.add::<RemoveSnapshotTask>(|call, asked| {
        on_snapshot(call, "vm.Snapshot.remove", move |tx, vm, id| {
            remove(tx, vm, id, asked.remove_children)
        })
    });
    dispatch.add::<RevertToSnapshotTask>(|call, asked| {
        let stay_off = asked.suppress_power_on == Some(true);
        on_snapshot(call, "vm.Snapshot.revert", move |tx, vm, id| revert(tx, vm, id, stay_off))
    });
    dispatch.add::<RevertToCurrentSnapshotTask>(|call, asked| {
        let stay_off = asked.suppress_power_on == Some(true);
        start(call, "VirtualMachine.revertToCurrentSnapshot", 3, move |tx, vm| {
            let current = tx.get::<VirtualMachine>(vm)?.current_snapshot.clone();
            let none = || Fault::new(NotFound::default(), "The virtual machine has no snapshot.");
            revert(tx, vm, &current.ok_or_else(none)?, stay_off).map(|()| None)
        })
    });
    dispatch.add::<RenameSnapshot>(|call, asked| {
        let vm = vm_of(call)?;
        call.commit(|tx| {
            let facts = facts_mut(tx.edit::<VirtualMachine>(&vm)?, call.this())?;
            if let Some(name) = &asked.name {
                facts.name.clone_from(name);
            }
            if let Some(description) = &asked.description {
                facts.description.clone_from(description);
            }
            Ok(())
        })
    });
}

fn create(call: &Call, name: Str, description: Option<Str>, memory: bool) -> Result<MoRef, Fault> {
    start(call, "VirtualMachine.createSnapshot", 4, move |tx, vm| {
        refuse_under_ft(tx, vm)?;
        refuse_template(tx, vm)?;
        let levels = tx.get::<VirtualMachine>(vm)?.snapshot_levels();
        if levels >= MOST_LEVELS {
            let text = format!("A virtual machine has at most {MOST_LEVELS} levels of snapshots.");
            return Err(Fault::new(TooManySnapshotLevels::default(), text));
        }
        let id = add_snapshot(tx, vm, &name, &description.unwrap_or_default(), memory)?;
        Ok(Some(id.into()))
    })
}

fn refuse_template(tx: &Transaction<'_>, vm: &MoRef) -> Result<(), Fault> {
    if tx.get::<VirtualMachine>(vm)?.is_template() {
        return Err(Fault::not_supported("The virtual machine is a template."));
    }
    Ok(())
}

fn vm_of(call: &Call) -> Result<MoRef, Fault> {
    let found = call.snapshot().get::<Snapshot>(call.this()).map(|snapshot| snapshot.vm.clone());
    found.ok_or_else(|| Fault::object_not_found(call.this()))
}

/// Starts a task that changes the VM of a snapshot.
fn on_snapshot(
    call: &Call,
    description: &str,
    change: impl FnOnce(&mut Transaction<'_>, &MoRef, &MoRef) -> Result<(), Fault> + Send + 'static,
) -> Result<MoRef, Fault> {
    let (id, vm) = (call.this().clone(), vm_of(call)?);
    let task = TaskSpec::new(description).on(&vm).takes(Duration::from_secs(3));
    call.start(task.finish(move |tx| {
        check_host(tx, &vm)?;
        change(tx, &vm, &id).map(|()| None)
    }))
}

fn facts_mut<'a>(
    machine: &'a mut VirtualMachine,
    id: &MoRef,
) -> Result<&'a mut SnapshotFacts, Fault> {
    let found = machine.snapshots.iter_mut().find(|facts| facts.id == *id);
    found.ok_or_else(|| Fault::object_not_found(id))
}

/// Removes a snapshot; what was made on it, if not removed with it, is then made on its parent.
fn remove(
    tx: &mut Transaction<'_>,
    vm: &MoRef,
    id: &MoRef,
    with_children: bool,
) -> Result<(), Fault> {
    let machine = tx.edit::<VirtualMachine>(vm)?;
    let parent = facts_mut(machine, id)?.parent.clone();
    let mut gone = vec![id.clone()];
    if with_children {
        // A snapshot is younger than the one it was made on.
        for facts in &machine.snapshots {
            if facts.parent.as_ref().is_some_and(|parent| gone.contains(parent)) {
                gone.push(facts.id.clone());
            }
        }
    }
    machine.snapshots.retain(|facts| !gone.contains(&facts.id));
    for facts in &mut machine.snapshots {
        if facts.parent.as_ref() == Some(id) {
            facts.parent.clone_from(&parent);
        }
    }
    if machine.current_snapshot.as_ref().is_some_and(|current| gone.contains(current)) {
        machine.current_snapshot = parent;
    }
    gone.iter().for_each(|id| tx.remove(id));
    Ok(())
}

/// Makes the VM what it was, where it is now.
fn revert(tx: &mut Transaction<'_>, vm: &MoRef, id: &MoRef, stay_off: bool) -> Result<(), Fault> {
    refuse_under_ft(tx, vm)?;
    refuse_template(tx, vm)?;
    let reach = Reach::of_vm(tx, vm)?;
    let machine = tx.edit::<VirtualMachine>(vm)?;
    let facts = facts_mut(machine, id)?;
    let (saved, power) = (facts.saved.clone(), facts.power.clone());
    if tx.get::<VirtualMachine>(vm)?.power != Power::PoweredOff {
        power_off(tx, vm)?;
    }
    let now = tx.timestamp();
    // What the saved devices refer to may be gone or another by now.
    let devices = saved.devices.iter().map(|device| reach.found_again(device)).collect();
    let machine = tx.edit::<VirtualMachine>(vm)?;
    *machine = VirtualMachine {
        devices,
        home: machine.home.clone(),
        vmx: machine.vmx.clone(),
        entity: machine.entity.clone(),
        uuid: machine.uuid.clone(),
        instance_uuid: machine.instance_uuid.clone(),
        host: machine.host.clone(),
        pool: machine.pool.clone(),
        power: Power::PoweredOff,
        boot_time: None,
        snapshots: std::mem::take(&mut machine.snapshots),
        current_snapshot: Some(id.clone()),
        modified: now,
        revision: machine.revision.wrapping_add(1),
        das_protected: false,
        question: None,
        ..(*saved).clone()
    };
    match power {
        Power::PoweredOn if !stay_off => power_on(tx, vm),
        Power::Suspended => {
            let machine = tx.edit::<VirtualMachine>(vm)?;
            machine.power = Power::Suspended;
            machine.boot_time.clone_from(&saved.boot_time);
            Ok(())
        }
        _ => Ok(()),
    }
}
