//! Counts FT VMs and their vCPUs per host, primaries and secondaries, against the cluster's limits.

use std::collections::BTreeMap;

use orchestrator::{Reason, Table};

use super::checks::what;
use super::seen::{Cluster, Host, Seen, Vm};
use crate::forecast::FtCaps;
use crate::lookup::reason;

/// What a host has to carry.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Load {
    pub(super) vcpus: u32,
    pub(super) vms: u32,
}

impl Load {
    fn plus(self, vcpus: u32) -> Self {
        Self { vcpus: self.vcpus + vcpus, vms: self.vms + 1 }
    }

    fn fits(self, caps: FtCaps) -> bool {
        let within = |load: u32, cap: u32| cap == 0 || load <= cap;
        within(self.vms, caps.vms) && within(self.vcpus, caps.vcpus)
    }
}

/// The loads of all hosts, while pairs are added one by one.
#[derive(Debug, Default)]
pub(super) struct Tally {
    now: BTreeMap<String, Load>,
    /// With the pairs that were admitted.
    planned: BTreeMap<String, Load>,
    /// With all pairs that are wanted, also those that do not fit.
    wanted: BTreeMap<String, Load>,
}

impl Tally {
    pub(super) fn of(seen: &Seen) -> Self {
        let load = |host: &Host| Load { vcpus: host.ft_vcpus, vms: host.ft_vms };
        let mut now: BTreeMap<String, Load> =
            seen.hosts.iter().map(|host| (host.name.clone(), load(host))).collect();
        for pair in &seen.pairs_to_come {
            for host in &pair.hosts {
                let entry = now.entry(host.clone()).or_default();
                *entry = entry.plus(pair.vcpus);
            }
        }
        Self { planned: now.clone(), wanted: now.clone(), now }
    }

    /// What the host will carry.
    pub(super) fn load(&self, host: &str) -> Load {
        self.planned.get(host).copied().unwrap_or_default()
    }

    /// Whether one more half of a pair fits on the host.
    pub(super) fn has_room(&self, host: &str, vcpus: u32, caps: FtCaps) -> bool {
        self.load(host).plus(vcpus).fits(caps)
    }

    /// Adds a pair if both halves fit.
    pub(super) fn admit(&mut self, hosts: [&str; 2], vcpus: u32, caps: FtCaps) -> bool {
        let add = |loads: &mut BTreeMap<String, Load>| {
            for host in hosts {
                let entry = loads.entry(host.to_owned()).or_default();
                *entry = entry.plus(vcpus);
            }
        };
        add(&mut self.wanted);
        let fits = hosts.iter().all(|host| self.has_room(host, vcpus, caps));
        if fits {
            add(&mut self.planned);
        }
        fits
    }

    /// The limits that all wanted pairs of the cluster need.
    fn needed(&self, seen: &Seen, cluster: &Cluster) -> FtCaps {
        let hosts = seen.hosts.iter().filter(|host| host.cluster.as_ref() == Some(&cluster.id));
        let loads = hosts.filter_map(|host| self.wanted.get(&host.name));
        loads.fold(FtCaps { vms: 0, vcpus: 0 }, |most, load| FtCaps {
            vms: most.vms.max(load.vms),
            vcpus: most.vcpus.max(load.vcpus),
        })
    }

    /// The block for a VM that does not fit. Call it when all pairs were offered.
    pub(super) fn refusal(&self, seen: &Seen, cluster: &Cluster, vm: &Vm) -> Reason {
        let (caps, needed) = (cluster.caps, self.needed(seen, cluster));
        let mut over = Vec::new();
        let mut set = Vec::new();
        let mut judge = |cap: u32, needed: u32, things: &str, option: &str, field: &str| {
            if cap != 0 && needed > cap {
                over.push(format!("{needed} {things} (limit {cap})"));
                set.push(format!("`{option}` to {needed} (`ft.{field}` of the `cluster` task)"));
            }
        };
        judge(caps.vms, needed.vms, "FT VMs", "das.maxftvmsperhost", "max_vms_per_host");
        judge(caps.vcpus, needed.vcpus, "FT vCPUs", "das.maxftvcpusperhost", "max_vcpus_per_host");
        let cause = format!(
            "primaries and secondaries counted, a host of cluster `{}` would have {}",
            cluster.name,
            over.join(" and ")
        );
        let fix = format!("set {}; 0 checks nothing; or add a host", set.join(" and "));
        reason("ft-capacity", what(vm), cause, fix)
    }

    /// The figures behind it, host by host; `None` when no host is known.
    pub(super) fn table(&self, seen: &Seen) -> Option<Table> {
        let row = |host: &Host| {
            let cluster = host.cluster.as_ref().and_then(|id| seen.cluster(id))?;
            let get =
                |loads: &BTreeMap<String, Load>| loads.get(&host.name).copied().unwrap_or_default();
            let (now, planned, wanted) = (get(&self.now), get(&self.planned), get(&self.wanted));
            let cap = |cap: u32| if cap == 0 { "none".to_owned() } else { cap.to_string() };
            Some(vec![
                host.name.clone(),
                course(now.vms, planned.vms, wanted.vms),
                cap(cluster.caps.vms),
                course(now.vcpus, planned.vcpus, wanted.vcpus),
                cap(cluster.caps.vcpus),
            ])
        };
        let columns = ["host", "FT VMs", "limit", "FT vCPUs", "limit"];
        let mut rows: Vec<Vec<String>> = seen.hosts.iter().filter_map(row).collect();
        rows.sort();
        (!rows.is_empty()).then(|| Table {
            title: "FT capacity per host, primaries and secondaries".to_owned(),
            columns: columns.map(str::to_owned).to_vec(),
            rows,
        })
    }
}

/// What is there, what will be, and what would be if everything fitted.
fn course(now: u32, planned: u32, wanted: u32) -> String {
    let change = if now == planned { now.to_string() } else { format!("{now} → {planned}") };
    if planned == wanted { change } else { format!("{change} ({wanted} wanted)") }
}
