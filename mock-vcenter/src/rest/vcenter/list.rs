//! Lists of objects: what each kind shows of itself, and which filters narrow its list.

use std::sync::Arc;

use serde_json::{Value as Json, json};
use vim25::types::DatastoreSummary;
use vim25::{MoRef, WireEnum, mo};

use crate::behaviour::cluster_compute_resource::{ClusterComputeResource, hosts};
use crate::behaviour::datastore::{self, Datastore};
use crate::behaviour::host_system::HostSystem;
use crate::behaviour::resource_pool::ResourcePool;
use crate::behaviour::virtual_machine::VirtualMachine;
use crate::endpoint::url;
use crate::inventory::{Folder, ancestors};
use crate::store::{Reading, Snapshot};

use super::filter::Filter;

/// Kinds of objects that are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::rest) enum Listed {
    Cluster,
    Datacenter,
    Datastore,
    Folder,
    Host,
    Network,
    ResourcePool,
    Vm,
}

/// Kinds with their place in a path, their managed types, and what their identifier is called.
const KINDS: &[(Listed, &str, &[&str], &str)] = &[
    (Listed::Cluster, "cluster", &["ClusterComputeResource"], "cluster"),
    (Listed::Datacenter, "datacenter", &["Datacenter"], "datacenter"),
    (Listed::Datastore, "datastore", &["Datastore"], "datastore"),
    (Listed::Folder, "folder", &["Folder"], "folder"),
    (Listed::Host, "host", &["HostSystem"], "host"),
    (
        Listed::Network,
        "network",
        &["Network", "DistributedVirtualPortgroup", "OpaqueNetwork"],
        "network",
    ),
    (Listed::ResourcePool, "resource-pool", &["ResourcePool"], "resource_pool"),
    (Listed::Vm, "vm", &["VirtualMachine"], "vm"),
];

impl Listed {
    /// The kind at this place in a path.
    pub(in crate::rest) fn named(name: &str) -> Option<Self> {
        KINDS.iter().find(|(_, path, _, _)| *path == name).map(|(kind, ..)| *kind)
    }

    /// Its place in a path.
    pub(in crate::rest) fn name(self) -> &'static str {
        self.facts().0
    }

    fn facts(self) -> (&'static str, &'static [&'static str], &'static str) {
        let found = KINDS.iter().find(|(kind, ..)| *kind == self);
        found.map_or(("", &[], ""), |(_, path, types, field)| (*path, *types, *field))
    }
}

pub(super) fn list(snapshot: &Arc<Snapshot>, kind: Listed, query: &str) -> Json {
    let filter = Filter::read(query);
    let (_, types, field) = kind.facts();
    let all = types.iter().flat_map(|managed| snapshot.of_kind(managed));
    let shown = all.filter_map(|id| {
        let object = Object { snapshot, id };
        let mut summary = object.summary(kind)?;
        summary[field] = json!(&*id.value);
        summary["name"] = json!(object.name());
        object.fits(kind, field, &summary, &filter).then_some(summary)
    });
    Json::Array(shown.collect())
}

/// The name without the escapes of the vim API.
pub(super) fn name_of(snapshot: &Snapshot, id: &MoRef) -> String {
    let name = Reading::of(snapshot).property(id, "name").map(crate::store::Property::into_value);
    let name = name.as_ref().and_then(|name| name.as_str()).unwrap_or_default();
    url::decoded(name).unwrap_or_else(|| name.to_owned())
}

/// Filters by a word of the summary.
const BY_WORD: &[(&str, &str)] = &[
    ("connection_states", "connection_state"),
    ("names", "name"),
    ("power_states", "power_state"),
    ("type", "type"),
    ("types", "type"),
];

struct Object<'a> {
    snapshot: &'a Snapshot,
    id: &'a MoRef,
}

