//! The methods of `HostVirtualNicManager`, `HostVMotionSystem` and `HostNetworkSystem`.

use vim25::methods::{
    AddPortGroup, AddVirtualNic, DeselectVnic, DeselectVnicForNicType, QueryNetConfig,
    RefreshNetworkSystem, RemovePortGroup, RemoveVirtualNic, SelectVnic, SelectVnicForNicType,
    UpdateVirtualNic,
};
use vim25::types::{
    AlreadyExists, HostPortGroupSpec, HostVirtualNicSpec, NotFound, ResourceInUse,
    VirtualNicManagerNetConfig,
};
use vim25::{MoRef, Str};

use crate::behaviour::host_system::{HostSystem, host_of};
use crate::behaviour::network::{ensure_network, forget_unused};
use crate::behaviour::overlay::overlaid;
use crate::behaviour::server::network::{is_multi_select, nic_types};
use crate::dispatch::{Call, Dispatch};
use crate::fault::Fault;
use crate::inventory::{Datacenter, datacenter_of};
use crate::store::Transaction;

pub(in crate::behaviour) fn register(dispatch: &mut Dispatch) {
    dispatch.add::<SelectVnicForNicType>(|call, asked| {
        let host = host_of(call)?;
        call.commit(|tx| select(tx, &host, &asked.nic_type, &asked.device))
    });
    dispatch.add::<DeselectVnicForNicType>(|call, asked| {
        let host = host_of(call)?;
        call.commit(|tx| deselect(tx, &host, &asked.nic_type, Some(&asked.device)))
    });
    dispatch.add::<QueryNetConfig>(net_config);
    dispatch.add::<SelectVnic>(|call, asked| {
        let host = host_of(call)?;
        call.commit(|tx| {
            tx.edit::<HostSystem>(&host)?.server.network.selected.remove("vmotion");
            select(tx, &host, "vmotion", &asked.device)
        })
    });
    dispatch.add::<DeselectVnic>(|call, _| {
        let host = host_of(call)?;
        call.commit(|tx| deselect(tx, &host, "vmotion", None))
    });
    dispatch.add::<AddVirtualNic>(|call, asked| {
        let host = host_of(call)?;
        call.commit(|tx| add_vnic(tx, &host, &asked.portgroup, asked.nic))
    });
    dispatch.add::<UpdateVirtualNic>(|call, asked| {
        let host = host_of(call)?;
        call.commit(|tx| update_vnic(tx, &host, &asked.device, &asked.nic))
    });
    dispatch.add::<RemoveVirtualNic>(|call, asked| {
        let host = host_of(call)?;
        call.commit(|tx| remove_vnic(tx, &host, &asked.device))
    });
    dispatch.add::<AddPortGroup>(|call, asked| {
        let host = host_of(call)?;
        call.commit(|tx| add_port_group(tx, &host, asked.portgrp))
    });
    dispatch.add::<RemovePortGroup>(|call, asked| {
        let host = host_of(call)?;
        call.commit(|tx| remove_port_group(tx, &host, &asked.pg_name))
    });
    dispatch.add::<RefreshNetworkSystem>(|_, _| Ok(()));
}

/// The type of use as the host spells it.
fn known_type(host: &HostSystem, nic_type: &str) -> Result<&'static str, Fault> {
    nic_types(host.server.product)
        .find(|known| *known == nic_type)
        .ok_or_else(|| Fault::invalid_argument("nicType"))
}

/// Selects an adapter for a use.
///
/// # Errors
/// `InvalidArgument` for types and devices that the host does not have.
pub fn select(
    tx: &mut Transaction<'_>,
    host: &MoRef,
    nic_type: &str,
    device: &str,
) -> Result<(), Fault> {
    let found = tx.get::<HostSystem>(host)?;
    let known = known_type(found, nic_type)?;
    let network = &found.server.network;
    let (_, spec) = network
        .vnics
        .iter()
        .find(|(name, _)| name == device)
        .ok_or_else(|| Fault::invalid_argument("device"))?;
    // A stack of its own serves nothing else.
    let dedicated = match spec.net_stack_instance_key.as_deref() {
        Some("vmotion") => Some("vmotion"),
        Some("vSphereProvisioning") => Some("vSphereProvisioning"),
        _ => None,
    };
    if dedicated.is_some_and(|only| only != known) {
        return Err(Fault::invalid_argument("device"));
    }
    if network.selected(known).iter().any(|name| name == device) {
        return Ok(());
    }
    let selected = &mut tx.edit::<HostSystem>(host)?.server.network.selected;
    let selected = selected.entry(known).or_default();
    if !is_multi_select(known) {
        selected.clear();
    }
    selected.push(device.into());
    Ok(())
}

