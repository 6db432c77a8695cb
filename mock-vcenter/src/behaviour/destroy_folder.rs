//! Folders that go with the VMs in them: `Destroy_Task`, and `UnregisterAndDestroy_Task`, which leaves their files.

use std::sync::Arc;
use std::time::Duration;

use vim25::MoRef;
use vim25::methods::{DestroyTask, UnregisterAndDestroyTask};
use vim25::types::ResourceInUse;

use crate::dispatch::{Call, Dispatch};
use crate::fault::Fault;
use crate::inventory::{CHILD_OF, ancestors};
use crate::storage::Storage;
use crate::store::Transaction;
use crate::task::TaskSpec;

use super::virtual_machine::{check_removable, destroy, unregister};

type Remove = fn(&mut Transaction<'_>, &MoRef, &Storage) -> Result<(), Fault>;

pub(super) fn register(dispatch: &mut Dispatch) {
    dispatch.add_for::<DestroyTask>("Folder", |call, _| start(call, "Folder.destroy", destroy));
    dispatch.add_for::<DestroyTask>("Datacenter", |call, _| {
        start(call, "Datacenter.destroy", |_, _, _| Err(in_use()))
    });
    dispatch.add::<UnregisterAndDestroyTask>(|call, _| {
        start(call, "Folder.unregisterAndDestroy", |tx, vm, _| unregister(tx, vm))
    });
}

fn start(call: &Call, description: &str, remove: Remove) -> Result<MoRef, Fault> {
    let id = call.this().clone();
    let storage = call.core().storage.clone();
    let task = TaskSpec::new(description).on(&id).takes(Duration::from_millis(200));
    call.start(task.finish(move |tx| take_away(tx, id, &storage, remove).map(|()| None)))
}

/// Takes away a folder or datacenter with the folders and VMs in it; anything else below is in use.
fn take_away(
    tx: &mut Transaction<'_>,
    id: MoRef,
    storage: &Arc<Storage>,
    remove: Remove,
) -> Result<(), Fault> {
    let above = ancestors(tx.view(), &id);
    if above.first().is_none_or(|parent| parent.kind == "Datacenter") {
        return Err(Fault::not_supported("The folder belongs to the server."));
    }
    let mut doomed = vec![id];
    let mut next = 0;
    while next < doomed.len() {
        doomed.extend(tx.view().referrers(&doomed[next], CHILD_OF).iter().cloned());
        next += 1;
    }
    let goes = |kind: &str| matches!(kind, "Folder" | "Datacenter" | "VirtualMachine");
    if doomed.iter().any(|object| !goes(&object.kind)) {
        return Err(in_use());
    }
    // Nothing is taken away unless all of it can be.
    let vms = || doomed.iter().filter(|object| object.kind == "VirtualMachine");
    vms().try_for_each(|vm| check_removable(tx, vm))?;
    vms().try_for_each(|vm| remove(tx, vm, storage))?;
    let rest = doomed.iter().rev().filter(|object| object.kind != "VirtualMachine");
    rest.for_each(|object| tx.remove(object));
    Ok(())
}

fn in_use() -> Fault {
    Fault::new(ResourceInUse::default(), "The folder is not empty.")
}
