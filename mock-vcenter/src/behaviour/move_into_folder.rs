//! `MoveIntoFolder_Task`: entities change the folder they are in.

use std::time::Duration;

use vim25::methods::MoveIntoFolderTask;
use vim25::{MoRef, mo};

use crate::dispatch::{Call, Dispatch};
use crate::fault::Fault;
use crate::inventory::{Folder, ancestors, check_new_name, datacenter_of};
use crate::store::Transaction;
use crate::task::TaskSpec;

use super::entities::entity_mut;

pub(super) fn register(dispatch: &mut Dispatch) {
    dispatch.add::<MoveIntoFolderTask>(start);
}

fn start(call: &Call, asked: MoveIntoFolderTask) -> Result<MoRef, Fault> {
    let folder = call.this().clone();
    if !call.snapshot().contains(&folder) {
        return Err(Fault::object_not_found(&folder));
    }
    let task = TaskSpec::new("Folder.moveInto").on(&folder).takes(Duration::from_secs(1));
    call.start(task.finish(move |tx| {
        asked.list.iter().try_for_each(|entity| move_into(tx, entity, &folder))?;
        Ok(None)
    }))
}

pub(super) fn move_into(
    tx: &mut Transaction<'_>,
    entity: &MoRef,
    folder: &MoRef,
) -> Result<(), Fault> {
    if !tx.view().contains(entity) {
        return Err(Fault::object_not_found(entity));
    }
    let target = &tx.get::<Folder>(folder)?.child_type;
    // Folders hold folders, of their own kind.
    let takes = match tx.get::<Folder>(entity) {
        Ok(own) => own.child_type == *target,
        Err(_) => target.iter().any(|kind| mo::is_a(&entity.kind, kind)),
    };
    let above = ancestors(tx.view(), folder);
    let is_below = entity == folder || above.contains(entity);
    let stays = entity.kind == "Datacenter"
        || datacenter_of(tx.view(), entity) == datacenter_of(tx.view(), folder);
    // The folders that a datacenter is made with belong to it.
    let is_fixed = ancestors(tx.view(), entity).first().is_none_or(|it| it.kind == "Datacenter");
    if !takes || is_below || !stays || is_fixed {
        let text = format!("{} cannot be moved into {}.", entity.value, folder.value);
        return Err(Fault::not_supported(text));
    }
    let found = entity_mut(tx, entity)?.clone();
    if found.parent.as_ref() != Some(folder) {
        check_new_name(tx, folder, &found.name)?;
        entity_mut(tx, entity)?.parent = Some(folder.clone());
    }
    Ok(())
}
