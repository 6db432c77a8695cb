//! Which secondaries should move so that hosts are even: [`rebalance`]. A proposal; nothing here can change
//! anything.

use std::collections::{BTreeMap, HashMap};

use orchestrator::TaskError;
use placement::{Estate, HostId, VmId, even_out};
use vim25::MoRef;
use vsphere::{CallError, Inventory, Kind, Reader};

use super::checks::against_host;
use super::chosen::{Chosen, Selection, choose_vms};
use super::estate::{HYPERVISOR, UNLIMITED, memory_of};
use super::read_hosts::read_clusters;
use super::read_vms::read_vms;
use super::seen::{Host, Seen, Vm};
use crate::lookup;
use crate::trouble::reading;

/// What is there, and what should be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rebalance {
    /// How many pairs were looked at.
    pub pairs: usize,
    /// Pairs that are not protected now, and stay where they are.
    pub unprotected: usize,
    /// What should move, in an order in which each move fits.
    pub moves: Vec<RebalanceMove>,
    /// Pairs by the hosts of primary and secondary, as they are.
    pub before: PairsByHost,
    /// The same after the moves.
    pub after: PairsByHost,
}

/// Numbers of pairs and their vCPUs, by the hosts of primary and secondary.
pub type PairsByHost = BTreeMap<(String, String), (usize, u32)>;

/// A secondary that should move.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RebalanceMove {
    /// The VM.
    pub vm: String,
    /// Its vCPUs.
    pub vcpus: u32,
    /// Host of the primary.
    pub primary: String,
    /// Host of the secondary.
    pub from: String,
    /// Where the secondary should be.
    pub to: String,
}

/// Looks at all pairs, or those of one cluster.
///
/// # Errors
/// When something cannot be read, or there is no such cluster.
pub async fn rebalance(reader: &Reader, cluster: Option<&str>) -> Result<Rebalance, TaskError> {
    let inventory = lookup::inventory(reader).await?;
    let mut selection = Selection { vms: vec!["*".to_owned()], ..Selection::default() };
    if let Some(cluster) = cluster {
        inventory.find(Kind::Cluster, cluster).map_err(|error| {
            TaskError::new("not-found", "cannot find cluster", cluster).caused_by(error)
        })?;
        selection.vms.clear();
        selection.select.places.push((Kind::Cluster, cluster.to_owned()));
    }
    let Chosen { taken, .. } = choose_vms(&selection, reader, std::path::Path::new("")).await?;
    let pairs = taken.iter().filter(|vm| vm.secondary_host.is_some() && vm.host.is_some());
    let objects: Vec<(MoRef, &str)> = pairs.map(|vm| (vm.object.clone(), "*")).collect();
    let mut seen = Seen { vms: read_vms(&objects, reader, &inventory).await?, ..Seen::default() };
    let clusters = clusters(&seen, &inventory);
    read_clusters(&clusters, reader, &inventory, &mut seen).await?;
    let reached = reached(&seen, reader, &inventory).await;
    Ok(proposal(&seen, &reached.map_err(|error| reading("the secondaries").failed(error))?))
}

fn clusters(seen: &Seen, inventory: &Inventory) -> Vec<MoRef> {
    let host = |vm: &Vm| inventory.find(Kind::Host, vm.host.as_deref()?).ok();
    let hosts = seen.vms.iter().filter_map(host);
    let mut clusters: Vec<MoRef> =
        hosts.filter_map(|host| inventory.entry(&host)?.parent.clone()).collect();
    clusters.sort();
    clusters.dedup();
    clusters
}

/// Names of the datastores of each secondary.
async fn reached(
    seen: &Seen,
    reader: &Reader,
    inventory: &Inventory,
) -> Result<HashMap<MoRef, Vec<String>>, CallError> {
    let secondaries: Vec<MoRef> =
        seen.vms.iter().filter_map(|vm| vm.pair()?.secondary.clone()).collect();
    if secondaries.is_empty() {
        return Ok(HashMap::new());
    }
    let found = reader.retrieve_many(&secondaries, &["datastore"]).await?;
    let names = found.iter().map(|one| {
        let names = one.morefs("datastore").into_iter();
        let names = names.filter_map(|store| inventory.name(&store).map(str::to_owned));
        (one.object.clone(), names.collect())
    });
    Ok(names.collect())
}

/// A pair whose halves are on hosts that were read.
struct Pair<'a> {
    vm: &'a Vm,
    primary: HostId,
    secondary: HostId,
    may_move: bool,
}

