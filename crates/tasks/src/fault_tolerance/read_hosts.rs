//! Reads clusters (and the places of standalone hosts) with their hosts, datastores and VMs.

use std::collections::{BTreeSet, HashMap};

use orchestrator::TaskError;
use vim25::MoRef;
use vim25::enums::DasVmPriority;
use vim25::types::{ClusterConfigInfoEx, FaultToleranceConfigInfo};
use vsphere::{CallError, Inventory, ObjectProperties, Reader};

use super::estate::OVERHEAD;
use super::rules::Rules;
use super::seen::{Cluster, Ft, Host, Power, Seen, Vm};
use crate::cluster::read_caps;
use crate::host::agent_state;
use crate::trouble::{check_readable, is_cut_off, reading};

const HOST_PATHS: &[&str] = &[
    "runtime.connectionState",
    "runtime.inMaintenanceMode",
    "runtime.dasHostState",
    "summary.config.vmotionEnabled",
    "summary.config.faultToleranceEnabled",
    "capability.maxVcpusPerFtVm",
    "capability.maxMemMBPerFtVm",
    "capability.smpFtCompatibilityIssues",
    "summary.hardware.memorySize",
    "datastore",
    "vm",
];

/// Adds what these clusters and places of standalone hosts hold to what was seen: their hosts, datastores and
/// VMs in one retrieval each, however many there are.
pub(super) async fn read_clusters(
    parents: &[MoRef],
    reader: &Reader,
    inventory: &Inventory,
    seen: &mut Seen,
) -> Result<(), TaskError> {
    let failed = |error: CallError| reading("the hosts of the virtual machines").failed(error);
    let (clusters, alone): (Vec<MoRef>, Vec<MoRef>) =
        parents.iter().cloned().partition(|parent| parent.kind == "ClusterComputeResource");
    let mut members: Vec<MoRef> = Vec::new();
    let mut cluster_of: HashMap<MoRef, String> = HashMap::new();
    for found in many(reader, &clusters, &["host", "configurationEx"]).await.map_err(failed)? {
        let name = inventory.name(&found.object).unwrap_or(&found.object.value);
        check_readable(&found, name)?;
        let hosts = found.morefs("host");
        cluster_of.extend(hosts.iter().map(|host| (host.clone(), found.object.value.to_string())));
        members.extend(hosts);
        seen.clusters.push(cluster(&found, name));
    }
    for found in many(reader, &alone, &["host"]).await.map_err(failed)? {
        members.extend(found.morefs("host"));
    }
    let hosts = many(reader, &members, HOST_PATHS).await.map_err(failed)?;
    for properties in &hosts {
        // What is already on a host decides how much it can still take. One that is cut off takes nothing.
        if !is_cut_off(properties) {
            check_readable(properties, inventory.name(&properties.object).unwrap_or("a host"))?;
        }
        let host = host(properties, inventory, cluster_of.get(&properties.object).cloned());
        for datastore in properties.morefs("datastore") {
            let name = inventory.name(&datastore).unwrap_or(&datastore.value).to_owned();
            let entry = seen.datastores.entry(name).or_default();
            entry.object = Some(datastore);
            entry.hosts.insert(host.name.clone());
        }
        seen.hosts.push(host);
    }
    read_space(reader, seen).await.map_err(failed)?;
    let vms: Vec<MoRef> = hosts.iter().flat_map(|host| host.morefs("vm")).collect();
    let residents = residents(&vms, reader, inventory, seen).await.map_err(failed)?;
    seen.note_host_places();
    residents.into_iter().for_each(|(vm, resident)| resident.settle(vm, seen));
    Ok(())
}

async fn many(
    reader: &Reader,
    objects: &[MoRef],
    paths: &[&str],
) -> Result<Vec<ObjectProperties>, CallError> {
    if objects.is_empty() { Ok(Vec::new()) } else { reader.retrieve_many(objects, paths).await }
}

