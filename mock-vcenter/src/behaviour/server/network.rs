//! The network of a host: [`HostNetwork`], the one source of `config.network`, `networkInfo` and every list of
//! VMkernel adapters by their use.

use std::collections::BTreeMap;

use vim25::object::overlaid;
use vim25::types::{
    HostDnsConfig, HostIpConfig, HostIpRouteConfig, HostNetStackInstance, HostNetworkInfo,
    HostNetworkPolicy, HostPortGroup, HostPortGroupSpec, HostVirtualNic, HostVirtualNicManagerInfo,
    HostVirtualNicSpec, HostVirtualSwitch, HostVirtualSwitchBondBridge, HostVirtualSwitchSpec,
    PhysicalNic, PhysicalNicLinkInfo, VirtualNicManagerNetConfig,
};
use vim25::{Poly, Str, Version};

use crate::product::Product;

use super::policy;

/// A physical adapter.
#[derive(Clone, Debug, PartialEq)]
pub struct Pnic {
    /// Such as `vmnic0`.
    pub device: Str,
    /// Hardware address.
    pub mac: Str,
    /// Link speed in Mb/s; 0 without link.
    pub speed: i32,
}

/// A virtual switch.
#[derive(Clone, Debug, PartialEq)]
pub struct VirtualSwitch {
    /// Such as `vSwitch0`.
    pub name: Str,
    /// Its uplinks.
    pub pnics: Vec<Str>,
    /// Largest frame in bytes.
    pub mtu: i32,
    /// What holds for port groups that say nothing else.
    pub policy: HostNetworkPolicy,
}

impl VirtualSwitch {
    /// A switch over these adapters, all of them active.
    #[must_use]
    pub fn new(name: &str, pnics: Vec<Str>) -> Self {
        Self { name: name.into(), policy: policy::of_switch(&pnics), pnics, mtu: 1500 }
    }
}

/// A host's network.
#[derive(Clone, Debug, PartialEq)]
pub struct HostNetwork {
    /// Name without domain.
    pub host_name: Str,
    /// Domain.
    pub domain: Str,
    /// Default gateway.
    pub gateway: Str,
    /// Name servers.
    pub name_servers: Vec<Str>,
    /// Domains that short names are looked up in.
    pub search_domains: Vec<Str>,
    /// Physical adapters.
    pub pnics: Vec<Pnic>,
    /// Switches.
    pub switches: Vec<VirtualSwitch>,
    /// Port groups.
    pub port_groups: Vec<HostPortGroupSpec>,
    /// VMkernel adapters: device and what it is made of.
    pub vnics: Vec<(Str, HostVirtualNicSpec)>,
    /// Type of use to the devices selected for it.
    pub selected: BTreeMap<&'static str, Vec<Str>>,
}

/// Types of use of a VMkernel adapter and the first API version that has them.
pub const NIC_TYPES: &[(&str, &str)] = &[
    ("faultToleranceLogging", "4.0"),
    ("management", "4.0"),
    ("nvmeRdma", "7.0.3.0"),
    ("nvmeTcp", "7.0.3.0"),
    ("ptp", "7.0.3.0"),
    ("vmotion", "4.0"),
    ("vSphereBackupNFC", "7.0.0.0"),
    ("vSphereProvisioning", "6.0"),
    ("vSphereReplication", "5.1"),
    ("vSphereReplicationNFC", "6.0"),
    ("vsan", "5.5"),
    ("vsanWitness", "6.5"),
];

/// The types of use that a host of this release has.
pub fn nic_types(product: Product) -> impl Iterator<Item = &'static str> {
    NIC_TYPES.iter().filter_map(move |(name, since)| {
        let known = Version::parse(since).is_some_and(|since| product.api().knows(since));
        known.then_some(*name)
    })
}

impl HostNetwork {
    /// The devices selected for a use.
    #[must_use]
    pub fn selected(&self, nic_type: &str) -> &[Str] {
        self.selected.get(nic_type).map_or(&[], Vec::as_slice)
    }

