//! Virtual switches.

use vim25::object::overlaid;
use vim25::types::{
    AlreadyExists, HostVirtualSwitchBondBridge, HostVirtualSwitchSpec, ResourceInUse,
};
use vim25::{MoRef, Str};

use crate::behaviour::host_system::HostSystem;
use crate::behaviour::server::network::VirtualSwitch;
use crate::behaviour::server::{HostNetwork, policy};
use crate::fault::Fault;
use crate::store::Transaction;

use super::methods::not_found;
use super::port_groups::remove_port_group;

/// Longest name of a switch.
const MAX_NAME: usize = 32;

pub(super) fn add(
    tx: &mut Transaction<'_>,
    host: &MoRef,
    name: &str,
    spec: Option<&HostVirtualSwitchSpec>,
) -> Result<(), Fault> {
    if name.is_empty() || name.len() > MAX_NAME {
        return Err(Fault::invalid_argument("vswitchName"));
    }
    let network = &mut tx.edit::<HostSystem>(host)?.server.network;
    if network.switches.iter().any(|switch| switch.name == name) {
        let mut detail = AlreadyExists::default();
        detail.name = Some(name.into());
        return Err(Fault::new(detail, "The switch exists already."));
    }
    let mut switch = VirtualSwitch::new(name, Vec::new());
    if let Some(spec) = spec {
        change(network, &mut switch, spec)?;
    }
    network.switches.push(switch);
    Ok(())
}

pub(super) fn update(
    tx: &mut Transaction<'_>,
    host: &MoRef,
    name: &str,
    spec: &HostVirtualSwitchSpec,
) -> Result<(), Fault> {
    let network = &mut tx.edit::<HostSystem>(host)?.server.network;
    let place = network.switches.iter().position(|switch| switch.name == name);
    let mut switch = network.switches.remove(place.ok_or_else(|| not_found(name))?);
    change(network, &mut switch, spec)?;
    network.switches.insert(place.unwrap_or_default(), switch);
    Ok(())
}

/// Changes a switch that is not among those of `network`.
fn change(
    network: &HostNetwork,
    switch: &mut VirtualSwitch,
    spec: &HostVirtualSwitchSpec,
) -> Result<(), Fault> {
    let mtu = spec.mtu.unwrap_or(switch.mtu);
    if !(1280..=9000).contains(&mtu) {
        return Err(Fault::invalid_argument("spec.mtu"));
    }
    let bridge = spec.bridge.as_ref();
    let bridge = bridge.and_then(|bridge| bridge.downcast_ref::<HostVirtualSwitchBondBridge>());
    let pnics = bridge.map(|bridge| bridge.nic_device.clone()).unwrap_or_default();
    check_pnics(network, &pnics)?;
    if pnics != switch.pnics {
        switch.policy.nic_teaming = policy::of_switch(&pnics).nic_teaming;
        switch.pnics = pnics;
    }
    if let Some(policy) = &spec.policy {
        switch.policy = overlaid(&switch.policy, &**policy);
    }
    switch.mtu = mtu;
    Ok(())
}

fn check_pnics(network: &HostNetwork, wanted: &[Str]) -> Result<(), Fault> {
    let exists = |device: &Str| network.pnics.iter().any(|pnic| pnic.device == *device);
    if !wanted.iter().all(exists) {
        return Err(Fault::invalid_argument("spec.bridge.nicDevice"));
    }
    if network.switches.iter().any(|switch| switch.pnics.iter().any(|pnic| wanted.contains(pnic))) {
        let message = "Another switch uses the physical adapter.";
        return Err(Fault::new(ResourceInUse::default(), message));
    }
    Ok(())
}

/// Removes a switch with its port groups, none of which may be in use by an adapter.
pub(super) fn remove(tx: &mut Transaction<'_>, host: &MoRef, name: &str) -> Result<(), Fault> {
    let network = &tx.get::<HostSystem>(host)?.server.network;
    if !network.switches.iter().any(|switch| switch.name == name) {
        return Err(not_found(name));
    }
    let groups = network.port_groups.iter().filter(|group| group.vswitch_name == name);
    let groups: Vec<Str> = groups.map(|group| group.name.clone()).collect();
    for group in groups {
        remove_port_group(tx, host, &group)?;
    }
    let network = &mut tx.edit::<HostSystem>(host)?.server.network;
    network.switches.retain(|switch| switch.name != name);
    Ok(())
}
