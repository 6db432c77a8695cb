//! Port groups, and the networks that stand for them in the inventory.

use vim25::MoRef;
use vim25::types::{AlreadyExists, HostPortGroupSpec, ResourceInUse};

use crate::behaviour::host_system::HostSystem;
use crate::behaviour::network::{ensure_network, forget_unused};
use crate::behaviour::server::policy;
use crate::fault::Fault;
use crate::inventory::{Datacenter, datacenter_of};
use crate::store::Transaction;

use super::methods::not_found;

pub(super) fn add_port_group(
    tx: &mut Transaction<'_>,
    host: &MoRef,
    mut group: HostPortGroupSpec,
) -> Result<(), Fault> {
    if group.name.is_empty() || !(0..=4095).contains(&group.vlan_id) {
        return Err(Fault::invalid_argument("portgrp"));
    }
    let datacenter = datacenter_of(tx.view(), host).ok_or_else(|| Fault::object_not_found(host))?;
    let folder = tx.get::<Datacenter>(&datacenter)?.folders.network.clone();
    let network = &tx.get::<HostSystem>(host)?.server.network;
    if !network.switches.iter().any(|switch| switch.name == group.vswitch_name) {
        return Err(not_found(&group.vswitch_name));
    }
    if network.port_groups.iter().any(|other| other.name == group.name) {
        return Err(exists(&group));
    }
    group.policy = policy::filled(group.policy);
    let id = ensure_network(tx, &folder, &group.name);
    let host = tx.edit::<HostSystem>(host)?;
    host.server.network.port_groups.push(group);
    host.networks.push(id);
    Ok(())
}

fn exists(group: &HostPortGroupSpec) -> Fault {
    let mut detail = AlreadyExists::default();
    detail.name = Some(group.name.clone());
    Fault::new(detail, "The port group exists already.")
}

/// Gives a port group another form, and perhaps another name or switch.
pub(super) fn update(
    tx: &mut Transaction<'_>,
    host: &MoRef,
    name: &str,
    mut group: HostPortGroupSpec,
) -> Result<(), Fault> {
    if group.name.is_empty() || !(0..=4095).contains(&group.vlan_id) {
        return Err(Fault::invalid_argument("portgrp"));
    }
    group.policy = policy::filled(group.policy);
    let network = &mut tx.edit::<HostSystem>(host)?.server.network;
    if !network.switches.iter().any(|switch| switch.name == group.vswitch_name) {
        return Err(not_found(&group.vswitch_name));
    }
    let place = network.port_groups.iter().position(|other| other.name == name);
    let place = place.ok_or_else(|| not_found(name))?;
    let is_renamed = group.name != name;
    if is_renamed && network.port_groups.iter().any(|other| other.name == group.name) {
        return Err(exists(&group));
    }
    let new_name = group.name.clone();
    if let Some(found) = network.port_groups.get_mut(place) {
        *found = group;
    }
    if !is_renamed {
        return Ok(());
    }
    for (_, spec) in &mut network.vnics {
        if spec.portgroup.as_deref() == Some(name) {
            spec.portgroup = Some(new_name.clone());
        }
    }
    let datacenter = datacenter_of(tx.view(), host).ok_or_else(|| Fault::object_not_found(host))?;
    let folder = tx.get::<Datacenter>(&datacenter)?.folders.network.clone();
    let id = ensure_network(tx, &folder, &new_name);
    tx.edit::<HostSystem>(host)?.networks.push(id);
    forget(tx, host, name)
}

pub(super) fn remove_port_group(
    tx: &mut Transaction<'_>,
    host: &MoRef,
    name: &str,
) -> Result<(), Fault> {
    let found = tx.edit::<HostSystem>(host)?;
    let network = &mut found.server.network;
    if network.vnics.iter().any(|(_, spec)| spec.portgroup.as_deref() == Some(name)) {
        return Err(Fault::new(ResourceInUse::default(), "An adapter uses the port group."));
    }
    let before = network.port_groups.len();
    network.port_groups.retain(|group| group.name != name);
    if network.port_groups.len() == before {
        return Err(not_found(name));
    }
    forget(tx, host, name)
}

/// The host no longer offers the network of this name.
fn forget(tx: &mut Transaction<'_>, host: &MoRef, name: &str) -> Result<(), Fault> {
    for id in tx.get::<HostSystem>(host)?.networks.clone() {
        if tx.name_of(&id).as_deref() == Some(name) {
            tx.edit::<HostSystem>(host)?.networks.retain(|other| *other != id);
            forget_unused(tx, &id);
        }
    }
    Ok(())
}