fn proposal(seen: &Seen, stores: &HashMap<MoRef, Vec<String>>) -> Rebalance {
    let at: HashMap<&str, usize> =
        seen.hosts.iter().enumerate().map(|(at, host)| (host.name.as_str(), at)).collect();
    let place = |name: Option<&str>| Some(HostId(*at.get(name?)?));
    let pairs: Vec<Pair<'_>> = seen
        .vms
        .iter()
        .filter_map(|vm| {
            let pair = vm.pair()?;
            let may_move = pair.state == "running" && pair.das_protected == Some(true);
            let (primary, secondary) =
                (place(vm.host.as_deref())?, place(pair.secondary_host.as_deref())?);
            Some(Pair { vm, primary, secondary, may_move })
        })
        .collect();
    let present: Vec<HostId> = pairs.iter().map(|pair| pair.secondary).collect();
    let moves = even_out(&estate(seen, &pairs, stores), &present);
    let mut places = present.clone();
    for step in &moves {
        places[step.vm.0] = step.to;
    }
    let name = |host: HostId| seen.hosts[host.0].name.clone();
    let count = |places: &[HostId]| {
        let mut counted = PairsByHost::new();
        for (pair, place) in pairs.iter().zip(places) {
            let (pairs, vcpus) = counted.entry((name(pair.primary), name(*place))).or_default();
            (*pairs, *vcpus) = (*pairs + 1, *vcpus + pair.vm.vcpus);
        }
        counted
    };
    Rebalance {
        pairs: pairs.len(),
        unprotected: pairs.iter().filter(|pair| !pair.may_move).count(),
        moves: moves
            .iter()
            .map(|step| RebalanceMove {
                vm: pairs[step.vm.0].vm.subject.clone(),
                vcpus: pairs[step.vm.0].vm.vcpus,
                primary: name(pairs[step.vm.0].primary),
                from: name(step.from),
                to: name(step.to),
            })
            .collect(),
        before: count(&present),
        after: count(&places),
    }
}

/// What is left on each host without these pairs, and where each secondary may be.
fn estate(seen: &Seen, pairs: &[Pair<'_>], stores: &HashMap<MoRef, Vec<String>>) -> Estate {
    let host = |(at, host): (usize, &Host)| {
        let halves =
            pairs.iter().flat_map(|pair| [(pair.primary, pair.vm), (pair.secondary, pair.vm)]);
        let own: Vec<&Vm> = halves.filter(|(host, _)| host.0 == at).map(|(_, vm)| vm).collect();
        let cluster = host.cluster.as_deref();
        let number = seen.clusters.iter().position(|one| Some(one.id.as_str()) == cluster);
        let caps = number.map(|number| seen.clusters[number].caps);
        let vcpus: u32 = own.iter().map(|vm| vm.vcpus).sum();
        let memory: u64 = own.iter().map(|vm| memory_of(vm)).sum();
        let vms = u32::try_from(own.len()).unwrap_or(u32::MAX);
        let left = |cap: Option<u32>, all: u32, own: u32| {
            let cap = cap.filter(|cap| *cap != 0)?;
            Some(cap.saturating_sub(all.saturating_sub(own)))
        };
        let others = host.reserved_mb.saturating_sub(memory);
        placement::Host {
            name: host.name.clone(),
            cluster: number.unwrap_or(usize::MAX),
            vms_left: left(caps.map(|caps| caps.vms), host.ft_vms, vms),
            vcpus_left: left(caps.map(|caps| caps.vcpus), host.ft_vcpus, vcpus),
            memory_left: host
                .memory_mb
                .map_or(UNLIMITED, |all| all.saturating_sub(HYPERVISOR + others)),
            datastores: Vec::new(),
            carried: 0,
        }
    };
    let vm = |pair: &Pair<'_>| placement::Vm {
        name: pair.vm.subject.clone(),
        host: pair.primary,
        vcpus: pair.vm.vcpus,
        memory: memory_of(pair.vm),
        more_memory: memory_of(pair.vm),
        allowed: Some(allowed(seen, pair, stores)),
        pinned: None,
        files: Vec::new(),
    };
    Estate {
        hosts: seen.hosts.iter().enumerate().map(host).collect(),
        datastores: Vec::new(),
        vms: pairs.iter().map(vm).collect(),
        apart: apart(seen, pairs),
    }
}

/// Where a secondary may be: hosts that can take it and reach its datastores. One that is not well stays.
fn allowed(seen: &Seen, pair: &Pair<'_>, stores: &HashMap<MoRef, Vec<String>>) -> Vec<HostId> {
    let Some(cluster) = seen.cluster_of(pair.vm).filter(|_| pair.may_move) else {
        return Vec::new();
    };
    let own = pair.vm.pair().and_then(|own| own.secondary.as_ref());
    let stores = own.and_then(|own| stores.get(own)).map_or(&[][..], Vec::as_slice);
    let reaches = |host: &Host| {
        let has = |store: &String| {
            seen.datastores.get(store).is_some_and(|found| found.hosts.contains(&host.name))
        };
        stores.iter().all(has)
    };
    let rules_allow = |host: &Host| match (&pair.vm.object, &host.object) {
        (Some(vm), Some(host)) => cluster.rules.keeping_off(vm, host).is_none(),
        _ => true,
    };
    let hosts = seen.hosts.iter().enumerate().filter(|(_, host)| {
        host.cluster.as_ref() == Some(&cluster.id)
            && against_host(host, cluster, pair.vm).is_empty()
            && reaches(host)
            && rules_allow(host)
    });
    hosts.map(|(at, _)| HostId(at)).collect()
}

fn apart(seen: &Seen, pairs: &[Pair<'_>]) -> Vec<Vec<VmId>> {
    let rules = seen.clusters.iter().flat_map(|cluster| &cluster.rules.apart);
    let groups = rules.map(|rule| {
        let is_in =
            |pair: &Pair<'_>| pair.vm.object.as_ref().is_some_and(|vm| rule.vms.contains(vm));
        let members = pairs.iter().enumerate().filter(|(_, pair)| is_in(pair));
        members.map(|(at, _)| VmId(at)).collect::<Vec<_>>()
    });
    groups.filter(|members| members.len() > 1).collect()
}
