//! Hosts in the inventory: taking a machine in and letting it go.

use std::collections::BTreeMap;
use std::sync::Arc;

use vim25::enums::HostSystemConnectionState;
use vim25::types::{HostAddedEvent, HostConnectedEvent, HostRemovedEvent};
use vim25::{MoRef, Str};

use crate::behaviour::cluster_compute_resource::{cluster_of, pool_of, remove_compute_resource};
use crate::behaviour::datastore::{ensure_datastore, forget_unmounted};
use crate::behaviour::events::about;
use crate::behaviour::high_availability;
use crate::behaviour::network::{ensure_network, forget_unused};
use crate::behaviour::server::{Lab, Server};
use crate::behaviour::virtual_machine::{self, Place, RUNS_ON};
use crate::fault::Fault;
use crate::inventory::{Datacenter, DatacenterFolders, Entity, datacenter_of};
use crate::product::{Product, Role};
use crate::store::{Snapshot, Transaction};

use super::object::HostSystem;
use super::parts;

/// The VMs registered on a host.
#[must_use]
pub fn vms_on(snapshot: &Snapshot, host: &MoRef) -> Vec<MoRef> {
    snapshot.referrers(host, RUNS_ON).to_vec()
}

/// How a machine is taken in.
pub struct Joining<'a> {
    /// The server whose inventory it joins.
    pub product: Product,
    /// The cluster or compute resource.
    pub parent: &'a MoRef,
    /// The folder for its VMs.
    pub vm_folder: &'a MoRef,
    /// The pool for its VMs; the root pool when absent.
    pub pool: Option<&'a MoRef>,
    /// The name it is shown under.
    pub name: &'a str,
}

/// Puts a machine with its datastores, networks and VMs into the inventory. HA is not told.
///
/// # Errors
/// `ManagedObjectNotFound` when the parent is gone.
pub fn join(
    tx: &mut Transaction<'_>,
    mut server: Server,
    joining: &Joining<'_>,
) -> Result<MoRef, Fault> {
    let folders = folders_of(tx, joining.parent)?;
    let datastores: BTreeMap<Str, MoRef> = server
        .volumes
        .iter()
        .map(|name| (name.clone(), ensure_datastore(tx, &folders.datastore, name)))
        .collect();
    let mut networks = BTreeMap::new();
    for group in
        server.network.port_groups.iter().filter(|group| group.name != "Management Network")
    {
        networks.insert(group.name.clone(), ensure_network(tx, &folders.network, &group.name));
    }
    let id = match joining.product.role() {
        Role::Vcenter => tx.new_id("HostSystem", "host"),
        Role::Esxi => MoRef::new("HostSystem", "ha-host"),
    };
    server.managed_by = None;
    let vms = std::mem::take(&mut server.vms);
    let max_mode: Option<Str> = server.hardware.evc_mode().map(|mode| mode.key.into());
    let in_order = server.volumes.iter().filter_map(|name| datastores.get(name).cloned()).collect();
    let host = HostSystem {
        entity: Entity::new(joining.name, Some(joining.parent)),
        server,
        product: joining.product,
        connection: HostSystemConnectionState::Connected,
        in_maintenance: false,
        datastores: in_order,
        networks: networks.values().cloned().collect(),
        das_state: None,
        boot_time: tx.timestamp(),
    };
    let cluster_mode = cluster_of(&host, tx.view()).and_then(|cluster| cluster.evc_mode.clone());
    tx.insert(id.clone(), host);
    parts::add_parts(tx, joining.product, &id);
    let pool = joining.pool.cloned().or_else(|| pool_of(joining.parent, tx.view()));
    let place = Place {
        folder: joining.vm_folder.clone(),
        pool: pool.ok_or_else(|| Fault::object_not_found(joining.parent))?,
        host: id.clone(),
        datastores: Arc::new(datastores),
        networks: Arc::new(networks),
        evc_mode: cluster_mode.or(max_mode),
    };
    for blueprint in vms {
        virtual_machine::register_vm(tx, &Arc::new(blueprint), &place)?;
    }
    Ok(id)
}

/// Tells of a host that was taken in.
pub fn announce(tx: &mut Transaction<'_>, host: &MoRef) {
    about(tx, host, HostConnectedEvent::default(), "Connected to");
    about(tx, host, HostAddedEvent::default(), "Added");
    for vm in vms_on(tx.view(), host) {
        virtual_machine::announce(tx, &vm);
    }
}

fn folders_of(tx: &mut Transaction<'_>, object: &MoRef) -> Result<DatacenterFolders, Fault> {
    let datacenter =
        datacenter_of(tx.view(), object).ok_or_else(|| Fault::object_not_found(object))?;
    Ok(tx.get::<Datacenter>(&datacenter)?.folders.clone())
}

/// Takes a host out of the inventory; the machine stays reachable.
///
/// # Errors
/// `ManagedObjectNotFound` when it is gone already.
pub fn remove(tx: &mut Transaction<'_>, id: &MoRef) -> Result<(), Fault> {
    about(tx, id, HostRemovedEvent::default(), "Removed");
    high_availability::unconfigure_host(tx, id)?;
    let host = tx.get::<HostSystem>(id)?.clone();
    let mut server = host.server;
    for vm in vms_on(tx.view(), id) {
        let blueprint = virtual_machine::blueprint_of(tx.get(&vm)?);
        server.vms.push(blueprint);
        virtual_machine::unregister_vm(tx, &vm)?;
    }
    parts::remove_parts(tx, host.product, id);
    tx.remove(id);
    host.datastores.iter().for_each(|datastore| forget_unmounted(tx, datastore));
    host.networks.iter().for_each(|network| forget_unused(tx, network));
    if let Some(parent) = host.entity.parent.filter(|parent| parent.kind == "ComputeResource") {
        remove_compute_resource(tx, &parent);
    }
    let mut lab = Lab::of(tx);
    lab.put_server(server);
    lab.apply(tx);
    Ok(())
}
