//! The managed object `ClusterEVCManager`.

use vim25::types::ClusterEVCManagerEVCState;
use vim25::{MoRef, Version};

use crate::behaviour::cluster_compute_resource::ClusterComputeResource;
use crate::behaviour::extensible::extensible;
use crate::product::{Product, Role};
use crate::service::{ServiceInstance, service_instance_id};
use crate::store::{At, ManagedObject, Property, Transaction};

use super::mode::EvcMode;

/// A cluster's EVC manager. The mode in force is the cluster's own fact.
#[derive(Clone)]
pub struct ClusterEvcManager {
    /// Its cluster.
    pub cluster: MoRef,
    /// The server, which decides what modes there are.
    pub product: Product,
}

impl ManagedObject for ClusterEvcManager {
    fn kind(&self) -> &'static str {
        "ClusterEVCManager"
    }

    fn property<'a>(&'a self, name: &str, at: &At<'a>) -> Option<Property<'a>> {
        match name {
            "managedCluster" => Property::of(self.cluster.clone()),
            "evcState" => {
                let key = at.get::<ClusterComputeResource>(&self.cluster)?.evc_mode.clone();
                let mode = key.as_deref().and_then(EvcMode::find);
                Property::object(ClusterEVCManagerEVCState {
                    supported_evc_mode: EvcMode::all(self.product).map(EvcMode::as_wire).collect(),
                    current_evc_mode_key: key,
                    feature_capability: mode.map(|mode| mode.capabilities("1")).unwrap_or_default(),
                    feature_mask: mode.map(EvcMode::masks).unwrap_or_default(),
                    feature_requirement: mode.map(EvcMode::requirements).unwrap_or_default(),
                    ..Default::default()
                })
            }
            _ => extensible(name),
        }
    }
}

/// Lists the modes among what the server can do.
pub(in crate::behaviour) fn populate(tx: &mut Transaction<'_>, product: Product) {
    if product.role() == Role::Esxi {
        return;
    }
    let Ok(instance) = tx.edit::<ServiceInstance>(&service_instance_id()) else { return };
    let capability = &mut instance.capability;
    capability.supported_evc_mode = EvcMode::all(product).map(EvcMode::as_wire).collect();
    let since = Version::parse("6.7");
    capability.ft_drs_without_evc_supported = since.map(|since| product.api().knows(since));
}
