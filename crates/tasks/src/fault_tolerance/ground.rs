//! What is the same for every VM of a cluster, worked out once: [`Ground`]. Estates have thousands of VMs, hundreds
//! of hosts and many datastores; looking through all of them for each VM would take longer than all the rest.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use vsphere::inventory::matches_pattern;

use super::seen::{Datastore, Seen};
use super::spec::Spec;

/// Datastores to choose from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Among {
    /// Their names, as they were declared or found; empty when nothing is known.
    pub(super) names: Arc<[String]>,
    /// Places in the list of datastores of those that there are.
    pub(super) places: Arc<[usize]>,
}

/// Hosts and datastores by cluster.
pub(super) struct Ground<'a> {
    pub(super) spec: &'a Spec,
    pub(super) seen: &'a Seen,
    /// Places in the list of hosts, by the id of their cluster.
    members: HashMap<&'a str, Vec<usize>>,
    /// Places in the list of datastores, by name.
    stores: HashMap<&'a str, usize>,
    /// For each datastore, whether each host has it.
    mounts: Vec<Vec<bool>>,
    /// What `secondary.datastores` means, by the id of the cluster.
    pools: HashMap<&'a str, Among>,
    /// The same for a cluster that reaches none of them: all.
    pool: Option<Among>,
}

impl<'a> Ground<'a> {
    pub(super) fn of(spec: &'a Spec, seen: &'a Seen) -> Self {
        let mut members: HashMap<&str, Vec<usize>> = HashMap::new();
        for (at, host) in seen.hosts.iter().enumerate() {
            if let Some(cluster) = host.cluster.as_deref() {
                members.entry(cluster).or_default().push(at);
            }
        }
        let stores = seen.datastores.keys().enumerate().map(|(at, name)| (name.as_str(), at));
        let (pools, pool) = (HashMap::new(), None);
        let mounts = mounts(seen);
        let mut ground =
            Self { spec, seen, members, stores: stores.collect(), mounts, pools, pool };
        if let Some(names) = pool_names(spec, seen) {
            let pools = pools_of(&names, seen).into_iter();
            ground.pools = pools.map(|(id, names)| (id, ground.among(names.into()))).collect();
            ground.pool = Some(ground.among(names));
        }
        ground
    }

    /// Datastores by their names.
    pub(super) fn among(&self, names: Arc<[String]>) -> Among {
        let places = names.iter().filter_map(|name| self.stores.get(name.as_str()).copied());
        Among { places: places.collect(), names }
    }

    /// Whether a host has any of these datastores; given another host, any that both have. Both are places in the
    /// list of hosts.
    pub(super) fn reaches(&self, among: &Among, host: usize, also: Option<usize>) -> bool {
        let has = |store: usize, host: usize| self.mounts[store].get(host) == Some(&true);
        among
            .places
            .iter()
            .any(|store| has(*store, host) && also.is_none_or(|also| has(*store, also)))
    }

    /// Places in the list of hosts of those in a cluster.
    pub(super) fn members(&self, cluster: &str) -> &[usize] {
        self.members.get(cluster).map_or(&[], Vec::as_slice)
    }

    /// The datastores that `secondary.datastores` means in a cluster; `None` when it is not declared.
    pub(super) fn pool(&self, cluster: &str) -> Option<&Among> {
        self.pools.get(cluster).or(self.pool.as_ref())
    }
}

/// The names that are meant, in the order of all datastores.
fn pool_names(spec: &Spec, seen: &Seen) -> Option<Arc<[String]>> {
    if spec.datastores.is_empty() {
        return None;
    }
    let fits = |name: &&String| spec.datastores.iter().any(|text| matches_pattern(text, name));
    let found: Vec<String> = seen.datastores.keys().filter(fits).cloned().collect();
    Some(if found.is_empty() { spec.datastores.clone().into() } else { found.into() })
}

/// What of the pool the hosts of each cluster reach; nothing for clusters that reach nothing of it.
fn pools_of<'a>(pool: &[String], seen: &'a Seen) -> HashMap<&'a str, Vec<String>> {
    let mut reached: HashMap<&str, Vec<String>> = HashMap::new();
    for name in pool {
        let hosts = seen.datastores.get(name).into_iter().flat_map(|datastore| &datastore.hosts);
        let clusters: BTreeSet<&str> =
            hosts.filter_map(|host| seen.host(host)?.cluster.as_deref()).collect();
        clusters
            .into_iter()
            .for_each(|cluster| reached.entry(cluster).or_default().push(name.clone()));
    }
    reached
}

fn mounts(seen: &Seen) -> Vec<Vec<bool>> {
    let of_one = |store: &Datastore| {
        let mut hosts = vec![false; seen.hosts.len()];
        store.hosts.iter().filter_map(|name| seen.host_place(name)).for_each(|at| hosts[at] = true);
        hosts
    };
    seen.datastores.values().map(of_one).collect()
}
