//! The cheapest change that makes more possible: [`advise`].
//!
//! Limits of machines and vCPUs cost a setting, space costs storage, a host costs a host: in that order.

use crate::estate::{DatastoreId, Estate, HostId};
use crate::outcome::{Obstacle, Outcome};
use crate::solve::place_with;

/// Looks spent on each change that is tried.
const LOOKS: u64 = 100_000;
/// Hosts that are tried at most.
const HOSTS: usize = 4;

/// A change to one cluster and what it brings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advice {
    /// The cluster.
    pub cluster: usize,
    /// FT machines that each host has to be allowed in addition.
    pub more_vms: u32,
    /// vCPUs of FT machines that each host has to be allowed in addition.
    pub more_vcpus: u32,
    /// Hosts like the largest of the cluster, in addition.
    pub more_hosts: usize,
    /// Space in MiB that is needed in addition, and the datastores that lack it.
    pub more_space: Option<(u64, Vec<DatastoreId>)>,
    /// How many more could be placed then.
    pub gains: usize,
}

/// One piece of advice for each cluster where something has no place and a change was found that helps.
#[must_use]
pub fn advise(estate: &Estate, outcome: &Outcome) -> Vec<Advice> {
    let mut clusters: Vec<usize> =
        outcome.unplaced().map(|vm| estate.host(estate.vm(vm).host).cluster).collect();
    clusters.sort_unstable();
    clusters.dedup();
    clusters.into_iter().filter_map(|cluster| Case::of(estate, outcome, cluster).advise()).collect()
}

/// One cluster by itself.
struct Case {
    cluster: usize,
    estate: Estate,
    placed: usize,
    obstacles: Vec<Obstacle>,
}

impl Case {
    fn of(estate: &Estate, outcome: &Outcome, cluster: usize) -> Self {
        let is_in = |host: HostId| estate.host(host).cluster == cluster;
        let mut own = estate.clone();
        let mut places = Vec::new();
        let mut kept = std::collections::HashMap::new();
        own.vms.clear();
        for (at, vm) in estate.vms.iter().enumerate().filter(|(_, vm)| is_in(vm.host)) {
            kept.insert(crate::VmId(at), crate::VmId(own.vms.len()));
            own.vms.push(vm.clone());
            places.push(&outcome.vms[at]);
        }
        for group in &mut own.apart {
            *group = group.iter().filter_map(|vm| kept.get(vm).copied()).collect();
        }
        let obstacles = places.iter().filter_map(|place| place.as_ref().err()).flatten().copied();
        Case {
            cluster,
            placed: places.iter().filter(|place| place.is_ok()).count(),
            obstacles: obstacles.collect(),
            estate: own,
        }
    }

    fn advise(&self) -> Option<Advice> {
        let any = |test: fn(&Obstacle) -> bool| self.obstacles.iter().any(test);
        let vms = any(|one| matches!(one, Obstacle::Vms(_) | Obstacle::PrimaryVms));
        let vcpus = any(|one| matches!(one, Obstacle::Vcpus(_) | Obstacle::PrimaryVcpus));
        let caps = if vms || vcpus { self.caps() } else { None };
        caps.or_else(|| self.space()).or_else(|| self.hosts())
    }

    fn nothing(&self) -> Advice {
        let cluster = self.cluster;
        Advice { cluster, more_vms: 0, more_vcpus: 0, more_hosts: 0, more_space: None, gains: 0 }
    }

    fn wanted(&self) -> usize {
        self.estate.vms.len()
    }

    fn placed_in(estate: &Estate) -> usize {
        place_with(estate, LOOKS).placed()
    }

    fn with_caps(&self, vms: u32, vcpus: u32) -> Estate {
        let mut estate = self.estate.clone();
        for host in estate.hosts.iter_mut().filter(|host| host.cluster == self.cluster) {
            host.vms_left = host.vms_left.map(|left| left.saturating_add(vms));
            host.vcpus_left = host.vcpus_left.map(|left| left.saturating_add(vcpus));
        }
        estate
    }

    /// Higher limits per host: as much as it takes for all that limits alone keep out.
    fn caps(&self) -> Option<Advice> {
        let high = u32::try_from(self.wanted()).unwrap_or(u32::MAX);
        let heaviest = self.estate.vms.iter().map(|vm| vm.vcpus).max().unwrap_or(0);
        let high_vcpus = high.saturating_mul(heaviest);
        let best = Self::placed_in(&self.with_caps(high, high_vcpus));
        if best <= self.placed {
            return None;
        }
        let more_vcpus =
            lowest(high_vcpus, |vcpus| Self::placed_in(&self.with_caps(high, vcpus)) >= best);
        let more_vms =
            lowest(high, |vms| Self::placed_in(&self.with_caps(vms, more_vcpus)) >= best);
        Some(Advice { more_vms, more_vcpus, gains: best - self.placed, ..self.nothing() })
    }

    /// More space on the datastores that are too full.
    fn space(&self) -> Option<Advice> {
        let hosts = self.obstacles.iter().filter_map(|obstacle| match obstacle {
            Obstacle::Space(host) => Some(*host),
            _ => None,
        });
        let reached = hosts.flat_map(|host| self.estate.host(host).datastores.clone());
        let mut datastores: Vec<DatastoreId> = reached.collect();
        datastores.sort_unstable();
        datastores.dedup();
        let files = self.estate.vms.iter().flat_map(|vm| &vm.files);
        let all: u64 = files.map(|file| file.size).sum();
        let with = |more: u64| {
            let mut estate = self.estate.clone();
            datastores.iter().for_each(|datastore| estate.datastores[datastore.0].free += more);
            Self::placed_in(&estate)
        };
        let best = if datastores.is_empty() { 0 } else { with(all) };
        if best <= self.placed {
            return None;
        }
        // GiB steps: nobody grows a datastore by a MiB.
        let gib = u32::try_from(all / 1024 + 1).unwrap_or(u32::MAX);
        let each = u64::from(lowest(gib, |gib| with(u64::from(gib) * 1024) >= best)) * 1024;
        let more_space = Some((each, datastores));
        Some(Advice { more_space, gains: best - self.placed, ..self.nothing() })
    }

    fn hosts(&self) -> Option<Advice> {
        let hosts = self.estate.hosts.iter().enumerate();
        let own = hosts.filter(|(_, host)| host.cluster == self.cluster);
        let (like, largest) = own.max_by_key(|(_, host)| host.memory_left)?;
        let like = HostId(like);
        let mut estate = self.estate.clone();
        (1..=HOSTS).find_map(|more_hosts| {
            let new = HostId(estate.hosts.len());
            estate.hosts.push(largest.clone());
            // Who may use the host that it is like may use it as well.
            for vm in &mut estate.vms {
                let home =
                    vm.host == like && vm.allowed.as_ref().is_some_and(|all| !all.is_empty());
                vm.allowed
                    .iter_mut()
                    .filter(|all| home || all.contains(&like))
                    .for_each(|all| all.push(new));
            }
            let placed = Self::placed_in(&estate);
            let gains = placed.saturating_sub(self.placed);
            let enough = placed == self.wanted() || (more_hosts == HOSTS && gains > 0);
            enough.then(|| Advice { more_hosts, gains, ..self.nothing() })
        })
    }
}

/// The lowest number up to `high` that does, given that `high` does and more never hurts.
fn lowest(high: u32, does: impl Fn(u32) -> bool) -> u32 {
    let (mut low, mut high) = (0, high);
    while low < high {
        let middle = low + (high - low) / 2;
        if does(middle) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    low
}
