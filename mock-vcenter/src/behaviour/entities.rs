//! What can be done to an entity of the inventory whatever its kind.

use vim25::MoRef;

use crate::fault::Fault;
use crate::inventory::{Datacenter, Entity, Folder};
use crate::store::{Snapshot, Transaction};

use super::cluster_compute_resource::{ClusterComputeResource, ComputeResource};
use super::datastore::Datastore;
use super::host_system::HostSystem;
use super::network::Network;
use super::resource_pool::ResourcePool;
use super::virtual_machine::VirtualMachine;

/// The kinds of entities.
const KINDS: &[&str] = &[
    "VirtualMachine",
    "HostSystem",
    "ClusterComputeResource",
    "ComputeResource",
    "Datacenter",
    "Datastore",
    "Folder",
    "Network",
    "ResourcePool",
];

/// All entities of the inventory.
pub(super) fn all(snapshot: &Snapshot) -> impl Iterator<Item = &MoRef> {
    KINDS.iter().flat_map(|kind| snapshot.of_kind(kind).iter())
}

/// What an entity has in common with others, to be changed.
///
/// # Errors
/// `ManagedObjectNotFound` when there is no such entity.
pub(super) fn entity_mut<'a>(
    tx: &'a mut Transaction<'_>,
    id: &MoRef,
) -> Result<&'a mut Entity, Fault> {
    Ok(match id.kind.as_str() {
        "VirtualMachine" => &mut tx.edit::<VirtualMachine>(id)?.entity,
        "HostSystem" => &mut tx.edit::<HostSystem>(id)?.entity,
        "ClusterComputeResource" => &mut tx.edit::<ClusterComputeResource>(id)?.entity,
        "ComputeResource" => &mut tx.edit::<ComputeResource>(id)?.entity,
        "Datacenter" => &mut tx.edit::<Datacenter>(id)?.entity,
        "Datastore" => &mut tx.edit::<Datastore>(id)?.entity,
        "Folder" => &mut tx.edit::<Folder>(id)?.entity,
        "Network" => &mut tx.edit::<Network>(id)?.entity,
        "ResourcePool" => &mut tx.edit::<ResourcePool>(id)?.entity,
        _ => return Err(Fault::object_not_found(id)),
    })
}
