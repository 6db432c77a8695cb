//! The network of a host as it is configured (`HostNetworkConfig`) and as its TCP/IP stacks run.
//!
//! Both say what `HostNetworkInfo` says, in other forms.

use vim25::types::{
    HostNetworkConfig, HostNetworkConfigNetStackSpec, HostPortGroupConfig,
    HostRuntimeInfoNetStackInstanceRuntimeInfo, HostRuntimeInfoNetworkRuntimeInfo,
    HostVirtualNicConfig, HostVirtualSwitchConfig, PhysicalNicConfig,
};

use super::network::HostNetwork;

/// The stack that a host always uses.
const DEFAULT_STACK: &str = "defaultTcpipStack";

impl HostNetwork {
    /// The configuration as `UpdateNetworkConfig` would take it.
    #[must_use]
    pub fn config(&self) -> HostNetworkConfig {
        let info = self.info();
        let switches = info.vswitch.into_iter().map(|switch| HostVirtualSwitchConfig {
            name: switch.name,
            spec: Some(Box::new(switch.spec)),
            ..Default::default()
        });
        let groups = info.portgroup.into_iter().map(|group| HostPortGroupConfig {
            spec: Some(Box::new(group.spec)),
            ..Default::default()
        });
        let pnics = info.pnic.into_iter().map(|pnic| PhysicalNicConfig {
            device: pnic.device,
            spec: pnic.spec,
            ..Default::default()
        });
        let vnics = info.vnic.into_iter().map(|vnic| HostVirtualNicConfig {
            device: Some(vnic.device),
            portgroup: vnic.portgroup,
            spec: Some(Box::new(vnic.spec)),
            ..Default::default()
        });
        let stacks = info.net_stack_instance.into_iter().map(|net_stack_instance| {
            HostNetworkConfigNetStackSpec { net_stack_instance, ..Default::default() }
        });
        HostNetworkConfig {
            vswitch: switches.collect(),
            portgroup: groups.collect(),
            pnic: pnics.collect(),
            vnic: vnics.collect(),
            dns_config: info.dns_config,
            ip_route_config: info.ip_route_config,
            ip_v6_enabled: info.ip_v6_enabled,
            net_stack_spec: stacks.collect(),
            ..Default::default()
        }
    }

    /// The stacks as they run: one that no adapter uses is inactive, save for the default one.
    #[must_use]
    pub fn runtime_info(&self) -> HostRuntimeInfoNetworkRuntimeInfo {
        let info = self.info();
        let stacks = info.net_stack_instance.into_iter().map(|stack| {
            let key = stack.key.unwrap_or_default();
            let uses = |own: &Option<vim25::Str>| own.as_deref().unwrap_or(DEFAULT_STACK) == key;
            let vnics = info.vnic.iter().filter(|vnic| uses(&vnic.spec.net_stack_instance_key));
            let vmknic_keys: Vec<_> = vnics.map(|vnic| vnic.key.clone()).collect();
            let is_active = !vmknic_keys.is_empty() || key == DEFAULT_STACK;
            HostRuntimeInfoNetStackInstanceRuntimeInfo {
                net_stack_instance_key: key,
                state: Some(if is_active { "active" } else { "inactive" }.into()),
                vmknic_keys,
                max_number_of_connections: stack.requested_max_number_of_connections,
                current_ip_v6_enabled: stack.ip_v6_enabled,
                ..Default::default()
            }
        });
        HostRuntimeInfoNetworkRuntimeInfo {
            net_stack_instance_runtime_info: stacks.collect(),
            ..Default::default()
        }
    }
}
