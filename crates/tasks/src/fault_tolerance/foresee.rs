//! Completes what was seen by what earlier tasks of the playbook will make.

use vim25::MoRef;
use vsphere::inventory::Entry;
use vsphere::{FindError, Inventory, Kind};

use super::read_vms::is_plain_pattern;
use super::seen::{Cluster, Ft, Host, Power, Seen, Vm};
use crate::forecast::{ClusterToCome, HostToCome, Known, VmPreview};
use crate::host::AgentState;
use crate::vmkernel::{FT_LOGGING, VMOTION};

/// Adds clusters, hosts, services and VMs to come. `missing` are the declared VMs that do not exist.
pub(super) fn foresee(
    known: &Known,
    datacenter: &str,
    missing: Vec<(String, FindError)>,
    seen: &mut Seen,
) {
    seen.stuck_hosts.clone_from(&known.stuck_hosts);
    for cluster in &known.clusters {
        add_cluster(cluster, seen);
    }
    let found: Vec<(usize, usize)> = missing_vms(known, datacenter, missing, seen);
    for host in &known.hosts {
        add_host(host, known, seen);
    }
    mend_hosts(known, seen);
    add_services(known, seen);
    for (host, vm) in found {
        let host = &known.hosts[host];
        seen.vms.push(vm_to_come(&host.preview.name, &host.preview.vms[vm]));
    }
}

/// The FT limits, HA and so on as they will be.
fn add_cluster(coming: &ClusterToCome, seen: &mut Seen) {
    let wait = if coming.exists {
        format!("cluster `{}` is reconfigured", coming.name)
    } else {
        format!("cluster `{}` is made", coming.name)
    };
    let there = seen.clusters.iter_mut().find(|cluster| cluster.name == coming.name);
    match there {
        Some(cluster) => {
            if coming.ha && !cluster.ha {
                // Its own task waits for them.
                let hosts = seen.hosts.iter_mut();
                let hosts = hosts.filter(|host| host.cluster.as_ref() == Some(&cluster.id));
                hosts.for_each(|host| host.agent = AgentState::Well);
            }
            cluster.ha = coming.ha;
            cluster.caps = coming.caps;
            cluster.waits.extend(coming.changes.then_some(wait));
        }
        None if !coming.exists => seen.clusters.push(Cluster {
            id: coming.name.clone(),
            name: coming.name.clone(),
            ha: coming.ha,
            host_monitoring: true,
            caps: coming.caps,
            waits: vec![wait],
            ..Cluster::default()
        }),
        None => {}
    }
}

fn add_host(coming: &HostToCome, known: &Known, seen: &mut Seen) {
    let preview = &coming.preview;
    if seen.host(&preview.name).is_some() {
        return;
    }
    let cluster = coming.cluster.as_ref();
    let place = cluster.unwrap_or(&coming.datacenter);
    // A host may join a cluster that exists and has none of the declared VMs yet.
    let id = cluster.map(|name| {
        let there = seen.clusters.iter().find(|one| one.name == *name);
        there.map_or_else(|| name.clone(), |one| one.id.clone())
    });
    if let Some(id) = id.as_ref().filter(|id| seen.cluster(id).is_none()) {
        let told = known.cluster(&coming.datacenter, id);
        seen.clusters.push(Cluster {
            id: id.clone(),
            name: id.clone(),
            ha: told.is_none_or(|cluster| cluster.ha),
            host_monitoring: true,
            caps: told.map(|cluster| cluster.caps).unwrap_or_default(),
            ..Cluster::default()
        });
    }
    for datastore in &preview.datastores {
        let entry = seen.datastores.entry(datastore.clone()).or_default();
        entry.hosts.insert(preview.name.clone());
    }
    seen.hosts.push(Host {
        name: preview.name.clone(),
        object: None,
        cluster: id,
        connected: true,
        in_maintenance: false,
        agent: AgentState::Well,
        vmotion: preview.vmotion,
        ft_logging: preview.ft_logging,
        max_vcpus: preview.max_ft_vcpus,
        max_memory_mb: preview.max_ft_memory_mb,
        issues: preview.ft_issues.clone(),
        ft_vms: 0,
        ft_vcpus: 0,
        memory_mb: None,
        reserved_mb: 0,
        waits: vec![format!("host `{}` joins `{place}`", preview.name)],
    });
}

/// Hosts that are there and will be reconnected, or get an HA agent that is well. A host that joined since its own
/// task looked is one of them: the task will find it there and wait for its agent.
fn mend_hosts(known: &Known, seen: &mut Seen) {
    let joined = known.hosts.iter().map(|coming| &coming.preview.name);
    let mended: Vec<&String> = known.mended_hosts.iter().chain(joined).collect();
    let is_mended = |name: &str| mended.iter().any(|one| one.eq_ignore_ascii_case(name));
    for host in seen.hosts.iter_mut().filter(|host| host.object.is_some()) {
        let is_well = host.connected && host.agent == AgentState::Well;
        if is_well || !is_mended(&host.name) {
            continue;
        }
        let wait = if host.connected {
            format!("the HA agent of host `{}` gets well", host.name)
        } else {
            format!("host `{}` is reconnected", host.name)
        };
        host.connected = true;
        host.agent = AgentState::Well;
        host.waits.push(wait);
    }
}