impl Object<'_> {
    fn name(&self) -> String {
        name_of(self.snapshot, self.id)
    }

    /// What the list shows besides identifier and name; `None` for what is not listed.
    fn summary(&self, kind: Listed) -> Option<Json> {
        let (snapshot, id) = (self.snapshot, self.id);
        Some(match kind {
            Listed::Cluster => {
                let cluster = snapshot.get::<ClusterComputeResource>(id)?;
                json!({ "ha_enabled": cluster.ha_is_on(), "drs_enabled": cluster.drs_is_on() })
            }
            Listed::Datastore => {
                snapshot.get::<Datastore>(id)?;
                let free = datastore::free_in(snapshot, id);
                let summary = Reading::of(snapshot).property(id, "summary")?.into_value();
                let capacity = summary.as_object::<DatastoreSummary>()?.capacity;
                json!({ "type": "VMFS", "free_space": free, "capacity": capacity })
            }
            Listed::Folder => json!({ "type": folder_type(snapshot.get::<Folder>(id)?) }),
            Listed::Host => host(snapshot.get::<HostSystem>(id)?),
            Listed::Network => json!({ "type": network_type(&id.kind) }),
            Listed::Vm => {
                // Templates are no virtual machines to this list.
                let vm = snapshot.get::<VirtualMachine>(id).filter(|vm| !vm.is_template())?;
                json!({
                    "power_state": in_capitals(vm.power.as_str()),
                    "cpu_count": vm.cpus,
                    "memory_size_MiB": vm.memory,
                })
            }
            Listed::Datacenter | Listed::ResourcePool => json!({}),
        })
    }

    fn fits(&self, kind: Listed, field: &str, summary: &Json, filter: &Filter) -> bool {
        let own = filter.takes(&format!("{field}s"), [&*self.id.value]);
        let words = BY_WORD.iter().all(|(name, member)| {
            summary[*member].as_str().is_none_or(|word| filter.takes(name, [word]))
        });
        own && words && self.is_within(kind, filter)
    }

    /// Whether it is in the folders, datacenters, clusters, hosts and pools that are asked for.
    fn is_within(&self, kind: Listed, filter: &Filter) -> bool {
        let above = ancestors(self.snapshot, self.id);
        let parent = above.first();
        // A host is in the folder of its cluster, or of what it is by itself.
        let parent_folder = match kind {
            Listed::Host => above.iter().find(|object| object.kind == "Folder"),
            _ => parent.filter(|parent| parent.kind == "Folder"),
        };
        let folders = if kind == Listed::Folder { "parent_folders" } else { "folders" };
        if !filter.takes(folders, parent_folder.map(|folder| &*folder.value))
            || (kind != Listed::Datacenter
                && !filter.takes("datacenters", of_kind(&above, "Datacenter")))
        {
            return false;
        }
        match kind {
            Listed::Vm => self.vm_is_within(filter),
            Listed::Host => {
                let clusters: Vec<&str> = of_kind(&above, "ClusterComputeResource").collect();
                let alone = if clusters.is_empty() { "true" } else { "false" };
                filter.takes("clusters", &clusters) && filter.takes("standalone", [alone])
            }
            Listed::ResourcePool => {
                let owner = self.snapshot.get::<ResourcePool>(self.id).map(|pool| &pool.owner);
                let hosts = owner.map_or(&[][..], |owner| hosts(owner, self.snapshot));
                let pool = parent.filter(|parent| parent.kind == "ResourcePool");
                filter.takes("clusters", of_kind(&above, "ClusterComputeResource"))
                    && filter.takes("hosts", hosts.iter().map(|host| &*host.value))
                    && filter.takes("parent_resource_pools", pool.map(|pool| &*pool.value))
            }
            _ => true,
        }
    }

    fn vm_is_within(&self, filter: &Filter) -> bool {
        let Some(vm) = self.snapshot.get::<VirtualMachine>(self.id) else { return false };
        let above = vm.host.as_ref().map(|host| ancestors(self.snapshot, host)).unwrap_or_default();
        filter.takes("hosts", vm.host.iter().map(|host| &*host.value))
            && filter.takes("clusters", of_kind(&above, "ClusterComputeResource"))
            && filter.takes("resource_pools", vm.pool.iter().map(|pool| &*pool.value))
    }
}

fn of_kind<'a>(objects: &'a [MoRef], kind: &'a str) -> impl Iterator<Item = &'a str> {
    objects.iter().filter(move |object| object.kind == kind).map(|object| &*object.value)
}

fn host(host: &HostSystem) -> Json {
    let mut summary = json!({ "connection_state": in_capitals(host.connection.as_str()) });
    if host.is_connected() {
        summary["power_state"] = json!("POWERED_ON");
    }
    summary
}

fn folder_type(folder: &Folder) -> &'static str {
    let holds = |kind: &str| folder.child_type.iter().any(|child| mo::is_a(child, kind));
    if holds("Datacenter") {
        "DATACENTER"
    } else if holds("VirtualMachine") {
        "VIRTUAL_MACHINE"
    } else if holds("ComputeResource") {
        "HOST"
    } else if holds("Datastore") {
        "DATASTORE"
    } else {
        "NETWORK"
    }
}

fn network_type(kind: &str) -> &'static str {
    match kind {
        "DistributedVirtualPortgroup" => "DISTRIBUTED_PORTGROUP",
        "OpaqueNetwork" => "OPAQUE_NETWORK",
        _ => "STANDARD_PORTGROUP",
    }
}

/// A word of the vim API as this one writes it: `poweredOn` is `POWERED_ON`.
pub(super) fn in_capitals(word: &str) -> String {
    let mut text = String::new();
    for letter in word.chars() {
        if letter.is_ascii_uppercase() && !text.is_empty() {
            text.push('_');
        }
        text.push(letter.to_ascii_uppercase());
    }
    text
}