    /// The speed of the fastest uplink behind the adapters selected for a use, in Mb/s.
    #[must_use]
    pub fn speed_of(&self, nic_type: &str) -> i32 {
        let speeds = self.selected(nic_type).iter().filter_map(|device| {
            let (_, spec) = self.vnics.iter().find(|(name, _)| name == device)?;
            let group = self
                .port_groups
                .iter()
                .find(|group| Some(&group.name) == spec.portgroup.as_ref())?;
            let switch = self.switches.iter().find(|switch| switch.name == group.vswitch_name)?;
            self.pnics
                .iter()
                .filter(|pnic| switch.pnics.contains(&pnic.device))
                .map(|pnic| pnic.speed)
                .max()
        });
        speeds.max().unwrap_or(0)
    }

    /// `HostNetworkInfo` as the API shows it.
    #[must_use]
    pub fn info(&self) -> HostNetworkInfo {
        let routes =
            HostIpRouteConfig { default_gateway: Some(self.gateway.clone()), ..Default::default() };
        HostNetworkInfo {
            vswitch: self.switches.iter().map(|switch| self.switch_info(switch)).collect(),
            portgroup: self.port_groups.iter().map(|group| self.port_group_info(group)).collect(),
            pnic: self.pnics.iter().map(pnic_info).collect(),
            vnic: self.vnics.iter().map(|vnic| vnic_info(vnic, "")).collect(),
            dns_config: Some(Poly::new(self.dns())),
            ip_route_config: Some(Poly::new(routes.clone())),
            ip_v6_enabled: Some(false),
            at_boot_ip_v6_enabled: Some(false),
            net_stack_instance: self.stacks(&routes),
            ..Default::default()
        }
    }

    /// The TCP/IP stacks; all but one are there to be used when somebody asks for them.
    fn stacks(&self, routes: &HostIpRouteConfig) -> Vec<HostNetStackInstance> {
        let stack = |key: &str| HostNetStackInstance {
            key: Some(key.into()),
            dns_config: Some(Poly::new(HostDnsConfig::default())),
            ip_route_config: Some(Poly::new(HostIpRouteConfig::default())),
            requested_max_number_of_connections: Some(11000),
            congestion_control_algorithm: Some("newreno".into()),
            ip_v6_enabled: Some(false),
            ..Default::default()
        };
        let default = HostNetStackInstance {
            name: Some("defaultTcpipStack".into()),
            dns_config: Some(Poly::new(self.dns())),
            ip_route_config: Some(Poly::new(routes.clone())),
            ..stack("defaultTcpipStack")
        };
        let others = ["ops", "mirror", "vSphereProvisioning", "vmotion"].map(stack);
        others.into_iter().chain([default]).collect()
    }

    /// DNS settings as the API shows them.
    #[must_use]
    pub fn dns(&self) -> HostDnsConfig {
        HostDnsConfig {
            host_name: self.host_name.clone(),
            domain_name: self.domain.clone(),
            address: self.name_servers.clone(),
            search_domain: self.search_domains.clone(),
            ..Default::default()
        }
    }

    /// Every type of use with its candidates and selection.
    #[must_use]
    pub fn nic_manager_info(&self, product: Product) -> HostVirtualNicManagerInfo {
        let net_config = nic_types(product).map(|nic_type| self.net_config(nic_type)).collect();
        HostVirtualNicManagerInfo { net_config, ..Default::default() }
    }

    /// One type of use with its candidates and selection.
    #[must_use]
    pub fn net_config(&self, nic_type: &str) -> VirtualNicManagerNetConfig {
        let prefix = format!("{nic_type}.");
        let selected = self.selected(nic_type).iter();
        VirtualNicManagerNetConfig {
            nic_type: nic_type.into(),
            multi_select_allowed: is_multi_select(nic_type),
            candidate_vnic: self.vnics.iter().map(|vnic| vnic_info(vnic, &prefix)).collect(),
            selected_vnic: selected.map(|device| vnic_key(device, &prefix)).collect(),
            ..Default::default()
        }
    }

