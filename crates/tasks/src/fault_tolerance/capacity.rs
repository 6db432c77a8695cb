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
        Self { vcpus: self.vcpus.saturating_add(vcpus), vms: self.vms.saturating_add(1) }
    }
}

type Loads = BTreeMap<String, Load>;

/// The loads of all hosts.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// With the pairs that exist or that earlier tasks will make.
    now: Loads,
    /// With the pairs that were found a place.
    planned: Loads,
    /// With all pairs that the limits per host alone keep out.
    wanted: Loads,
}

impl Tally {
    pub(super) fn of(seen: &Seen) -> Self {
        let load = |host: &Host| Load { vcpus: host.ft_vcpus, vms: host.ft_vms };
        let mut now: Loads =
            seen.hosts.iter().map(|host| (host.name.clone(), load(host))).collect();
        for pair in &seen.pairs_to_come {
            add(&mut now, [&pair.hosts[0], &pair.hosts[1]], pair.vcpus);
        }
        Self { planned: now.clone(), wanted: now.clone(), now }
    }

    /// What the host carries already.
    pub(super) fn now(&self, host: &str) -> Load {
        self.now.get(host).copied().unwrap_or_default()
    }

    /// Adds a pair that has a place.
    pub(super) fn plan(&mut self, hosts: [&str; 2], vcpus: u32) {
        add(&mut self.planned, hosts, vcpus);
    }

    /// Adds a pair as it would be with higher limits.
    pub(super) fn want(&mut self, hosts: [&str; 2], vcpus: u32) {
        add(&mut self.wanted, hosts, vcpus);
    }

    /// The limits that all wanted pairs of the cluster need.
    pub(super) fn needed(&self, seen: &Seen, cluster: &Cluster) -> FtCaps {
        let hosts = seen.hosts.iter().filter(|host| host.cluster.as_ref() == Some(&cluster.id));
        let loads = hosts.filter_map(|host| self.wanted.get(&host.name));
        loads.fold(FtCaps { vms: 0, vcpus: 0 }, |most, load| FtCaps {
            vms: most.vms.max(load.vms),
            vcpus: most.vcpus.max(load.vcpus),
        })
    }

    /// The block for a VM that the limits keep out.
    pub(super) fn refusal(&self, seen: &Seen, cluster: &Cluster, vm: &Vm) -> Reason {
        let (caps, needed) = (cluster.caps, self.needed(seen, cluster));
        let mut over = Vec::new();
        let mut set = Vec::new();
        for (cap, needed, things, option, field) in [
            (caps.vms, needed.vms, "FT VMs", MAX_VMS, "max_vms_per_host"),
            (caps.vcpus, needed.vcpus, "FT vCPUs", MAX_VCPUS, "max_vcpus_per_host"),
        ] {
            if cap != 0 && needed > cap {
                over.push(format!("{needed} {things} (limit {cap})"));
                set.push(format!("`{option}` to {needed} (`ft.{field}` of the `cluster` task)"));
            }
        }
        let name = &cluster.name;
        if over.is_empty() {
            let cause =
                format!("the hosts of cluster `{name}` that can take it are at their limits");
            let fix = format!("raise `{MAX_VMS}` and `{MAX_VCPUS}`, or add a host");
            return reason("ft-capacity", what(vm), cause, fix);
        }
        let over = over.join(" and ");
        let cause = format!(
            "primaries and secondaries counted, a host of cluster `{name}` would have {over}"
        );
        let fix = format!("set {}; 0 checks nothing; or add a host", set.join(" and "));
        reason("ft-capacity", what(vm), cause, fix)
    }

    /// The figures behind it, host by host; `None` when no host is known.
    pub(super) fn table(&self, seen: &Seen) -> Option<Table> {
        let row = |host: &Host| {
            let cluster = host.cluster.as_ref().and_then(|id| seen.cluster(id))?;
            let get = |loads: &Loads| loads.get(&host.name).copied().unwrap_or_default();
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

/// The cluster's options for the limits per host.
pub(super) const MAX_VMS: &str = "das.maxftvmsperhost";
pub(super) const MAX_VCPUS: &str = "das.maxftvcpusperhost";

fn add(loads: &mut Loads, hosts: [&str; 2], vcpus: u32) {
    for host in hosts {
        let entry = loads.entry(host.to_owned()).or_default();
        *entry = entry.plus(vcpus);
    }
}

/// What is there, what will be, and what would be if the limits were higher.
fn course(now: u32, planned: u32, wanted: u32) -> String {
    let change = if now == planned { now.to_string() } else { format!("{now} → {planned}") };
    if planned >= wanted { change } else { format!("{change} ({wanted} wanted)") }
}
