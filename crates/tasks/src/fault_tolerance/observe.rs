//! Collects everything that the plan needs: what exists first, then what is to come.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use orchestrator::TaskError;
use vim25::MoRef;
use vsphere::{FindError, Inventory, Kind, Reader};

use super::foresee::foresee;
use super::read_hosts::read_clusters;
use super::read_issues::read_issues;
use super::read_vms::{is_plain_pattern, read_vms};
use super::seen::Seen;
use super::select::{chosen, left_out};
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
    read_clusters(&parents(&inventory, &seen), reader, &inventory, &mut seen).await?;
    foresee(known, datacenter.name(), missing, &mut seen);
    seen.vms.retain(|vm| vm.object.is_some() || !spec.select.leaves_out(&vm.subject));
    read_issues(&mut seen.vms, reader).await?;
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
    let (mut objects, mut missing) = (Vec::new(), Vec::new());
    for text in spec.vms.iter().chain(listed) {
        let wanted = text.clone();
        match inventory.find_all(Kind::VirtualMachine, text) {
            Ok(found) if found.is_empty() => {
                let error = inventory.find(Kind::VirtualMachine, text).err();
                missing.extend(error.map(|error| (wanted, error)));
            }
            Ok(found) if found.len() > 1 && is_plain_pattern(text) => {
                let error = inventory.find(Kind::VirtualMachine, text).err();
                seen.unknown.extend(error.map(|error| (wanted, error)));
            }
            Ok(found) => objects.extend(found.into_iter().map(|object| (object, text.as_str()))),
            Err(error) => seen.unknown.push((wanted, error)),
        }
    }
    match chosen(&spec.select, reader, inventory).await? {
        Ok(found) => objects.extend(found.into_iter().map(|object| (object, "*"))),
        Err(unknown) => seen.unknown.push(unknown),
    }
    match left_out(&spec.select, inventory) {
        Ok(out) => objects.retain(|(object, _)| !out.contains(object)),
        Err(unknown) => seen.unknown.push(unknown),
    }
    // A VM that is named and also fits a pattern counts as named, in the place where it came first.
    let named: BTreeMap<_, _> =
        objects.iter().filter(|(_, text)| is_plain_pattern(text)).cloned().collect();
    let mut known = BTreeSet::new();
    objects.retain(|(object, _)| known.insert(object.clone()));
    for (object, text) in &mut objects {
        *text = named.get(object).copied().unwrap_or(*text);
    }
    seen.vms = read_vms(&objects, reader, inventory).await?;
    Ok(missing)
}

/// The clusters of the VMs and of the declaration.
fn parents(inventory: &Inventory, seen: &Seen) -> Vec<MoRef> {
    let wanted = seen.wanted_cluster.as_ref().and_then(|found| found.as_ref().ok());
    let hosts = inventory.entries().iter().filter(|entry| entry.object.kind == "HostSystem");
    let parent_of: HashMap<&str, &MoRef> =
        hosts.filter_map(|entry| Some((entry.name.as_str(), entry.parent.as_ref()?))).collect();
    let of_vms = seen.vms.iter().filter_map(|vm| parent_of.get(vm.host.as_deref()?).copied());
    let mut parents: Vec<MoRef> = of_vms.cloned().collect();
    let named = inventory.entries().iter().find(|entry| {
        entry.object.kind == "ClusterComputeResource"
            && Some(entry.object.value.as_str()) == wanted.map(String::as_str)
    });
    parents.extend(named.map(|entry| entry.object.clone()));
    parents.sort();
    parents.dedup();
    parents
}
