//! The managers of a host: objects of their own on the wire, views of one `HostSystem` here.
//!
//! [`HostPart`] keeps nothing but whose part it is. `configManager` lists exactly the parts that exist.

use vim25::types::{
    AutoStartDefaults, HostAutoStartManagerConfig, HostConfigManager,
    HostDatastoreSystemCapabilities,
};
use vim25::{MoRef, Value};

use crate::behaviour::datastore::{DatastoreBrowser, browser_id};
use crate::behaviour::extensible::extensible;
use crate::behaviour::host_settings::is_managed;
use crate::product::{Product, Role};
use crate::store::{At, ManagedObject, Property, Transaction};

use super::config;
use super::object::HostSystem;

type Place = fn(&mut HostConfigManager) -> &mut Option<MoRef>;

/// Managed type, id of it on a host by itself (on vCenter the host's number follows) and place in the list.
const PARTS: &[(&str, &str, Place)] = &[
    ("HostAccessManager", "hostAccessManager", |m| &mut m.host_access_manager),
    ("HostAutoStartManager", "autoStartManager", |m| &mut m.auto_start_manager),
    ("HostDatastoreSystem", "datastoreSystem", |m| &mut m.datastore_system),
    ("HostDateTimeSystem", "dateTimeSystem", |m| &mut m.date_time_system),
    ("HostFirewallSystem", "firewallSystem", |m| &mut m.firewall_system),
    ("HostNetworkSystem", "networkSystem", |m| &mut m.network_system),
    ("HostServiceSystem", "serviceSystem", |m| &mut m.service_system),
    ("HostVMotionSystem", "vmotionSystem", |m| &mut m.vmotion_system),
    ("HostVirtualNicManager", "virtualNicManager", |m| &mut m.virtual_nic_manager),
];

/// A manager of a host.
#[derive(Clone)]
pub struct HostPart {
    kind: &'static str,
    /// The host.
    pub host: MoRef,
}

impl ManagedObject for HostPart {
    fn kind(&self) -> &'static str {
        self.kind
    }

    fn property<'a>(&'a self, name: &str, at: &At<'a>) -> Option<Property<'a>> {
        let host = at.get::<HostSystem>(&self.host)?;
        let (server, network) = (&host.server, &host.server.network);
        match (self.kind, name) {
            ("HostVirtualNicManager", "info") => {
                Property::object(network.nic_manager_info(server.product))
            }
            ("HostNetworkSystem", "networkInfo") => Property::object(network.info()),
            ("HostNetworkSystem", "networkConfig") => Property::object(network.config()),
            ("HostNetworkSystem", "dnsConfig") => Property::object(network.dns()),
            ("HostNetworkSystem", "ipRouteConfig") => {
                let routes = network.info().ip_route_config?;
                Property::of(Value::Object(routes.into_box()))
            }
            ("HostVMotionSystem", "netConfig") => {
                Property::object(config::vmotion_net_config(server))
            }
            ("HostAccessManager", "lockdownMode") => {
                Property::of(Value::constant(&server.lockdown))
            }
            ("HostAutoStartManager", "config") => Property::object(auto_start()),
            ("HostFirewallSystem", "firewallInfo") => Property::object(server.firewall.info()),
            ("HostServiceSystem", "serviceInfo") => {
                Property::object(server.services.info(is_managed(host)))
            }
            ("HostDatastoreSystem", "datastore") => Property::refs(&host.datastores),
            ("HostDatastoreSystem", "capabilities") => {
                Property::object(HostDatastoreSystemCapabilities {
                    nfs_mount_creation_supported: true,
                    vmfs_extent_expansion_supported: true,
                    ..Default::default()
                })
            }
            ("HostDateTimeSystem", "dateTimeInfo") => {
                Property::object(config::date_time_info(server, at))
            }
            ("OptionManager", "setting") => {
                let options = server.options.values().into_iter();
                let values = options.map(|option| Value::Object(option.into_box()));
                Property::of(Value::array_of("OptionValue", values))
            }
            ("OptionManager", "supportedOption") => {
                let definitions = server.options.definitions().into_iter().map(Value::object);
                Property::of(Value::array_of("OptionDef", definitions))
            }
            _ => extensible(name),
        }
    }
}

/// No VM is started with a host, which is so until somebody says otherwise.
pub(super) fn auto_start() -> HostAutoStartManagerConfig {
    let defaults = AutoStartDefaults {
        enabled: Some(false),
        start_delay: Some(120),
        stop_delay: Some(120),
        wait_for_heartbeat: Some(false),
        stop_action: Some("PowerOff".into()),
        ..Default::default()
    };
    HostAutoStartManagerConfig { defaults: Some(Box::new(defaults)), ..Default::default() }
}

fn part_id(product: Product, kind: &str, id: &str, host: &MoRef) -> MoRef {
    match product.role() {
        Role::Esxi => MoRef::new(kind, id),
        Role::Vcenter => {
            MoRef::new(kind, format!("{id}-{}", host.value.trim_start_matches("host-")))
        }
    }
}

/// Where the host's advanced options are.
#[must_use]
pub fn option_manager_id(product: Product, host: &MoRef) -> MoRef {
    let id = product.id("EsxHostAdvSettings", "ha-adv-options");
    part_id(product, "OptionManager", id, host)
}

/// Adds the managers of a host.
pub fn add_parts(tx: &mut Transaction<'_>, product: Product, host: &MoRef) {
    for (kind, id, _) in PARTS {
        tx.insert(part_id(product, kind, id, host), HostPart { kind, host: host.clone() });
    }
    let options = HostPart { kind: "OptionManager", host: host.clone() };
    tx.insert(option_manager_id(product, host), options);
    tx.insert(browser_id(host), DatastoreBrowser(host.clone()));
}

/// Takes the managers of a host away.
pub fn remove_parts(tx: &mut Transaction<'_>, product: Product, host: &MoRef) {
    for (kind, id, _) in PARTS {
        tx.remove(&part_id(product, kind, id, host));
    }
    tx.remove(&option_manager_id(product, host));
    tx.remove(&browser_id(host));
}

pub(super) fn config_manager(product: Product, at: &At<'_>) -> HostConfigManager {
    let mut manager = HostConfigManager::default();
    let options = option_manager_id(product, at.this());
    manager.advanced_option = at.contains(&options).then_some(options);
    for (kind, id, place) in PARTS {
        let part = part_id(product, kind, id, at.this());
        if at.contains(&part) {
            *place(&mut manager) = Some(part);
        }
    }
    manager
}
