//! The managers of a host: objects of their own on the wire, views of one `HostSystem` here.
//!
//! [`HostPart`] keeps nothing but whose part it is. `configManager` lists exactly the parts that exist.

use vim25::types::{HostConfigManager, HostDatastoreSystemCapabilities, OptionValue};
use vim25::{MoRef, Poly, Value};

use crate::behaviour::datastore::{DatastoreBrowser, browser_id};
use crate::behaviour::extensible::extensible;
use crate::behaviour::server::{firewall_info, service_info};
use crate::product::{Product, Role};
use crate::service::OptionManager;
use crate::store::{At, ManagedObject, Property, Transaction};

use super::config;
use super::object::HostSystem;

type Place = fn(&mut HostConfigManager) -> &mut Option<MoRef>;

/// Managed type, id of it on a host by itself (on vCenter the host's number follows) and place in the list.
const PARTS: &[(&str, &str, Place)] = &[
    ("HostAccessManager", "hostAccessManager", |m| &mut m.host_access_manager),
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
            ("HostFirewallSystem", "firewallInfo") => {
                Property::object(firewall_info(&server.firewall))
            }
            ("HostServiceSystem", "serviceInfo") => {
                Property::object(service_info(&server.services))
            }
            ("HostDatastoreSystem", "datastore") => Property::refs(&host.datastores),
            ("HostDatastoreSystem", "capabilities") => {
                Property::object(HostDatastoreSystemCapabilities {
                    nfs_mount_creation_supported: true,
                    vmfs_extent_expansion_supported: true,
                    ..Default::default()
                })
            }
            ("HostDateTimeSystem", "dateTimeInfo") => Property::object(config::date_time_info()),
            _ => extensible(name),
        }
    }
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
    tx.insert(option_manager_id(product, host), OptionManager::new(initial_options()));
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

fn initial_options() -> Vec<Poly<OptionValue>> {
    let options: [(&str, Value); 12] = [
        ("FT.BindToVmknic", Value::Long(0)),
        ("FT.FTCptDiskWriteTimeout", Value::Long(3000)),
        ("FT.FTCptEpochList", "5,10,20,100".into()),
        ("FT.FTCptLogTimeout", Value::Long(8000)),
        ("FT.FTCptNumConnections", Value::Long(2)),
        ("FT.FTCptStartTimeout", Value::Long(90_000)),
        ("FT.Vmknic", "".into()),
        ("Syslog.global.defaultRotate", Value::Int(8)),
        ("Syslog.global.defaultSize", Value::Int(1024)),
        ("Syslog.global.logDir", "[] /scratch/log".into()),
        ("Syslog.global.logHost", "".into()),
        ("UserVars.SuppressShellWarning", Value::Long(0)),
    ];
    let option = |(key, value): (&str, Value)| {
        let mut option = OptionValue::default();
        option.key = key.into();
        option.value = Some(value);
        Poly::new(option)
    };
    options.into_iter().map(option).collect()
}
