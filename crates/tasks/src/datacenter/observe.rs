//! Looks for the datacenter and its folders.

use orchestrator::TaskError;
use vim25::MoRef;
use vsphere::{Inventory, Reader};

use super::spec::Spec;
use crate::lookup;

/// What is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Seen {
    /// Path of the datacenter.
    pub(super) path: Option<String>,
    /// Levels of the declared folder that do not exist, outermost first.
    pub(super) missing_folders: Vec<String>,
}

pub(super) async fn observe(spec: &Spec, reader: &Reader) -> Result<Seen, TaskError> {
    let inventory = lookup::inventory(reader).await?;
    let root = &reader.content().root_folder;
    Ok(look(spec, &inventory, root))
}

pub(super) fn look(spec: &Spec, inventory: &Inventory, root: &MoRef) -> Seen {
    let levels = spec.folder.as_deref().unwrap_or(&[]);
    let (folder, depth) = deepest_folder(inventory, root, levels);
    let found = match &spec.folder {
        Some(_) if depth < levels.len() => None,
        Some(_) => child(inventory, &folder, "Datacenter", &spec.name),
        None => inventory
            .entries()
            .iter()
            .find(|entry| entry.object.kind == "Datacenter" && entry.name == spec.name)
            .map(|entry| entry.object.clone()),
    };
    let path = found.and_then(|object| inventory.path(&object));
    Seen { path, missing_folders: levels[depth..].to_vec() }
}

/// The deepest of the declared folders that exists, and how many levels down that is.
pub(super) fn deepest_folder(
    inventory: &Inventory,
    root: &MoRef,
    levels: &[String],
) -> (MoRef, usize) {
    let mut folder = root.clone();
    for (depth, level) in levels.iter().enumerate() {
        match child(inventory, &folder, "Folder", level) {
            Some(next) => folder = next,
            None => return (folder, depth),
        }
    }
    (folder, levels.len())
}

fn child(inventory: &Inventory, parent: &MoRef, kind: &str, name: &str) -> Option<MoRef> {
    let fits = inventory.entries().iter().find(|entry| {
        entry.object.kind == kind && entry.name == name && entry.parent.as_ref() == Some(parent)
    });
    fits.map(|entry| entry.object.clone())
}
