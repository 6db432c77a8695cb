//! Many network settings at once, names and routes: `UpdateNetworkConfig`, `UpdateDnsConfig`,
//! `UpdateIpRouteConfig`.

use vim25::MoRef;
use vim25::methods::{QueryNetworkHint, UpdateDnsConfig, UpdateIpRouteConfig, UpdateNetworkConfig};
use vim25::types::{
    HostDnsConfig, HostIpRouteConfig, HostNetworkConfig, HostNetworkConfigResult,
    HostPortGroupConfig, HostVirtualNicConfig, HostVirtualSwitchConfig, PhysicalNicHintInfo,
};

use crate::behaviour::host_system::{HostSystem, host_of};
use crate::dispatch::{Call, Dispatch};
use crate::fault::Fault;
use crate::store::Transaction;

use super::adapters::{add_vnic, remove_vnic, update_vnic};
use super::port_groups::{add_port_group, remove_port_group};
use super::{port_groups, switches};

pub(super) fn register(dispatch: &mut Dispatch) {
    dispatch.add::<UpdateNetworkConfig>(|call, asked| {
        if asked.change_mode != "modify" {
            return Err(Fault::not_supported("Only changes of mode 'modify' are supported."));
        }
        let host = host_of(call)?;
        call.commit(|tx| change_all(tx, &host, asked.config))
    });
    dispatch.add::<UpdateDnsConfig>(|call, asked| {
        let host = host_of(call)?;
        call.commit(|tx| set_dns(tx, &host, &asked.config))
    });
    dispatch.add::<UpdateIpRouteConfig>(|call, asked| {
        let host = host_of(call)?;
        call.commit(|tx| set_routes(tx, &host, &asked.config))
    });
    dispatch.add::<QueryNetworkHint>(hints);
}

fn set_dns(tx: &mut Transaction<'_>, host: &MoRef, dns: &HostDnsConfig) -> Result<(), Fault> {
    if dns.host_name.is_empty() {
        return Err(Fault::invalid_argument("config.hostName"));
    }
    let network = &mut tx.edit::<HostSystem>(host)?.server.network;
    network.host_name = dns.host_name.clone();
    network.domain = dns.domain_name.clone();
    network.name_servers.clone_from(&dns.address);
    network.search_domains.clone_from(&dns.search_domain);
    Ok(())
}

fn set_routes(
    tx: &mut Transaction<'_>,
    host: &MoRef,
    routes: &HostIpRouteConfig,
) -> Result<(), Fault> {
    let gateway = routes.default_gateway.clone().unwrap_or_default();
    tx.edit::<HostSystem>(host)?.server.network.gateway = gateway;
    Ok(())
}

fn change_all(
    tx: &mut Transaction<'_>,
    host: &MoRef,
    config: HostNetworkConfig,
) -> Result<HostNetworkConfigResult, Fault> {
    for switch in config.vswitch {
        change_switch(tx, host, &switch)?;
    }
    for group in config.portgroup {
        change_port_group(tx, host, group)?;
    }
    let mut result = HostNetworkConfigResult::default();
    for vnic in config.vnic {
        change_vnic(tx, host, vnic, &mut result)?;
    }
    if let Some(dns) = &config.dns_config {
        set_dns(tx, host, dns)?;
    }
    if let Some(routes) = &config.ip_route_config {
        set_routes(tx, host, routes)?;
    }
    Ok(result)
}

fn bad_operation() -> Fault {
    Fault::invalid_argument("config.changeOperation")
}

fn change_switch(
    tx: &mut Transaction<'_>,
    host: &MoRef,
    asked: &HostVirtualSwitchConfig,
) -> Result<(), Fault> {
    match (asked.change_operation.as_deref(), &asked.spec) {
        (Some("add"), spec) => switches::add(tx, host, &asked.name, spec.as_deref()),
        (Some("edit"), Some(spec)) => switches::update(tx, host, &asked.name, spec),
        (Some("remove"), _) => switches::remove(tx, host, &asked.name),
        _ => Err(bad_operation()),
    }
}

fn change_port_group(
    tx: &mut Transaction<'_>,
    host: &MoRef,
    asked: HostPortGroupConfig,
) -> Result<(), Fault> {
    let spec = *asked.spec.ok_or_else(bad_operation)?;
    match asked.change_operation.as_deref() {
        Some("add") => add_port_group(tx, host, spec),
        Some("edit") => port_groups::update(tx, host, &spec.name.clone(), spec),
        Some("remove") => remove_port_group(tx, host, &spec.name),
        _ => Err(bad_operation()),
    }
}

fn change_vnic(
    tx: &mut Transaction<'_>,
    host: &MoRef,
    asked: HostVirtualNicConfig,
    result: &mut HostNetworkConfigResult,
) -> Result<(), Fault> {
    match (asked.change_operation.as_deref(), asked.device, asked.spec) {
        (Some("add"), _, Some(spec)) => {
            result.vnic_device.push(add_vnic(tx, host, &asked.portgroup, *spec)?);
            Ok(())
        }
        (Some("edit"), Some(device), Some(spec)) => update_vnic(tx, host, &device, &spec),
        (Some("remove"), Some(device), _) => remove_vnic(tx, host, &device),
        _ => Err(bad_operation()),
    }
}

/// What physical adapters hear of the networks around them: nothing, in a lab.
fn hints(call: &Call, asked: QueryNetworkHint) -> Result<Vec<PhysicalNicHintInfo>, Fault> {
    let id = host_of(call)?;
    let snapshot = call.snapshot();
    let host = snapshot.get::<HostSystem>(&id).ok_or_else(|| Fault::object_not_found(&id))?;
    let wanted = host
        .server
        .network
        .pnics
        .iter()
        .filter(|pnic| asked.device.is_empty() || asked.device.contains(&pnic.device));
    let hint = |device| PhysicalNicHintInfo { device, ..Default::default() };
    Ok(wanted.map(|pnic| hint(pnic.device.clone())).collect())
}