/// How much is free on the datastores. On one that cannot be reached nothing is.
async fn read_space(reader: &Reader, seen: &mut Seen) -> Result<(), CallError> {
    let all: Vec<MoRef> = seen.datastores.values().filter_map(|one| one.object.clone()).collect();
    let found = many(reader, &all, &["summary.freeSpace", "summary.accessible"]).await?;
    let free = found.iter().map(|one| {
        let reachable = one.boolean("summary.accessible") != Some(false);
        let bytes = one.integer("summary.freeSpace").map(|free| if reachable { free } else { 0 });
        (&one.object, bytes.map(in_mib))
    });
    let free: HashMap<&MoRef, Option<u64>> = free.collect();
    for datastore in seen.datastores.values_mut() {
        datastore.free_mb = datastore.object.as_ref().and_then(|object| *free.get(object)?);
    }
    Ok(())
}

fn in_mib(bytes: i64) -> u64 {
    u64::try_from(bytes).unwrap_or(0) >> 20
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
        cluster.rules = Rules::of(info);
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
        memory_mb: found.integer("summary.hardware.memorySize").map(in_mib),
        reserved_mb: 0,
        waits: Vec::new(),
    }
}

const VM_PATHS: &[&str] = &[
    "runtime.host",
    "runtime.powerState",
    "config.ftInfo",
    "summary.config.numCpu",
    "summary.config.memorySizeMB",
    "summary.config.memoryReservation",
];

/// What a VM takes of its host.
struct Resident {
    host: String,
    is_on: bool,
    ft: bool,
    is_secondary: bool,
    vcpus: u32,
    memory_mb: u32,
    reserved_mb: u64,
}

/// All VMs of the hosts. Those that were read already are not read again.
async fn residents(
    vms: &[MoRef],
    reader: &Reader,
    inventory: &Inventory,
    seen: &Seen,
) -> Result<Vec<(MoRef, Resident)>, CallError> {
    let declared = seen.vms.iter().filter_map(|vm| Some((vm.object.as_ref()?, vm)));
    let declared: HashMap<&MoRef, &Vm> = declared.collect();
    let known =
        vms.iter().filter_map(|vm| Some((vm.clone(), Resident::declared(declared.get(vm)?)?)));
    let mut residents: Vec<(MoRef, Resident)> = known.collect();
    let others: Vec<MoRef> = vms.iter().filter(|vm| !declared.contains_key(vm)).cloned().collect();
    let others = many(reader, &others, VM_PATHS).await?;
    residents.extend(
        others.iter().filter_map(|vm| Some((vm.object.clone(), Resident::read(vm, inventory)?))),
    );
    Ok(residents)
}

impl Resident {
    fn declared(vm: &Vm) -> Option<Self> {
        Some(Self {
            host: vm.host.clone()?,
            is_on: vm.power == Power::On,
            ft: vm.ft != Ft::Off,
            is_secondary: vm.ft == Ft::Secondary,
            vcpus: vm.vcpus,
            memory_mb: vm.memory_mb,
            reserved_mb: vm.memory_reservation_mb,
        })
    }

    fn read(found: &ObjectProperties, inventory: &Inventory) -> Option<Self> {
        let number = |path: &str| found.integer(path).and_then(|count| u32::try_from(count).ok());
        let info = found.object::<FaultToleranceConfigInfo>("config.ftInfo");
        Some(Self {
            host: inventory.name(found.moref("runtime.host")?)?.to_owned(),
            is_on: found.text("runtime.powerState") == Some("poweredOn"),
            ft: info.is_some(),
            is_secondary: info.is_some_and(|info| info.role > 1),
            vcpus: number("summary.config.numCpu").unwrap_or(1),
            memory_mb: number("summary.config.memorySizeMB").unwrap_or(0),
            reserved_mb: u64::from(number("summary.config.memoryReservation").unwrap_or(0)),
        })
    }

    /// Adds it to its host: a half of a pair counts, and so does the memory that is reserved.
    fn settle(self, vm: MoRef, seen: &mut Seen) {
        let Some(at) = seen.host_place(&self.host) else { return };
        let host = &mut seen.hosts[at];
        if self.ft {
            host.ft_vms += 1;
            host.ft_vcpus += self.vcpus;
            // A half reserves all its memory, also when it is off: it will be on again.
            host.reserved_mb += u64::from(self.memory_mb) + OVERHEAD;
        } else if self.is_on {
            host.reserved_mb += self.reserved_mb;
        }
        if !self.is_secondary {
            seen.homes.insert(vm, self.host);
        }
    }
}
