//! The managed object `Network`: a standard port group that VMs are attached to.

use vim25::MoRef;
use vim25::types::NetworkSummary;

use crate::behaviour::host_system::OFFERS_NETWORK;
use crate::behaviour::virtual_machine::USES_NETWORK;
use crate::inventory::{Entity, child_named};
use crate::store::{At, Links, ManagedObject, Property, Transaction};

/// A network.
#[derive(Clone)]
pub struct Network {
    /// What it has in common with other entities.
    pub entity: Entity,
}

impl ManagedObject for Network {
    fn kind(&self) -> &'static str {
        "Network"
    }

    fn property<'a>(&'a self, name: &str, at: &At<'a>) -> Option<Property<'a>> {
        match name {
            "summary" => Property::object(NetworkSummary {
                network: Some(at.this().clone()),
                name: self.entity.name.clone(),
                accessible: true,
                ..Default::default()
            }),
            "host" => Property::refs(at.referrers(OFFERS_NETWORK)),
            "vm" => Property::refs(at.referrers(USES_NETWORK)),
            _ => self.entity.property(name, at),
        }
    }

    fn links(&self, links: &mut Links) {
        self.entity.links(links);
    }
}

/// The folder of networks on a host by itself, whose networks are called after their names.
const ON_HOST: &str = "ha-folder-network";

/// The network called `name` in a folder, made if need be.
pub fn ensure_network(tx: &mut Transaction<'_>, folder: &MoRef, name: &str) -> MoRef {
    if let Some(known) = child_named(tx.view(), folder, name) {
        return known;
    }
    let network = Network { entity: Entity::new(name, Some(folder)) };
    if folder.value != ON_HOST {
        return tx.create("network", network);
    }
    let id = MoRef::new("Network", format!("HaNetwork-{name}"));
    tx.insert(id.clone(), network);
    id
}

/// Takes a network away once neither host nor VM knows it.
pub fn forget_unused(tx: &mut Transaction<'_>, network: &MoRef) {
    let view = tx.view();
    if view.referrers(network, OFFERS_NETWORK).is_empty()
        && view.referrers(network, USES_NETWORK).is_empty()
    {
        tx.remove(network);
    }
}
