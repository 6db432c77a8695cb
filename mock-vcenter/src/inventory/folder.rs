//! `Folder` and what can be done in any folder.

use vim25::methods::{CreateDatacenter, CreateFolder, RenameTask};
use vim25::types::DuplicateName;
use vim25::{MoRef, Str, Value};

use crate::dispatch::{Call, Dispatch};
use crate::fault::Fault;
use crate::product::{Product, Role};
use crate::store::{At, Links, ManagedObject, Property, Snapshot, Transaction};
use crate::task::TaskSpec;

use super::datacenter::{Datacenter, add_datacenter};
use super::entity::{CHILD_OF, Entity, escaped_name};
use super::tree::child_named;

/// vSphere's limit for names.
const MAX_NAME: usize = 80;

/// The folder that everything hangs below.
#[must_use]
pub fn root_folder_id(product: &Product) -> MoRef {
    MoRef::new("Folder", product.id("group-d1", "ha-folder-root"))
}

/// True of the inventory of a host by itself.
#[must_use]
pub fn is_of_host_alone(snapshot: &Snapshot) -> bool {
    snapshot.contains(&root_folder_id(&Product::current(Role::Esxi)))
}

/// A folder.
#[derive(Clone)]
pub struct Folder {
    /// What it has in common with other entities.
    pub entity: Entity,
    /// The managed types it may hold.
    pub child_type: Vec<Str>,
}

impl Folder {
    /// A folder for children of `child_type`.
    #[must_use]
    pub fn new(name: &str, parent: Option<&MoRef>, child_type: &[&str]) -> Self {
        let child_type = child_type.iter().map(|kind| Str::from(*kind)).collect();
        Self { entity: Entity::new(name, parent), child_type }
    }
}

impl ManagedObject for Folder {
    fn kind(&self) -> &'static str {
        "Folder"
    }

    fn property<'a>(&'a self, name: &str, at: &At<'a>) -> Option<Property<'a>> {
        match name {
            "childType" => {
                let kinds = self.child_type.iter().cloned();
                Property::of(Value::array_of("string", kinds.map(Value::String)))
            }
            "childEntity" => Property::refs(at.referrers(CHILD_OF)),
            _ => self.entity.property(name, at),
        }
    }

    fn links(&self, links: &mut Links) {
        self.entity.links(links);
    }
}

/// Puts a folder into `parent`, of the same kind as that one.
///
/// # Errors
/// `DuplicateName`, `InvalidName`, or `ManagedObjectNotFound` for the parent.
pub fn add_folder(tx: &mut Transaction<'_>, parent: &MoRef, name: &str) -> Result<MoRef, Fault> {
    check_new_name(tx, parent, name)?;
    let child_type = tx.get::<Folder>(parent)?.child_type.clone();
    let letter = match child_type.get(1).map(Str::as_str) {
        Some("ComputeResource") => "group-h",
        Some("VirtualMachine") => "group-v",
        Some("Datastore") => "group-s",
        Some("Network") => "group-n",
        _ => "group-d",
    };
    let folder = Folder { entity: Entity::new(name, Some(parent)), child_type };
    let number = tx.new_number();
    let id = MoRef::new("Folder", format!("{letter}{number}"));
    tx.insert(id.clone(), folder);
    Ok(id)
}

/// Refuses empty, long and taken names.
pub(crate) fn check_new_name(
    tx: &mut Transaction<'_>,
    parent: &MoRef,
    name: &str,
) -> Result<(), Fault> {
    if name.is_empty() || escaped_name(name).chars().count() > MAX_NAME {
        let mut detail = vim25::types::InvalidName::default();
        detail.name = name.into();
        return Err(Fault::new(detail, format!("The name '{name}' is invalid.")));
    }
    if let Some(taken) = child_named(tx.view(), parent, name) {
        let mut detail = DuplicateName::default();
        detail.name = name.into();
        detail.object = taken;
        return Err(Fault::new(detail, format!("The name '{name}' already exists.")));
    }
    Ok(())
}

pub(super) fn register(dispatch: &mut Dispatch) {
    dispatch.add::<CreateFolder>(|call, asked| {
        call.commit(|tx| add_folder(tx, call.this(), &asked.name))
    });
    dispatch.add::<CreateDatacenter>(|call, asked| {
        if call.core().product.role() == Role::Esxi {
            return Err(Fault::not_supported("An ESXi host has one datacenter."));
        }
        call.commit(|tx| {
            check_new_name(tx, call.this(), &asked.name)?;
            Ok(add_datacenter(tx, call.this(), &asked.name).datacenter)
        })
    });
    dispatch.add_for::<RenameTask>("Folder", |call, asked| {
        rename(call, asked, |tx, id| Ok(&mut tx.edit::<Folder>(id)?.entity))
    });
    dispatch.add_for::<RenameTask>("Datacenter", |call, asked| {
        rename(call, asked, |tx, id| Ok(&mut tx.edit::<Datacenter>(id)?.entity))
    });
}

fn rename(
    call: &Call,
    asked: RenameTask,
    entity: impl for<'a> FnOnce(&'a mut Transaction<'_>, &MoRef) -> Result<&'a mut Entity, Fault>
    + Send
    + 'static,
) -> Result<MoRef, Fault> {
    let id = call.this().clone();
    let description = format!("{}.rename", id.kind);
    let task = TaskSpec::new(&description).on(&id).finish(move |tx| {
        let parent = entity_parent(tx, &id);
        if let Some(parent) = parent {
            check_new_name(tx, &parent, &asked.new_name)?;
        }
        entity(tx, &id)?.name = escaped_name(&asked.new_name);
        Ok(None)
    });
    call.start(task)
}

fn entity_parent(tx: &mut Transaction<'_>, id: &MoRef) -> Option<MoRef> {
    super::tree::ancestors(tx.view(), id).into_iter().next()
}
