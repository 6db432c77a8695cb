//! Reads the name tree in one bulk retrieval.

use vim25::types::FaultToleranceConfigInfo;

use super::tree::{Entry, Inventory};
use crate::call::CallError;
use crate::property::{ObjectProperties, Traversal, traversal_spec};
use crate::reader::Reader;

const fn way(
    name: &'static str,
    from: &'static str,
    path: &'static str,
    then: &'static [&'static str],
) -> Traversal {
    Traversal { name, from, path, then }
}

const FOLDERS: &[&str] = &[
    "folder",
    "vmFolder",
    "hostFolder",
    "datastoreFolder",
    "networkFolder",
    "host",
    "pool",
    "vapp",
];

/// From the root folder to everything that has a name. A host's VMs are left to the VM folders.
const WAYS: &[Traversal] = &[
    way("folder", "Folder", "childEntity", FOLDERS),
    way("vmFolder", "Datacenter", "vmFolder", &["folder"]),
    way("hostFolder", "Datacenter", "hostFolder", &["folder"]),
    way("datastoreFolder", "Datacenter", "datastoreFolder", &["folder"]),
    way("networkFolder", "Datacenter", "networkFolder", &["folder"]),
    way("host", "ComputeResource", "host", &[]),
    way("pool", "ComputeResource", "resourcePool", &["pools"]),
    way("pools", "ResourcePool", "resourcePool", &["pools", "vapp"]),
    way("vapp", "VirtualApp", "vm", &[]),
];

const NAMED: &[&str] = &["name", "parent"];

/// No two of these types cover the same object: servers differ in what they make of that.
const PROPERTIES: &[(&str, &[&str])] = &[
    ("Folder", NAMED),
    ("Datacenter", NAMED),
    ("ComputeResource", NAMED),
    ("HostSystem", NAMED),
    ("VirtualMachine", &["name", "parent", "parentVApp", "config.ftInfo", "config.instanceUuid"]),
    ("ResourcePool", NAMED),
    ("Datastore", NAMED),
    ("Network", NAMED),
    ("DistributedVirtualSwitch", NAMED),
];

impl Reader {
    /// Reads the name tree of the whole server in one retrieval.
    ///
    /// # Errors
    /// When a call fails.
    pub async fn inventory(&self) -> Result<Inventory, CallError> {
        let root = self.content().root_folder.clone();
        let mut entries = Vec::new();
        let spec = traversal_spec(std::slice::from_ref(&root), WAYS, PROPERTIES);
        for object in self.retrieve_all(spec).await? {
            entries.extend(entry_of(&object));
        }
        Ok(Inventory::new(root, entries))
    }
}

/// An object without a name cannot be read by this user and is left out.
fn entry_of(object: &ObjectProperties) -> Option<Entry> {
    let parent = object.moref("parent").or_else(|| object.moref("parentVApp")).cloned();
    let mut entry = Entry::new(object.object.clone(), object.text("name")?, parent);
    entry.instance_uuid = object.text("config.instanceUuid").map(str::to_owned);
    // The primary has role 1, secondaries count from 2 and list the primary's id first.
    if let Some(info) = object.object::<FaultToleranceConfigInfo>("config.ftInfo")
        && info.role > 1
    {
        entry.secondary_of =
            Some(info.instance_uuids.first().map(ToString::to_string).unwrap_or_default());
    }
    Some(entry)
}
