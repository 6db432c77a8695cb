//! Reads a host that is in the inventory.

use orchestrator::TaskError;
use vim25::MoRef;
use vim25::types::{ClusterConfigInfoEx, ClusterDasFdmHostState};
use vsphere::objects::{LicenseManager, SearchIndex};
use vsphere::{Inventory, ObjectProperties, Reader};

use super::spec::{Lockdown, Spec};
use crate::lookup;
use crate::trouble::{Doing, MAKE_READABLE, check_readable, is_cut_off, reading};

/// How a host's HA agent is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum AgentState {
    /// It leads, or follows the one that leads.
    Well,
    /// It is being set up or looks for its leader.
    Settling,
    /// It will not get well by itself.
    Failed,
    /// There is none: HA is off, or the host is in maintenance.
    None,
}

/// A host in the inventory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Present {
    pub(super) object: MoRef,
    /// Its name there.
    pub(super) name: String,
    /// Path of what it is in.
    pub(super) parent: String,
    /// What it is in: a cluster, or the compute resource of a standalone host.
    pub(super) parent_object: MoRef,
    pub(super) datacenter: Option<MoRef>,
    pub(super) connected: bool,
    pub(super) in_maintenance: bool,
    /// HA is on in its cluster.
    pub(super) ha: bool,
    pub(super) agent: AgentState,
    pub(super) lockdown: Option<Lockdown>,
    /// The assigned licence key; only read when one is declared.
    pub(super) license: Option<String>,
}

const PATHS: &[&str] = &[
    "runtime.connectionState",
    "runtime.inMaintenanceMode",
    "runtime.dasHostState",
    "config.lockdownMode",
];

/// The host as it is in the inventory now.
pub(super) async fn look(spec: &Spec, reader: &Reader) -> Result<Option<Present>, TaskError> {
    let mut inventory = lookup::inventory(reader).await?;
    look_in(&mut inventory, spec, reader).await
}

/// The same with names that may have been read before the host came there; then they are read anew.
pub(super) async fn look_in(
    inventory: &mut Inventory,
    spec: &Spec,
    reader: &Reader,
) -> Result<Option<Present>, TaskError> {
    let Some(object) = find(spec, reader, inventory).await? else { return Ok(None) };
    if inventory.entry(&object).is_none() {
        *inventory = lookup::inventory(reader).await?;
    }
    read(spec, object, reader, inventory).await.map(Some)
}

/// The host in the inventory that the declaration means: by its name there, else by its address.
async fn find(
    spec: &Spec,
    reader: &Reader,
    inventory: &Inventory,
) -> Result<Option<MoRef>, TaskError> {
    let named = inventory.entries().iter().find(|entry| {
        entry.object.kind == "HostSystem" && entry.name.eq_ignore_ascii_case(&spec.hostname)
    });
    if let Some(entry) = named {
        return Ok(Some(entry.object.clone()));
    }
    let Some(index) = reader.content().search_index.clone() else { return Ok(None) };
    let found = SearchIndex::new(index).find_host(reader, &spec.hostname).await;
    found.map_err(|error| reading(&spec.hostname).failed(error))
}

/// Its state.
pub(super) async fn read(
    spec: &Spec,
    object: MoRef,
    reader: &Reader,
    inventory: &Inventory,
) -> Result<Present, TaskError> {
    let failed = |error| reading(&spec.hostname).failed(error);
    let seen = reader.retrieve(&object, PATHS).await.map_err(failed)?;
    if !is_cut_off(&seen) {
        check_readable(&seen, &spec.hostname)?;
    }
    let Some(parent_object) = inventory.entry(&object).and_then(|entry| entry.parent.clone())
    else {
        let doing = Doing::new("unreadable", "cannot read the place of host", &spec.hostname);
        let cause = "the server has the host, but does not show what it is in";
        return Err(doing.error().caused_by(cause).hint(MAKE_READABLE));
    };
    let ha = match parent_object.kind.as_str() {
        "ClusterComputeResource" => ha_is_on(reader, &parent_object).await.map_err(failed)?,
        _ => false,
    };
    let license = match &spec.license {
        Some(_) => assigned_license(reader, &object).await.map_err(failed)?,
        None => None,
    };
    Ok(Present {
        name: inventory.name(&object).unwrap_or(&spec.hostname).to_owned(),
        parent: inventory.path(&parent_object).unwrap_or_default(),
        datacenter: inventory.datacenter_of(&object).cloned(),
        connected: seen.text("runtime.connectionState") == Some("connected"),
        in_maintenance: seen.boolean("runtime.inMaintenanceMode").unwrap_or(false),
        ha,
        agent: agent_state(&seen),
        lockdown: seen.text("config.lockdownMode").and_then(Lockdown::from_constant),
        license,
        object,
        parent_object,
    })
}

/// The state of the HA agent in properties that hold `runtime.dasHostState`.
pub(crate) fn agent_state(seen: &ObjectProperties) -> AgentState {
    let state = seen.object::<ClusterDasFdmHostState>("runtime.dasHostState");
    match state.map(|one| one.state.as_str()) {
        Some("master" | "connectedToMaster") => AgentState::Well,
        Some("initializationError" | "uninitializationError") => AgentState::Failed,
        Some(_) => AgentState::Settling,
        None => AgentState::None,
    }
}

async fn ha_is_on(reader: &Reader, cluster: &MoRef) -> Result<bool, vsphere::CallError> {
    let seen = reader.retrieve(cluster, &["configurationEx"]).await?;
    let info = seen.object::<ClusterConfigInfoEx>("configurationEx");
    Ok(info.is_some_and(|info| info.das_config.enabled == Some(true)))
}

async fn assigned_license(
    reader: &Reader,
    host: &MoRef,
) -> Result<Option<String>, vsphere::CallError> {
    let Some(manager) = reader.content().license_manager.clone() else { return Ok(None) };
    let manager = LicenseManager::new(manager).retrieve_assignment_manager(reader).await?;
    let Some(manager) = manager else { return Ok(None) };
    let assigned = manager.query_assigned_licenses(reader, Some(host)).await?;
    Ok(assigned.first().map(|one| one.assigned_license.license_key.to_string()))
}
