//! Collects everything that the plan needs: what exists first, then what is to come.

use std::collections::HashMap;

use orchestrator::TaskError;
use vim25::MoRef;
use vsphere::inventory::Entry;
use vsphere::{FindError, Inventory, Kind, Reader};

use super::choose::choose;
use super::foresee::foresee;
use super::read_hosts::read_clusters;
use super::read_issues::read_issues;
use super::read_vms::read_vms;
use super::seen::Seen;
use super::spec::Spec;
use crate::forecast::Known;
use crate::lookup::{self, Place};

pub(super) async fn observe(
    spec: &Spec,
    listed: &[String],
    reader: &Reader,
    known: &Known,
) -> Result<Seen, TaskError> {
    let mut inventory = lookup::inventory(reader).await?;
    let mut datacenter = Place::Coming { name: String::new() };
    if spec.datacenter.is_some() || only_one_datacenter(&inventory) {
        datacenter = lookup::datacenter(&mut inventory, known, spec.datacenter.as_deref());
    }
    let mut seen = Seen { pairs_to_come: known.pairs.clone(), ..Seen::default() };
    seen.wanted_cluster =
        spec.cluster.as_deref().map(|name| wanted_cluster(name, &inventory, known, &datacenter));
    let missing = find_vms(spec, listed, reader, &inventory, &mut seen).await?;
    read_clusters(&parents(&inventory, known, &seen), reader, &inventory, &mut seen).await?;
    foresee(known, datacenter.name(), missing, &mut seen);
    seen.vms.retain(|vm| vm.object.is_some() || !spec.select.leaves_out(&vm.subject));
    seen.note_host_places();
    read_issues(spec, &mut seen, reader).await?;
    Ok(seen)
}

fn only_one_datacenter(inventory: &Inventory) -> bool {
    inventory.entries().iter().filter(|entry| entry.object.kind == "Datacenter").count() == 1
}

fn wanted_cluster(
    name: &str,
    inventory: &Inventory,
    known: &Known,
    datacenter: &Place,
) -> Result<String, FindError> {
    if datacenter.name().is_empty() {
        return inventory.find(Kind::Cluster, name).map(|object| object.value.to_string());
    }
    match lookup::cluster(inventory, known, datacenter, name) {
        Place::Here { object, .. } => Ok(object.value.to_string()),
        Place::Coming { name } => Ok(name),
        Place::Nowhere(error) => Err(error),
    }
}

/// Reads the declared VMs that exist, and gives back the texts that fit none.
async fn find_vms(
    spec: &Spec,
    listed: &[String],
    reader: &Reader,
    inventory: &Inventory,
    seen: &mut Seen,
) -> Result<Vec<(String, FindError)>, TaskError> {
    let texts = spec.vms.iter().chain(listed);
    let choice = choose(texts, &spec.select, reader, inventory).await?;
    seen.unknown.extend(choice.unknown);
    seen.vms = read_vms(&choice.objects, reader, inventory).await?;
    Ok(choice.missing)
}

/// The clusters of the VMs, of the declaration, and those that a host is still to join: its VMs run there then.
fn parents(inventory: &Inventory, known: &Known, seen: &Seen) -> Vec<MoRef> {
    let wanted = seen.wanted_cluster.as_ref().and_then(|found| found.as_ref().ok());
    let hosts = inventory.entries().iter().filter(|entry| entry.object.kind == "HostSystem");
    let parent_of: HashMap<&str, &MoRef> =
        hosts.filter_map(|entry| Some((entry.name.as_str(), entry.parent.as_ref()?))).collect();
    let of_vms = seen.vms.iter().filter_map(|vm| parent_of.get(vm.host.as_deref()?).copied());
    let mut parents: Vec<MoRef> = of_vms.cloned().collect();
    let is_joined = |entry: &Entry| {
        let datacenter = inventory.datacenter_of(&entry.object);
        let datacenter = datacenter.and_then(|object| inventory.name(object));
        known.hosts.iter().any(|host| {
            host.cluster.as_deref() == Some(&*entry.name) && datacenter == Some(&*host.datacenter)
        })
    };
    let is_wanted = |entry: &&Entry| {
        let named = Some(entry.object.value.as_str()) == wanted.map(String::as_str);
        entry.object.kind == "ClusterComputeResource" && (named || is_joined(entry))
    };
    let named = inventory.entries().iter().filter(is_wanted);
    parents.extend(named.map(|entry| entry.object.clone()));
    parents.sort();
    parents.dedup();
    parents
}
