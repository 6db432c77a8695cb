//! `Datacenter` and its four folders.

use vim25::MoRef;
use vim25::types::DatacenterConfigInfo;

use crate::store::{At, Links, ManagedObject, Property, Transaction};

use super::entity::Entity;
use super::folder::Folder;

/// A datacenter.
#[derive(Clone)]
pub struct Datacenter {
    /// What it has in common with other entities.
    pub entity: Entity,
    /// Its folders.
    pub folders: DatacenterFolders,
}

/// The folders of a datacenter, and the datacenter itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatacenterFolders {
    /// The datacenter.
    pub datacenter: MoRef,
    /// For VMs.
    pub vm: MoRef,
    /// For hosts and clusters.
    pub host: MoRef,
    /// For datastores.
    pub datastore: MoRef,
    /// For networks.
    pub network: MoRef,
}

impl ManagedObject for Datacenter {
    fn kind(&self) -> &'static str {
        "Datacenter"
    }

    fn property<'a>(&'a self, name: &str, at: &At<'a>) -> Option<Property<'a>> {
        match name {
            "vmFolder" => Property::of(self.folders.vm.clone()),
            "hostFolder" => Property::of(self.folders.host.clone()),
            "datastoreFolder" => Property::of(self.folders.datastore.clone()),
            "networkFolder" => Property::of(self.folders.network.clone()),
            "datastore" => Property::refs(below(at, &self.folders.datastore, "Datastore")),
            "network" => Property::refs(below(at, &self.folders.network, "Network")),
            "configuration" => Property::object(DatacenterConfigInfo::default()),
            _ => self.entity.property(name, at),
        }
    }

    fn links(&self, links: &mut Links) {
        self.entity.links(links);
    }
}

/// The objects of a kind at any depth below a folder.
fn below<'a>(at: &At<'a>, folder: &MoRef, kind: &str) -> Vec<&'a MoRef> {
    let mut found = Vec::new();
    let mut open = at.referrers_of(folder, super::CHILD_OF).iter().collect::<Vec<_>>();
    while let Some(child) = open.pop() {
        if vim25::mo::is_a(&child.kind, kind) {
            found.push(child);
        } else {
            open.extend(at.referrers_of(child, super::CHILD_OF));
        }
    }
    found
}

/// Puts a datacenter with its folders into a folder. The name is not checked.
pub fn add_datacenter(tx: &mut Transaction<'_>, parent: &MoRef, name: &str) -> DatacenterFolders {
    let id = tx.new_id("Datacenter", "datacenter");
    let mut folder = |letter: &str, name: &str, child_type: &[&str]| {
        let number = tx.new_number();
        let folder = MoRef::new("Folder", format!("group-{letter}{number}"));
        tx.insert(folder.clone(), Folder::new(name, Some(&id), child_type));
        folder
    };
    let folders = DatacenterFolders {
        datacenter: id.clone(),
        vm: folder("v", "vm", &["Folder", "VirtualMachine", "VirtualApp"]),
        host: folder("h", "host", &["Folder", "ComputeResource"]),
        datastore: folder("s", "datastore", &["Folder", "Datastore", "StoragePod"]),
        network: folder("n", "network", &["Folder", "Network", "DistributedVirtualSwitch"]),
    };
    let entity = Entity::new(name, Some(parent));
    tx.insert(id, Datacenter { entity, folders: folders.clone() });
    folders
}
