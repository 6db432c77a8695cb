//! Switches and port groups of a host.

use vim25::methods::{
    self, AddPortGroup, AddVirtualSwitch, RemoveVirtualSwitch, UpdatePortGroup, UpdateVirtualSwitch,
};
use vim25::types::{
    HostDnsConfig, HostNetworkConfig, HostNetworkInfo, HostPortGroup, HostPortGroupConfig,
    HostVirtualSwitchBondBridge, HostVirtualSwitchConfig, HostVirtualSwitchSpec,
};
use vim25::{Method, MoRef, Poly};

use crate::behaviour::server::network::port_group;
use crate::testing::{Rig, fault_type};

struct Network {
    rig: Rig,
    this: MoRef,
}

impl Network {
    async fn of(model: &str) -> Self {
        let rig = Rig::logged_in(model).await;
        let this = rig.first("HostNetworkSystem");
        Self { rig, this }
    }

    async fn call<M: Method>(&self, asked: M) -> String {
        fault_type(self.rig.call(asked).await)
    }

    async fn info(&self) -> HostNetworkInfo {
        let info = self.rig.fetch(&self.this, "networkInfo").await.unwrap();
        info.as_object::<HostNetworkInfo>().unwrap().clone()
    }

    async fn group(&self, name: &str) -> Option<HostPortGroup> {
        self.info().await.portgroup.into_iter().find(|group| group.spec.name == name)
    }

    /// Names of the networks in the inventory.
    async fn networks(&self) -> Vec<String> {
        let host = self.rig.first("HostSystem");
        let mut names = Vec::new();
        for network in self.rig.fetch(&host, "network").await.unwrap().items() {
            let name = self.rig.fetch(network.as_moref().unwrap(), "name").await.unwrap();
            names.push(name.as_str().unwrap().to_owned());
        }
        names.sort();
        names
    }
}

fn over(pnics: &[&str]) -> HostVirtualSwitchSpec {
    let bridge = HostVirtualSwitchBondBridge {
        nic_device: pnics.iter().map(|name| (*name).into()).collect(),
        ..Default::default()
    };
    HostVirtualSwitchSpec { num_ports: 128, bridge: Some(Poly::new(bridge)), ..Default::default() }
}

#[tokio::test]
async fn a_port_group_says_only_what_differs_from_its_switch() {
    let network = Network::of("esxi").await;
    let mut spec = port_group("FT", "vSwitch0", 20);
    spec.policy = vim25::types::HostNetworkPolicy::default();
    let this = network.this.clone();
    let asked = AddPortGroup { this: this.clone(), portgrp: spec, ..Default::default() };
    assert_eq!(network.call(asked).await, "no fault");
    let mut group = network.group("FT").await.unwrap();
    let own = group.spec.policy.security.clone().unwrap();
    assert_eq!(own.allow_promiscuous, None);
    let computed = group.computed_policy.security.clone().unwrap();
    assert_eq!(computed.allow_promiscuous, Some(false));

    group.spec.policy.security.as_mut().unwrap().allow_promiscuous = Some(true);
    group.spec.name = "Logging".into();
    let asked = UpdatePortGroup {
        this: this.clone(),
        pg_name: "FT".into(),
        portgrp: group.spec,
        ..Default::default()
    };
    assert_eq!(network.call(asked.clone()).await, "no fault");
    assert_eq!(network.networks().await, ["Logging", "VM Network"]);
    let computed = network.group("Logging").await.unwrap().computed_policy;
    assert_eq!(computed.security.unwrap().allow_promiscuous, Some(true));
    assert_eq!(network.call(asked.clone()).await, "NotFound", "it has another name by now");
    let portgrp = port_group("VM Network", "vSwitch0", 1);
    let asked = UpdatePortGroup { pg_name: "Logging".into(), portgrp, ..asked };
    assert_eq!(network.call(asked).await, "AlreadyExists");
}

#[tokio::test]
async fn networks_of_a_host_by_itself_are_called_after_their_names() {
    let network = Network::of("esxi").await;
    assert_eq!(network.rig.first("Network").value, "HaNetwork-VM Network");
}

#[tokio::test]
async fn switches_come_change_and_go() {
    let network = Network::of("ft-ready").await;
    let this = network.this.clone();
    let add = |name: &str, spec| AddVirtualSwitch {
        this: this.clone(),
        vswitch_name: name.into(),
        spec: Some(Box::new(spec)),
        ..Default::default()
    };
    for (asked, fault) in [
        (add("vSwitch0", over(&[])), "AlreadyExists"),
        (add("vSwitch1", over(&["vmnic0"])), "ResourceInUse"),
        (add("vSwitch1", over(&["vmnic9"])), "InvalidArgument"),
        (add(&"x".repeat(33), over(&[])), "InvalidArgument"),
        (add("vSwitch1", over(&["vmnic1"])), "no fault"),
    ] {
        assert_eq!(network.call(asked).await, fault);
    }
    let asked = UpdateVirtualSwitch {
        this: this.clone(),
        vswitch_name: "vSwitch1".into(),
        spec: HostVirtualSwitchSpec { mtu: Some(9000), ..over(&["vmnic1"]) },
        ..Default::default()
    };
    assert_eq!(network.call(asked).await, "no fault");
    let switches = network.info().await.vswitch;
    assert_eq!((switches.len(), switches[1].mtu), (2, Some(9000)));
    let remove = |name: &str| RemoveVirtualSwitch {
        this: this.clone(),
        vswitch_name: name.into(),
        ..Default::default()
    };
    assert_eq!(network.call(remove("vSwitch0")).await, "ResourceInUse", "vmk0 is on it");
    assert_eq!(network.call(remove("vSwitch1")).await, "no fault");
    assert_eq!(network.call(remove("vSwitch1")).await, "NotFound");
}

#[tokio::test]
async fn many_settings_take_effect_together_or_not_at_all() {
    let network = Network::of("esxi").await;
    let switch = HostVirtualSwitchConfig {
        change_operation: Some("add".into()),
        name: "vSwitch1".into(),
        ..Default::default()
    };
    let group = |switch: &str| HostPortGroupConfig {
        change_operation: Some("add".into()),
        spec: Some(Box::new(port_group("FT", switch, 20))),
        ..Default::default()
    };
    let dns = HostDnsConfig { host_name: "esx".into(), ..Default::default() };
    let asked = |group: HostPortGroupConfig| methods::UpdateNetworkConfig {
        this: network.this.clone(),
        config: HostNetworkConfig {
            vswitch: vec![switch.clone()],
            portgroup: vec![group],
            dns_config: Some(Poly::new(dns.clone())),
            ..Default::default()
        },
        change_mode: "modify".into(),
        ..Default::default()
    };
    assert_eq!(network.call(asked(group("vSwitch7"))).await, "NotFound");
    assert_eq!(network.info().await.vswitch.len(), 1);
    assert_eq!(network.call(asked(group("vSwitch1"))).await, "no fault");
    let info = network.info().await;
    assert_eq!(info.vswitch[1].portgroup, ["key-vim.host.PortGroup-FT"]);
    assert_eq!(info.dns_config.unwrap().host_name, "esx");
}
