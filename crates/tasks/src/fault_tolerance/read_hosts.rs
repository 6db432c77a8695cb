//! Reads a cluster (or the place of a standalone host) with its hosts, datastores and pairs.

use std::collections::BTreeSet;

use orchestrator::TaskError;
use vim25::MoRef;
use vim25::enums::DasVmPriority;
use vim25::types::{ClusterConfigInfoEx, FaultToleranceConfigInfo};
use vsphere::{CallError, Inventory, ObjectProperties, Reader};

use super::seen::{Cluster, Host, Seen};
use crate::cluster::read_caps;
use crate::host::agent_state;
use crate::trouble::reading;

const HOST_PATHS: &[&str] = &[
    "runtime.connectionState",
    "runtime.inMaintenanceMode",
    "runtime.dasHostState",
    "summary.config.vmotionEnabled",
    "summary.config.faultToleranceEnabled",
    "capability.maxVcpusPerFtVm",
    "capability.maxMemMBPerFtVm",
    "capability.smpFtCompatibilityIssues",
    "datastore",
    "vm",
];

/// Adds what `parent` holds to what was seen.
pub(super) async fn read_cluster(
    parent: &MoRef,
    reader: &Reader,
    inventory: &Inventory,
    seen: &mut Seen,
) -> Result<(), TaskError> {
    let name = inventory.name(parent).unwrap_or(&parent.value);
    let failed = |error: CallError| reading(name).failed(error);
    let is_cluster = parent.kind == "ClusterComputeResource";
    let paths: &[&str] = if is_cluster { &["host", "configurationEx"] } else { &["host"] };
    let found = reader.retrieve(parent, paths).await.map_err(failed)?;
    if is_cluster {
        seen.clusters.push(cluster(&found, name));
    }
    let hosts = reader.retrieve_many(&found.morefs("host"), HOST_PATHS).await.map_err(failed)?;
    let vms: Vec<MoRef> = hosts.iter().flat_map(|host| host.morefs("vm")).collect();
    let id = is_cluster.then(|| parent.value.to_string());
    for properties in &hosts {
        let host = host(properties, inventory, id.clone());
        for datastore in properties.morefs("datastore") {
            let name = inventory.name(&datastore).unwrap_or(&datastore.value).to_owned();
            let entry = seen.datastores.entry(name).or_default();
            entry.object = Some(datastore);
            entry.hosts.insert(host.name.clone());
        }
        seen.hosts.push(host);
    }
    count_pairs(&vms, reader, inventory, seen).await.map_err(failed)
}

fn cluster(found: &ObjectProperties, name: &str) -> Cluster {
    let info = found.object::<ClusterConfigInfoEx>("configurationEx");
    let das = info.map(|info| &info.das_config);
    let mut cluster = Cluster {
        id: found.object.value.to_string(),
        name: name.to_owned(),
        object: Some(found.object.clone()),
        ha: das.is_some_and(|das| das.enabled == Some(true)),
        host_monitoring: das.is_none_or(|das| das.host_monitoring.as_deref() != Some("disabled")),
        caps: das.map(read_caps).unwrap_or_default(),
        ..Cluster::default()
    };
    if let Some(info) = info {
        cluster.not_restarted = not_restarted(info);
    }
    cluster
}

/// VMs with the restart priority "disabled", in the form of 5.5 or the present one.
fn not_restarted(info: &ClusterConfigInfoEx) -> BTreeSet<MoRef> {
    let disabled = info.das_vm_config.iter().filter(|one| {
        let own = one.das_settings.as_ref().and_then(|own| own.restart_priority.as_deref());
        match own {
            Some(priority) => priority == "disabled",
            None => one.restart_priority == Some(DasVmPriority::Disabled),
        }
    });
    disabled.map(|one| one.key.clone()).collect()
}

fn host(found: &ObjectProperties, inventory: &Inventory, cluster: Option<String>) -> Host {
    let number = |path: &str| found.integer(path).and_then(|number| u32::try_from(number).ok());
    let issues = found.get("capability.smpFtCompatibilityIssues");
    Host {
        name: inventory.name(&found.object).unwrap_or(&found.object.value).to_owned(),
        object: Some(found.object.clone()),
        cluster,
        connected: found.text("runtime.connectionState") == Some("connected"),
        in_maintenance: found.boolean("runtime.inMaintenanceMode").unwrap_or(false),
        agent: agent_state(found),
        vmotion: found.boolean("summary.config.vmotionEnabled").unwrap_or(false),
        ft_logging: found.boolean("summary.config.faultToleranceEnabled").unwrap_or(false),
        max_vcpus: number("capability.maxVcpusPerFtVm"),
        max_memory_mb: number("capability.maxMemMBPerFtVm"),
        issues: issues
            .map(|issues| {
                issues.items().iter().filter_map(vim25::Value::as_str).map(str::to_owned).collect()
            })
            .unwrap_or_default(),
        ft_vms: 0,
        ft_vcpus: 0,
        waits: Vec::new(),
    }
}

/// Counts the halves of pairs on each host.
async fn count_pairs(
    vms: &[MoRef],
    reader: &Reader,
    inventory: &Inventory,
    seen: &mut Seen,
) -> Result<(), CallError> {
    let paths = ["runtime.host", "config.ftInfo", "summary.config.numCpu"];
    if vms.is_empty() {
        return Ok(());
    }
    for vm in reader.retrieve_many(vms, &paths).await? {
        if vm.object::<FaultToleranceConfigInfo>("config.ftInfo").is_none() {
            continue;
        }
        let vcpus = vm.integer("summary.config.numCpu").and_then(|count| u32::try_from(count).ok());
        let name = vm.moref("runtime.host").and_then(|host| inventory.name(host));
        if let Some(host) = seen.hosts.iter_mut().find(|host| Some(host.name.as_str()) == name) {
            host.ft_vms += 1;
            host.ft_vcpus += vcpus.unwrap_or(1);
        }
    }
    Ok(())
}