    fn port_group_info(&self, group: &HostPortGroupSpec) -> HostPortGroup {
        let switch = self.switches.iter().find(|switch| switch.name == group.vswitch_name);
        let inherited = switch.map(|switch| switch.policy.clone()).unwrap_or_default();
        HostPortGroup {
            key: Some(port_group_key(&group.name)),
            vswitch: Some(format!("key-vim.host.VirtualSwitch-{}", group.vswitch_name).into()),
            computed_policy: overlaid(&inherited, &group.policy),
            spec: group.clone(),
            ..Default::default()
        }
    }

    fn switch_info(&self, switch: &VirtualSwitch) -> HostVirtualSwitch {
        let groups = self.port_groups.iter().filter(|group| group.vswitch_name == switch.name);
        let bridge = HostVirtualSwitchBondBridge {
            nic_device: switch.pnics.clone(),
            link_discovery_protocol_config: Some(Box::new(policy::link_discovery())),
            ..Default::default()
        };
        HostVirtualSwitch {
            name: switch.name.clone(),
            key: format!("key-vim.host.VirtualSwitch-{}", switch.name).into(),
            num_ports: 2560,
            num_ports_available: 2540,
            mtu: Some(switch.mtu),
            portgroup: groups.map(|group| port_group_key(&group.name)).collect(),
            pnic: switch.pnics.iter().map(|device| pnic_key(device)).collect(),
            spec: HostVirtualSwitchSpec {
                num_ports: 128,
                bridge: (!switch.pnics.is_empty()).then(|| Poly::new(bridge)),
                policy: Some(Box::new(switch.policy.clone())),
                mtu: Some(switch.mtu),
                ..Default::default()
            },
            ..Default::default()
        }
    }
}

/// Whether several adapters may be selected for a use at a time.
#[must_use]
pub fn is_multi_select(nic_type: &str) -> bool {
    nic_type != "ptp"
}

fn pnic_info(pnic: &Pnic) -> PhysicalNic {
    let link = PhysicalNicLinkInfo { speed_mb: pnic.speed, duplex: true, ..Default::default() };
    let number = pnic.device.trim_start_matches("vmnic");
    PhysicalNic {
        key: Some(pnic_key(&pnic.device)),
        device: pnic.device.clone(),
        pci: format!("0000:05:00.{number}").into(),
        driver: Some("ixgben".into()),
        link_speed: (pnic.speed > 0).then(|| Box::new(link.clone())),
        valid_link_specification: vec![link],
        mac: pnic.mac.clone(),
        wake_on_lan_supported: true,
        auto_negotiate_supported: Some(true),
        ..Default::default()
    }
}

fn vnic_info((device, spec): &(Str, HostVirtualNicSpec), prefix: &str) -> HostVirtualNic {
    HostVirtualNic {
        device: device.clone(),
        key: vnic_key(device, prefix),
        portgroup: spec.portgroup.clone().unwrap_or_default(),
        spec: spec.clone(),
        ..Default::default()
    }
}

fn vnic_key(device: &str, prefix: &str) -> Str {
    format!("{prefix}key-vim.host.VirtualNic-{device}").into()
}

fn pnic_key(device: &str) -> Str {
    format!("key-vim.host.PhysicalNic-{device}").into()
}

fn port_group_key(name: &str) -> Str {
    format!("key-vim.host.PortGroup-{name}").into()
}

/// The spec of an adapter with a fixed address.
#[must_use]
pub fn vnic_spec(port_group: &str, address: &str, mask: &str, mac: &str) -> HostVirtualNicSpec {
    let ip = HostIpConfig {
        dhcp: false,
        ip_address: Some(address.into()),
        subnet_mask: Some(mask.into()),
        ..Default::default()
    };
    HostVirtualNicSpec {
        ip: Some(Box::new(ip)),
        mac: Some(mac.into()),
        portgroup: Some(port_group.into()),
        mtu: Some(1500),
        tso_enabled: Some(true),
        net_stack_instance_key: Some("defaultTcpipStack".into()),
        system_owned: Some(false),
        ..Default::default()
    }
}

/// The spec of a port group without policies of its own.
#[must_use]
pub fn port_group(name: &str, switch: &str, vlan: i32) -> HostPortGroupSpec {
    HostPortGroupSpec {
        name: name.into(),
        vlan_id: vlan,
        vswitch_name: switch.into(),
        policy: policy::of_port_group(),
        ..Default::default()
    }
}