fn deselect(
    tx: &mut Transaction<'_>,
    host: &MoRef,
    nic_type: &str,
    device: Option<&str>,
) -> Result<(), Fault> {
    let known = known_type(tx.get::<HostSystem>(host)?, nic_type)?;
    let selected = tx.edit::<HostSystem>(host)?.server.network.selected.entry(known).or_default();
    let before = selected.len();
    selected.retain(|name| device.is_some_and(|device| name != device));
    if device.is_some() && selected.len() == before {
        return Err(Fault::invalid_argument("device"));
    }
    Ok(())
}

fn net_config(
    call: &Call,
    asked: QueryNetConfig,
) -> Result<Option<Box<VirtualNicManagerNetConfig>>, Fault> {
    let snapshot = call.snapshot();
    let id = host_of(call)?;
    let host = snapshot.get::<HostSystem>(&id).ok_or_else(|| Fault::object_not_found(&id))?;
    let known = known_type(host, &asked.nic_type)?;
    Ok(Some(Box::new(host.server.network.net_config(known))))
}

fn not_found(what: &str) -> Fault {
    Fault::new(NotFound::default(), format!("'{what}' was not found."))
}

fn add_vnic(
    tx: &mut Transaction<'_>,
    host: &MoRef,
    port_group: &str,
    mut spec: HostVirtualNicSpec,
) -> Result<Str, Fault> {
    let number = tx.new_number();
    let network = &mut tx.edit::<HostSystem>(host)?.server.network;
    let name: Str = if port_group.is_empty() {
        spec.portgroup.clone().unwrap_or_default()
    } else {
        port_group.into()
    };
    if !network.port_groups.iter().any(|group| group.name == name) {
        return Err(not_found(&name));
    }
    if network.vnics.iter().any(|(_, other)| other.portgroup.as_ref() == Some(&name)) {
        return Err(Fault::new(AlreadyExists::default(), "The port group has an adapter already."));
    }
    let device = (0..).map(|index| Str::from(format!("vmk{index}")));
    let free = |device: &Str| !network.vnics.iter().any(|(name, _)| name == device);
    let device: Str = device.into_iter().find(free).unwrap_or_default();
    let [.., high, middle, low] = number.to_be_bytes();
    spec.portgroup = Some(name);
    spec.mac.get_or_insert_with(|| {
        format!("00:50:56:{:02x}:{middle:02x}:{low:02x}", 0x60 | (high & 0x0f)).into()
    });
    spec.mtu.get_or_insert(1500);
    spec.tso_enabled.get_or_insert(true);
    spec.net_stack_instance_key.get_or_insert_with(|| "defaultTcpipStack".into());
    network.vnics.push((device.clone(), spec));
    Ok(device)
}

fn update_vnic(
    tx: &mut Transaction<'_>,
    host: &MoRef,
    device: &str,
    change: &HostVirtualNicSpec,
) -> Result<(), Fault> {
    let network = &mut tx.edit::<HostSystem>(host)?.server.network;
    let stack = change.net_stack_instance_key.as_ref();
    let found = network.vnics.iter_mut().find(|(name, _)| name == device);
    let (_, spec) = found.ok_or_else(|| not_found(device))?;
    if stack.is_some() && stack != spec.net_stack_instance_key.as_ref() {
        return Err(Fault::invalid_argument("nic.netStackInstanceKey"));
    }
    *spec = overlaid(spec, change);
    Ok(())
}

fn remove_vnic(tx: &mut Transaction<'_>, host: &MoRef, device: &str) -> Result<(), Fault> {
    let network = &mut tx.edit::<HostSystem>(host)?.server.network;
    let management = network.selected("management");
    if management.len() == 1 && management[0] == device {
        return Err(Fault::new(ResourceInUse::default(), "The host is managed over this adapter."));
    }
    let before = network.vnics.len();
    network.vnics.retain(|(name, _)| name != device);
    if network.vnics.len() == before {
        return Err(not_found(device));
    }
    for selected in network.selected.values_mut() {
        selected.retain(|name| name != device);
    }
    Ok(())
}

fn add_port_group(
    tx: &mut Transaction<'_>,
    host: &MoRef,
    group: HostPortGroupSpec,
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
        let mut detail = AlreadyExists::default();
        detail.name = Some(group.name);
        return Err(Fault::new(detail, "The port group exists already."));
    }
    let id = ensure_network(tx, &folder, &group.name);
    let host = tx.edit::<HostSystem>(host)?;
    host.server.network.port_groups.push(group);
    host.networks.push(id);
    Ok(())
}

fn remove_port_group(tx: &mut Transaction<'_>, host: &MoRef, name: &str) -> Result<(), Fault> {
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
    let known = found.networks.clone();
    for id in known {
        if tx.name_of(&id).as_deref() == Some(name) {
            tx.edit::<HostSystem>(host)?.networks.retain(|other| *other != id);
            forget_unused(tx, &id);
        }
    }
    Ok(())
}
