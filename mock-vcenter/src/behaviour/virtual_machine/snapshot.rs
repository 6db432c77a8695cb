//! Snapshots of a VM: what one holds, the tree they make, and the managed object `VirtualMachineSnapshot`.

use std::sync::Arc;

use vim25::enums::VirtualMachinePowerState as Power;
use vim25::types::{VirtualMachineSnapshotInfo, VirtualMachineSnapshotTree};
use vim25::{DateTime, MoRef, Str};

use crate::behaviour::extensible::extensible;
use crate::fault::Fault;
use crate::store::{At, ManagedObject, Property, Transaction};

use super::config;
use super::object::VirtualMachine;

/// A snapshot of a VM.
#[derive(Clone)]
pub struct SnapshotFacts {
    /// Its reference.
    pub id: MoRef,
    /// The snapshot it was made on; `None` for the first.
    pub parent: Option<MoRef>,
    /// Its number within the VM.
    pub number: i32,
    /// Its name.
    pub name: Str,
    /// Its description.
    pub description: Str,
    /// When it was made.
    pub created: DateTime,
    /// The power state that it goes back to: without the memory, off.
    pub power: Power,
    /// The VM as it was, without its snapshots.
    pub saved: Arc<VirtualMachine>,
}

/// The managed object; its facts are kept by the VM.
#[derive(Clone)]
pub(super) struct Snapshot {
    pub(super) vm: MoRef,
}

impl VirtualMachine {
    /// The snapshots made on `parent`, oldest first.
    pub(super) fn children_of(
        &self,
        parent: Option<&MoRef>,
    ) -> impl Iterator<Item = &SnapshotFacts> {
        self.snapshots.iter().filter(move |facts| facts.parent.as_ref() == parent)
    }

    /// How many snapshots the VM goes on from, one made on the other.
    pub(super) fn snapshot_levels(&self) -> usize {
        let parent = |id: &MoRef| {
            let own = self.snapshots.iter().find(|facts| facts.id == *id)?;
            own.parent.clone()
        };
        std::iter::successors(self.current_snapshot.clone(), parent).count()
    }

    /// Where the VM goes on from; as `snapshot` shows it.
    pub(super) fn snapshot_info(&self, this: &MoRef) -> Option<VirtualMachineSnapshotInfo> {
        if self.snapshots.is_empty() {
            return None;
        }
        Some(VirtualMachineSnapshotInfo {
            current_snapshot: self.current_snapshot.clone(),
            root_snapshot_list: self.tree(this, None),
            ..Default::default()
        })
    }

    fn tree(&self, this: &MoRef, parent: Option<&MoRef>) -> Vec<VirtualMachineSnapshotTree> {
        let node = |facts: &SnapshotFacts| VirtualMachineSnapshotTree {
            snapshot: facts.id.clone(),
            vm: this.clone(),
            name: facts.name.clone(),
            description: facts.description.clone(),
            id: facts.number,
            create_time: facts.created.clone(),
            state: facts.power.clone(),
            quiesced: false,
            child_snapshot_list: self.tree(this, Some(&facts.id)),
            replay_supported: Some(false),
            ..Default::default()
        };
        self.children_of(parent).map(node).collect()
    }
}

/// Makes a snapshot on the current one; with the memory of a VM that runs, it goes back to running.
///
/// # Errors
/// `ManagedObjectNotFound` when the VM is gone.
pub(super) fn add_snapshot(
    tx: &mut Transaction<'_>,
    vm: &MoRef,
    name: &str,
    description: &str,
    memory: bool,
) -> Result<MoRef, Fault> {
    let id = MoRef::new("VirtualMachineSnapshot", format!("snapshot-{}", tx.new_number()));
    let created = tx.timestamp();
    let machine = tx.edit::<VirtualMachine>(vm)?;
    let number = machine.snapshots.iter().map(|facts| facts.number).max().unwrap_or(0) + 1;
    let power = if memory { machine.power.clone() } else { Power::PoweredOff };
    let saved = VirtualMachine { snapshots: Vec::new(), ..machine.clone() };
    let parent = machine.current_snapshot.replace(id.clone());
    machine.snapshots.push(SnapshotFacts {
        id: id.clone(),
        parent,
        number,
        name: name.into(),
        description: description.into(),
        created,
        power,
        saved: Arc::new(saved),
    });
    tx.insert(id.clone(), Snapshot { vm: vm.clone() });
    Ok(id)
}

impl ManagedObject for Snapshot {
    fn kind(&self) -> &'static str {
        "VirtualMachineSnapshot"
    }

    fn property<'a>(&'a self, name: &str, at: &At<'a>) -> Option<Property<'a>> {
        let vm = at.get::<VirtualMachine>(&self.vm)?;
        match name {
            "vm" => Property::of(self.vm.clone()),
            "config" => {
                let own = vm.snapshots.iter().find(|facts| facts.id == *at.this())?;
                Property::object(config::info(&own.saved, Some(&self.vm), at))
            }
            "childSnapshot" => {
                Property::refs(vm.children_of(Some(at.this())).map(|facts| &facts.id))
            }
            _ => extensible(name),
        }
    }
}
