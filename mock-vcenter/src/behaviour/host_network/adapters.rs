//! VMkernel adapters and what they are used for.

use vim25::methods::QueryNetConfig;
use vim25::object::overlaid;
use vim25::types::{AlreadyExists, HostVirtualNicSpec, ResourceInUse, VirtualNicManagerNetConfig};
use vim25::{MoRef, Str};

use crate::behaviour::host_system::{HostSystem, host_of};
use crate::behaviour::server::network::{is_multi_select, nic_types};
use crate::dispatch::Call;
use crate::fault::Fault;
use crate::store::Transaction;

use super::methods::not_found;

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

/// Takes the service off an adapter, or off all.
///
/// # Errors
/// `InvalidArgument` when it is not selected or the service is unknown.
pub fn deselect(
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

pub(super) fn net_config(
    call: &Call,
    asked: QueryNetConfig,
) -> Result<Option<Box<VirtualNicManagerNetConfig>>, Fault> {
    let snapshot = call.snapshot();
    let id = host_of(call)?;
    let host = snapshot.get::<HostSystem>(&id).ok_or_else(|| Fault::object_not_found(&id))?;
    let known = known_type(host, &asked.nic_type)?;
    Ok(Some(Box::new(host.server.network.net_config(known))))
}

pub(super) fn add_vnic(
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

pub(super) fn update_vnic(
    tx: &mut Transaction<'_>,
    host: &MoRef,
    device: &str,
    change: &HostVirtualNicSpec,
) -> Result<(), Fault> {
    let network = &mut tx.edit::<HostSystem>(host)?.server.network;
    let stack = change.net_stack_instance_key.as_ref();
    let groups: Vec<_> = network.port_groups.iter().map(|group| &group.name).collect();
    let found = network.vnics.iter_mut().find(|(name, _)| name == device);
    let (_, spec) = found.ok_or_else(|| not_found(device))?;
    if stack.is_some() && stack != spec.net_stack_instance_key.as_ref() {
        return Err(Fault::invalid_argument("nic.netStackInstanceKey"));
    }
    if let Some(group) = change.portgroup.as_ref().filter(|group| !groups.contains(group)) {
        return Err(not_found(group));
    }
    *spec = overlaid(spec, change);
    Ok(())
}

pub(super) fn remove_vnic(
    tx: &mut Transaction<'_>,
    host: &MoRef,
    device: &str,
) -> Result<(), Fault> {
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
