//! The managed objects `ComputeResource` and `ClusterComputeResource`.

use std::collections::BTreeSet;

use vim25::types::{
    ClusterConfigInfo, ClusterConfigInfoEx, ClusterRecommendation, ComputeResourceConfigInfo,
};
use vim25::{MoRef, Str, Value};

use crate::behaviour::host_system::HostSystem;
use crate::behaviour::look::Look;
use crate::inventory::{CHILD_OF, Entity};
use crate::store::{At, Links, ManagedObject, Property};

use super::{rules, summary};

/// A cluster.
#[derive(Clone)]
pub struct ClusterComputeResource {
    /// What it has in common with other entities.
    pub entity: Entity,
    /// Its whole configuration.
    pub config: ClusterConfigInfoEx,
    /// Key of the EVC mode in force.
    pub evc_mode: Option<Str>,
    /// Its root resource pool.
    pub pool: MoRef,
    /// Its environment browser.
    pub environment_browser: MoRef,
    /// Its EVC manager.
    pub evc_manager: MoRef,
    /// What DRS waits to be told.
    pub pending: Vec<PendingPowerOn>,
}

/// A VM that DRS would power on if somebody agreed.
#[derive(Clone)]
pub struct PendingPowerOn {
    /// The VM.
    pub vm: MoRef,
    /// What clients see.
    pub recommendation: ClusterRecommendation,
}

impl ClusterComputeResource {
    /// True when HA is on.
    #[must_use]
    pub fn ha_is_on(&self) -> bool {
        self.config.das_config.enabled == Some(true)
    }

    /// True when DRS is on.
    #[must_use]
    pub fn drs_is_on(&self) -> bool {
        self.config.drs_config.enabled == Some(true)
    }

    /// An advanced option of HA as a number.
    #[must_use]
    pub fn das_number(&self, key: &str) -> Option<i32> {
        let option = self.config.das_config.option.iter().find(|option| option.key == key)?;
        match option.value.as_ref()? {
            Value::String(text) => text.trim().parse().ok(),
            value => value.as_i64().and_then(|number| i32::try_from(number).ok()),
        }
    }

    fn configuration(&self, at: &At<'_>) -> ClusterConfigInfo {
        ClusterConfigInfo {
            das_config: self.config.das_config.clone(),
            das_vm_config: self.config.das_vm_config.clone(),
            drs_config: self.config.drs_config.clone(),
            drs_vm_config: self.config.drs_vm_config.clone(),
            rule: rules::shown(&self.config, at),
            ..Default::default()
        }
    }
}

impl ManagedObject for ClusterComputeResource {
    fn kind(&self) -> &'static str {
        "ClusterComputeResource"
    }

    fn property<'a>(&'a self, name: &str, at: &At<'a>) -> Option<Property<'a>> {
        match name {
            "configuration" => Property::object(self.configuration(at)),
            "configurationEx" if !self.config.rule.is_empty() => {
                let rule = rules::shown(&self.config, at);
                Property::object(ClusterConfigInfoEx { rule, ..self.config.clone() })
            }
            "configurationEx" => Property::borrowed(&self.config),
            "summary" | "summaryEx" => Property::object(summary::of_cluster(self, at)),
            "resourcePool" => Property::of(self.pool.clone()),
            "environmentBrowser" => Property::of(self.environment_browser.clone()),
            "recommendation" => {
                let pending = self.pending.iter().filter(|wait| at.contains(&wait.vm));
                let shown = pending.map(|wait| wait.recommendation.clone());
                Property::of(Value::objects_of("ClusterRecommendation", shown))
            }
            "drsRecommendation" => Property::of(Value::array_of("ClusterDrsRecommendation", [])),
            "migrationHistory" => Property::of(Value::array_of("ClusterDrsMigration", [])),
            "actionHistory" => Property::of(Value::array_of("ClusterActionHistory", [])),
            "drsFault" => Property::of(Value::array_of("ClusterDrsFaults", [])),
            _ => of_any(name, at).or_else(|| self.entity.property(name, at)),
        }
    }

    fn links(&self, links: &mut Links) {
        self.entity.links(links);
    }
}

/// A host that stands alone.
#[derive(Clone)]
pub struct ComputeResource {
    /// What it has in common with other entities.
    pub entity: Entity,
    /// Where VMs keep their swap files.
    pub vm_swap_placement: Str,
    /// Its root resource pool.
    pub pool: MoRef,
    /// Its environment browser.
    pub environment_browser: MoRef,
}

impl ManagedObject for ComputeResource {
    fn kind(&self) -> &'static str {
        "ComputeResource"
    }

    fn property<'a>(&'a self, name: &str, at: &At<'a>) -> Option<Property<'a>> {
        match name {
            "configurationEx" => Property::object(ComputeResourceConfigInfo {
                vm_swap_placement: self.vm_swap_placement.clone(),
                ..Default::default()
            }),
            "summary" => Property::object(summary::of_hosts(at)),
            "resourcePool" => Property::of(self.pool.clone()),
            "environmentBrowser" => Property::of(self.environment_browser.clone()),
            _ => of_any(name, at).or_else(|| self.entity.property(name, at)),
        }
    }

    fn links(&self, links: &mut Links) {
        self.entity.links(links);
    }
}

/// What both kinds answer in the same way.
fn of_any<'a>(name: &str, at: &At<'a>) -> Option<Property<'a>> {
    match name {
        "host" => Property::refs(hosts(at.this(), at)),
        "datastore" => {
            let all = hosts(at.this(), at).iter().filter_map(|host| at.get::<HostSystem>(host));
            let set: BTreeSet<&MoRef> = all.flat_map(|host| &host.datastores).collect();
            Property::refs(set)
        }
        "network" => {
            let all = hosts(at.this(), at).iter().filter_map(|host| at.get::<HostSystem>(host));
            let set: BTreeSet<&MoRef> = all.flat_map(|host| &host.networks).collect();
            Property::refs(set)
        }
        "lifecycleManaged" | "configManagerEnabled" => Property::of(false),
        "networkBootMode" => Property::of("bootstrap"),
        _ => None,
    }
}

/// The hosts of a cluster or compute resource.
pub fn hosts<'a>(compute_resource: &MoRef, look: impl Look<'a>) -> &'a [MoRef] {
    look.referring(compute_resource, CHILD_OF)
}

/// The cluster a host is in.
pub fn cluster_of<'a>(
    host: &HostSystem,
    look: impl Look<'a>,
) -> Option<&'a ClusterComputeResource> {
    look.object(host.entity.parent.as_ref()?)
}

/// The root resource pool of a cluster or compute resource.
pub fn pool_of<'a>(compute_resource: &MoRef, look: impl Look<'a>) -> Option<MoRef> {
    let cluster = look.object::<ClusterComputeResource>(compute_resource);
    let alone = || look.object::<ComputeResource>(compute_resource).map(|alone| &alone.pool);
    cluster.map(|cluster| &cluster.pool).or_else(alone).cloned()
}

/// The environment browser of a cluster or compute resource.
pub fn environment_browser_of<'a>(compute_resource: &MoRef, look: impl Look<'a>) -> Option<MoRef> {
    let cluster = look.object::<ClusterComputeResource>(compute_resource);
    let alone =
        || look.object::<ComputeResource>(compute_resource).map(|alone| &alone.environment_browser);
    cluster.map(|cluster| &cluster.environment_browser).or_else(alone).cloned()
}
