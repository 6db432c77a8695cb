//! The methods of views.

use vim25::methods::{
    CreateContainerView, CreateListView, CreateListViewFromView, DestroyView, ModifyListView,
    ResetListView, ResetListViewFromView,
};
use vim25::{MoRef, mo};

use crate::dispatch::{Call, Dispatch};
use crate::fault::Fault;
use crate::store::{Property, Reading, Snapshot, Transaction};

use super::views::{ContainerView, ListView};

/// What a container view can look into.
const CONTAINERS: &[&str] =
    &["Folder", "Datacenter", "ComputeResource", "ResourcePool", "HostSystem"];

/// Adds the methods of views to the dispatch table.
pub(crate) fn register(dispatch: &mut Dispatch) {
    dispatch.add::<CreateContainerView>(create_container_view);
    dispatch.add::<CreateListView>(|call, asked| create_list(call, asked.obj));
    dispatch.add::<CreateListViewFromView>(|call, asked| {
        let objects = shown_by(call, &asked.view)?;
        create_list(call, objects)
    });
    dispatch.add::<ModifyListView>(modify);
    dispatch.add::<ResetListView>(|call, asked| reset(call, asked.obj));
    dispatch.add::<ResetListViewFromView>(|call, asked| {
        let objects = shown_by(call, &asked.view)?;
        reset(call, objects).map(|_| ())
    });
    dispatch.add::<DestroyView>(|call, _| {
        call.commit(|tx| {
            tx.remove(call.this());
            Ok(())
        })
    });
}

fn create_container_view(call: &Call, asked: CreateContainerView) -> Result<MoRef, Fault> {
    if let Some(unknown) = asked.type_.iter().find(|kind| mo::find(kind).is_none()) {
        return Err(Fault::new(
            vim25::types::InvalidType { argument: Some(unknown.clone()), ..Default::default() },
            format!("'{unknown}' is not a managed type."),
        ));
    }
    if !CONTAINERS.iter().any(|kind| mo::is_a(&asked.container.kind, kind)) {
        return Err(Fault::invalid_argument("container"));
    }
    call.commit(|tx| {
        if !tx.view().contains(&asked.container) {
            return Err(Fault::object_not_found(&asked.container));
        }
        let id = call.session_object(tx, "ContainerView")?;
        let view = ContainerView {
            session: call.session_key(),
            container: asked.container,
            kinds: asked.type_,
            recursive: asked.recursive,
        };
        tx.insert(id.clone(), view);
        Ok(id)
    })
}

fn create_list(call: &Call, objects: Vec<MoRef>) -> Result<MoRef, Fault> {
    call.commit(|tx| {
        let id = call.session_object(tx, "ListView")?;
        // Objects that are gone are left out, as vCenter does.
        let objects = existing(tx.view(), objects).0;
        tx.insert(id.clone(), ListView { session: call.session_key(), objects });
        Ok(id)
    })
}

/// Those of `objects` that exist, and those that do not.
fn existing(snapshot: &Snapshot, objects: Vec<MoRef>) -> (Vec<MoRef>, Vec<MoRef>) {
    objects.into_iter().partition(|object| snapshot.contains(object))
}

fn shown_by(call: &Call, view: &MoRef) -> Result<Vec<MoRef>, Fault> {
    let snapshot = call.snapshot();
    let shown = Reading::of(&snapshot).property(view, "view").map(Property::into_value);
    let shown = shown.ok_or_else(|| Fault::object_not_found(view))?;
    Ok(shown.morefs().cloned().collect())
}

fn edit<T>(
    call: &Call,
    change: impl FnOnce(&mut Transaction<'_>, &MoRef) -> Result<T, Fault>,
) -> Result<T, Fault> {
    call.commit(|tx| change(tx, call.this()))
}

fn modify(call: &Call, asked: ModifyListView) -> Result<Vec<MoRef>, Fault> {
    edit(call, |tx, id| {
        let (added, unknown) = existing(tx.view(), asked.add);
        let objects = &mut tx.edit::<ListView>(id)?.objects;
        objects.retain(|object| !asked.remove.contains(object));
        for object in added {
            if !objects.contains(&object) {
                objects.push(object);
            }
        }
        Ok(unknown)
    })
}

fn reset(call: &Call, objects: Vec<MoRef>) -> Result<Vec<MoRef>, Fault> {
    edit(call, |tx, id| {
        let (objects, unknown) = existing(tx.view(), objects);
        tx.edit::<ListView>(id)?.objects = objects;
        Ok(unknown)
    })
}