/// VMkernel adapters that will carry vMotion and FT logging.
fn add_services(known: &Known, seen: &mut Seen) {
    for host in &mut seen.hosts {
        let services = [
            (VMOTION, "vMotion", &mut host.vmotion),
            (FT_LOGGING, "FT logging", &mut host.ft_logging),
        ];
        let mut coming: Vec<&str> = Vec::new();
        for (nic_type, word, on) in services {
            if known.carries(&host.name, nic_type) && !*on {
                *on = true;
                coming.push(word);
            }
        }
        if !coming.is_empty() {
            host.waits.push(format!("host `{}` carries {}", host.name, coming.join(" and ")));
        }
    }
}

/// Finds declared VMs on hosts to come: index of the host and of the VM. The rest stays unknown.
fn missing_vms(
    known: &Known,
    datacenter: &str,
    missing: Vec<(String, FindError)>,
    seen: &mut Seen,
) -> Vec<(usize, usize)> {
    let tree = tree_to_come(known, datacenter);
    let mut found = Vec::new();
    for (text, error) in missing {
        let fitting = tree.find_all(Kind::VirtualMachine, &text).unwrap_or_default();
        let places = fitting.iter().filter_map(place_of);
        let wanted: Vec<(usize, usize)> = places
            .filter(|(host, vm)| {
                let vm = &known.hosts[*host].preview.vms[*vm];
                is_plain_pattern(&text) || !(vm.template || vm.agent)
            })
            .collect();
        match (wanted.len(), is_plain_pattern(&text)) {
            (0, _) if !known.stuck_hosts.is_empty() => seen.out_of_sight.push(text),
            (0, _) => seen.unknown.push((text, error)),
            (2.., true) => {
                let candidates = fitting.iter().filter_map(|object| tree.path(object)).collect();
                let kind = Kind::VirtualMachine;
                let error = FindError::Ambiguous { kind, wanted: text.clone(), candidates };
                seen.unknown.push((text, error));
            }
            _ => found.extend(wanted),
        }
    }
    let mut told = std::collections::BTreeSet::new();
    found.retain(|place| told.insert(*place));
    found
}

/// Where vCenter puts the VMs of a host that is added.
const DISCOVERED: &str = "Discovered virtual machine";

/// The VMs to come as a tree of names, so that paths and patterns mean the same as later.
fn tree_to_come(known: &Known, datacenter: &str) -> Inventory {
    let root = MoRef::new("Folder", "root");
    let [dc, folder, discovered] = [("Datacenter", "dc"), ("Folder", "vm"), ("Folder", "new")]
        .map(|(kind, id)| MoRef::new(kind, id));
    let mut entries = vec![
        Entry::new(root.clone(), "Datacenters", None),
        Entry::new(dc.clone(), datacenter, Some(root.clone())),
        Entry::new(folder.clone(), "vm", Some(dc)),
        Entry::new(discovered.clone(), DISCOVERED, Some(folder)),
    ];
    for (host, coming) in known.hosts.iter().enumerate() {
        for (at, vm) in coming.preview.vms.iter().enumerate() {
            let object = MoRef::new("VirtualMachine", format!("{host}/{at}"));
            let stored = vsphere::percent::escape_name(&vm.name);
            entries.push(Entry::new(object, &stored, Some(discovered.clone())));
        }
    }
    Inventory::new(root, entries)
}

fn place_of(object: &MoRef) -> Option<(usize, usize)> {
    let (host, vm) = object.value.split_once('/')?;
    Some((host.parse().ok()?, vm.parse().ok()?))
}

fn vm_to_come(host: &str, preview: &VmPreview) -> Vm {
    Vm {
        subject: preview.name.clone(),
        object: None,
        host: Some(host.to_owned()),
        power: if preview.powered_on { Power::On } else { Power::Off },
        vcpus: preview.vcpus,
        memory_mb: preview.memory_mb,
        reserved_mb: 0,
        memory_reservation_mb: 0,
        occupied_mb: 0,
        flash_cache: false,
        hot_plug: false,
        template: preview.template,
        agent: preview.agent,
        snapshots: false,
        nested_hv: false,
        datastore: preview.datastore.clone(),
        disks: Vec::new(),
        bad_devices: Vec::new(),
        ft: Ft::Off,
        issues: Vec::new(),
        turning_on: None,
        unreadable: None,
    }
}
