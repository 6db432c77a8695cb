//! `guest` of a VM: what VMware Tools tell of the system inside, worked out when read.

use std::net::Ipv4Addr;

use vim25::enums::{
    VirtualMachineToolsInstallType, VirtualMachineToolsRunningStatus, VirtualMachineToolsStatus,
    VirtualMachineToolsVersionStatus,
};
use vim25::types::{
    GuestDiskInfo, GuestInfo, GuestInfoVirtualDiskMapping, GuestNicInfo, GuestScreenInfo,
    GuestStackInfo, NetDnsConfigInfo, NetIpConfigInfo, NetIpConfigInfoIpAddress,
    NetIpRouteConfigInfo, NetIpRouteConfigInfoGateway, NetIpRouteConfigInfoIpRoute,
    VirtualEthernetCard, VirtualEthernetCardNetworkBackingInfo,
};
use vim25::{Str, WireEnum};

use crate::behaviour::network::Network;
use crate::guest::{Guest, GuestNetwork};
use crate::store::At;

use super::config::{self, TOOLS_VERSION};
use super::devices;
use super::object::VirtualMachine;

/// Network bits of the addresses that guests have of themselves.
const OWN_PREFIX: u32 = 16;

pub(super) fn guest(vm: &VirtualMachine, at: &At<'_>) -> GuestInfo {
    let own = at.get::<Guest>(&Guest::id_of(at.this()));
    // VMs whose guest nobody has talked to yet are simply up while they are on.
    let up = vm.is_on() && own.is_none_or(Guest::is_up);
    let told = GuestInfo {
        guest_id: Some(vm.guest_id.clone()),
        guest_family: Some("linuxGuest".into()),
        guest_full_name: Some(config::guest_full_name(vm)),
        guest_state: if up { "running" } else { "notRunning" }.into(),
        hw_version: Some(vm.version.clone()),
        guest_operations_ready: Some(up),
        interactive_guest_operations_ready: Some(false),
        guest_state_change_supported: Some(up),
        ..tools(vm, up)
    };
    if !up {
        return told;
    }
    let network = own.map_or_else(|| own_network(vm), |guest| guest.network.clone());
    let host_name = own.map_or_else(|| vm.entity.name.clone(), |guest| guest.host_name.clone());
    GuestInfo {
        ip_address: network.address.clone(),
        net: cards(vm, &network, at),
        ip_stack: vec![stack(&host_name, &network)],
        disk: vec![file_system(vm)],
        screen: Some(Box::new(GuestScreenInfo { width: 1024, height: 768, ..Default::default() })),
        host_name: Some(host_name),
        ..told
    }
}

/// Which VMware Tools there are, and whether they run.
fn tools(vm: &VirtualMachine, up: bool) -> GuestInfo {
    let installed = vm.tools_installed;
    let version = if installed {
        VirtualMachineToolsVersionStatus::GuestToolsUnmanaged
    } else {
        VirtualMachineToolsVersionStatus::GuestToolsNotInstalled
    };
    let running = if up {
        VirtualMachineToolsRunningStatus::GuestToolsRunning
    } else {
        VirtualMachineToolsRunningStatus::GuestToolsNotRunning
    };
    let kind = VirtualMachineToolsInstallType::GuestToolsTypeOpenVMTools;
    GuestInfo {
        tools_status: Some(match (up, installed) {
            (true, _) => VirtualMachineToolsStatus::ToolsOk,
            (false, true) => VirtualMachineToolsStatus::ToolsNotRunning,
            (false, false) => VirtualMachineToolsStatus::ToolsNotInstalled,
        }),
        tools_version_status: Some(version.as_str().into()),
        tools_version_status2: Some(version.as_str().into()),
        tools_running_status: Some(running.as_str().into()),
        tools_version: Some(if installed { TOOLS_VERSION.to_string() } else { "0".into() }.into()),
        tools_install_type: installed.then(|| kind.as_str().into()),
        ..Default::default()
    }
}

/// The network of a guest that nobody configured.
fn own_network(vm: &VirtualMachine) -> GuestNetwork {
    GuestNetwork { address: own_address(vm), ..Default::default() }
}

/// The address of a guest that nobody configured: it follows from the VM's first adapter.
#[must_use]
pub fn own_address(vm: &VirtualMachine) -> Option<Str> {
    let mac = devices::adapters(&vm.devices).next()?.mac_address.clone()?;
    let mut last = mac.rsplit(':').map(|pair| u8::from_str_radix(pair, 16).unwrap_or(0));
    let (low, middle) = (last.next()?, last.next()?);
    Some(format!("10.20.{middle}.{low}").into())
}

