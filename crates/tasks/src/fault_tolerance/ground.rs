//! What is the same for every VM of a cluster, worked out once: [`Ground`]. Estates have thousands of VMs, hundreds
//! of hosts and many datastores; looking through all of them for each VM would take longer than all the rest.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use vsphere::inventory::matches_pattern;

use super::seen::Seen;
use super::spec::Spec;

/// Hosts and datastores by cluster.
pub(super) struct Ground<'a> {
    pub(super) spec: &'a Spec,
    pub(super) seen: &'a Seen,
    /// Places in the list of hosts, by the id of their cluster.
    members: HashMap<&'a str, Vec<usize>>,
    /// The names that `secondary.datastores` means, by the id of the cluster.
    pools: HashMap<&'a str, Arc<[String]>>,
    /// The same for a cluster that reaches none of them: all names.
    pool: Option<Arc<[String]>>,
}

impl<'a> Ground<'a> {
    pub(super) fn of(spec: &'a Spec, seen: &'a Seen) -> Self {
        let mut members: HashMap<&str, Vec<usize>> = HashMap::new();
        for (at, host) in seen.hosts.iter().enumerate() {
            if let Some(cluster) = host.cluster.as_deref() {
                members.entry(cluster).or_default().push(at);
            }
        }
        let pool = pool(spec, seen);
        let pools = pool.as_deref().map(|pool| pools(pool, seen)).unwrap_or_default();
        Self { spec, seen, members, pools, pool }
    }

    /// Places in the list of hosts of those in a cluster.
    pub(super) fn members(&self, cluster: &str) -> &[usize] {
        self.members.get(cluster).map_or(&[], Vec::as_slice)
    }

    /// Names of the datastores that `secondary.datastores` means in a cluster; `None` when it is not declared.
    pub(super) fn pool(&self, cluster: &str) -> Option<&Arc<[String]>> {
        self.pools.get(cluster).or(self.pool.as_ref())
    }
}

/// The names that are meant, in the order of all datastores.
fn pool(spec: &Spec, seen: &Seen) -> Option<Arc<[String]>> {
    if spec.datastores.is_empty() {
        return None;
    }
    let fits = |name: &&String| spec.datastores.iter().any(|text| matches_pattern(text, name));
    let found: Vec<String> = seen.datastores.keys().filter(fits).cloned().collect();
    Some(if found.is_empty() { spec.datastores.clone().into() } else { found.into() })
}

/// What of the pool the hosts of each cluster reach; nothing for clusters that reach nothing of it.
fn pools<'a>(pool: &[String], seen: &'a Seen) -> HashMap<&'a str, Arc<[String]>> {
    let mut reached: HashMap<&str, Vec<String>> = HashMap::new();
    for name in pool {
        let hosts = seen.datastores.get(name).into_iter().flat_map(|datastore| &datastore.hosts);
        let clusters: BTreeSet<&str> =
            hosts.filter_map(|host| seen.host(host)?.cluster.as_deref()).collect();
        clusters
            .into_iter()
            .for_each(|cluster| reached.entry(cluster).or_default().push(name.clone()));
    }
    reached.into_iter().map(|(cluster, names)| (cluster, names.into())).collect()
}