fn prefix(network: &GuestNetwork) -> u32 {
    let mask = network.netmask.parse::<Ipv4Addr>();
    mask.map_or(OWN_PREFIX, |mask| u32::from(mask).count_ones())
}

fn length(prefix: u32) -> i32 {
    i32::try_from(prefix).unwrap_or_default()
}

/// The adapters. A guest has one address, which is that of its first adapter.
fn cards(vm: &VirtualMachine, network: &GuestNetwork, at: &At<'_>) -> Vec<GuestNicInfo> {
    let mut address = network.address.as_ref();
    let card = |card: &VirtualEthernetCard| {
        let address = address.take();
        let config = address.map(|address| NetIpConfigInfo {
            ip_address: vec![NetIpConfigInfoIpAddress {
                ip_address: address.clone(),
                prefix_length: length(prefix(network)),
                state: Some("preferred".into()),
                ..Default::default()
            }],
            ..Default::default()
        });
        GuestNicInfo {
            network: network_name(card, at),
            ip_address: address.into_iter().cloned().collect(),
            mac_address: card.mac_address.clone(),
            connected: card.connectable.as_ref().is_some_and(|state| state.connected),
            device_config_id: card.key,
            ip_config: config.map(Box::new),
            ..Default::default()
        }
    };
    devices::adapters(&vm.devices).map(card).collect()
}

fn network_name(card: &VirtualEthernetCard, at: &At<'_>) -> Option<Str> {
    let backing = card.backing.as_ref()?;
    let backing = backing.downcast_ref::<VirtualEthernetCardNetworkBackingInfo>()?;
    let network = backing.network.as_ref().and_then(|network| at.get::<Network>(network));
    Some(network.map_or_else(|| backing.device_name.clone(), |it| it.entity.name.clone()))
}

/// Names and routes of the guest's only IP stack.
fn stack(host_name: &str, network: &GuestNetwork) -> GuestStackInfo {
    let (host, domain) = host_name.split_once('.').unwrap_or((host_name, ""));
    let address = network.address.as_deref().and_then(|address| address.parse::<Ipv4Addr>().ok());
    let prefix = prefix(network);
    let route = |to: Ipv4Addr, prefix: u32, gateway: Option<&Str>| NetIpRouteConfigInfoIpRoute {
        network: to.to_string().into(),
        prefix_length: length(prefix),
        gateway: NetIpRouteConfigInfoGateway {
            ip_address: gateway.cloned(),
            device: Some("0".into()),
            ..Default::default()
        },
        ..Default::default()
    };
    let gateway = Some(&network.gateway).filter(|gateway| !gateway.is_empty());
    let out = gateway.map(|gateway| route(Ipv4Addr::UNSPECIFIED, 0, Some(gateway)));
    let near = address.map(|address| {
        let mask = u32::MAX.checked_shl(32 - prefix).unwrap_or(0);
        route(Ipv4Addr::from(u32::from(address) & mask), prefix, None)
    });
    let routes = NetIpRouteConfigInfo {
        ip_route: out.filter(|_| near.is_some()).into_iter().chain(near.clone()).collect(),
        ..Default::default()
    };
    GuestStackInfo {
        dns_config: Some(Box::new(NetDnsConfigInfo {
            host_name: host.into(),
            domain_name: domain.into(),
            ..Default::default()
        })),
        ip_route_config: near.map(|_| Box::new(routes)),
        ..Default::default()
    }
}

/// The guest's only file system: it takes up all disks and is filled to a half, as thin disks are.
fn file_system(vm: &VirtualMachine) -> GuestDiskInfo {
    let bytes = devices::disks(&vm.devices).map(|disk| disk.capacity_in_kb * 1024);
    let capacity = bytes.fold(0, i64::saturating_add);
    let mapping = |key| GuestInfoVirtualDiskMapping { key, ..Default::default() };
    GuestDiskInfo {
        disk_path: Some("/".into()),
        capacity: Some(capacity),
        free_space: Some(capacity / 2),
        filesystem_type: Some("ext4".into()),
        mappings: devices::disks(&vm.devices).map(|disk| mapping(disk.key)).collect(),
        ..Default::default()
    }
}
