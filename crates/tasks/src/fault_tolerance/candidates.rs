//! Which hosts can take the secondary of a VM, each by itself; and why none can.

use orchestrator::Reason;
use vsphere::{FindError, Kind};

use super::checks::{SIZES, against, against_host, what};
use super::estate::Wanting;
use super::ground::Ground;
use super::seen::{Cluster, Host, Vm};
use super::storage::{self, Wish, wishes};
use crate::lookup::{last_level, not_found, reason};

/// What a VM without Fault Tolerance needs, or all that is against it.
pub(super) fn wanting<'a>(ground: &Ground<'a>, vm: &'a Vm) -> Result<Wanting<'a>, Vec<Reason>> {
    let (spec, seen) = (ground.spec, ground.seen);
    let mut reasons = against(spec, seen, vm);
    let home = vm.host.as_deref().and_then(|host| seen.host_place(host));
    let (Some(cluster), Some(home)) = (seen.cluster_of(vm), home) else { return Err(reasons) };
    let files = wishes(ground, &cluster.id, vm);
    let members = ground.members(&cluster.id);
    let case = Case { ground, cluster, members, vm, home, files: &files };
    match case.hosts() {
        Ok(hosts) if reasons.is_empty() => {
            Ok(Wanting { vm, home, hosts, is_pinned: spec.host.is_some(), files })
        }
        Ok(_) => Err(reasons),
        Err(more) => {
            // A VM that is too big is too big for every host, whatever else is wrong with some of them.
            if reasons.iter().any(|one| SIZES.contains(&one.code)) {
                return Err(reasons);
            }
            let new = |one: &Reason| !reasons.contains(one);
            let more: Vec<Reason> = more.into_iter().filter(new).collect();
            reasons.extend(more);
            Err(reasons)
        }
    }
}

/// A VM in its cluster.
struct Case<'a> {
    ground: &'a Ground<'a>,
    cluster: &'a Cluster,
    /// Places in the list of hosts.
    members: &'a [usize],
    vm: &'a Vm,
    home: usize,
    files: &'a [Wish],
}

impl Case<'_> {
    /// Places in the list of hosts of those that can take the secondary.
    fn hosts(&self) -> Result<Vec<usize>, Vec<Reason>> {
        if let Some(wanted) = &self.ground.spec.host {
            let (at, host) = self.declared(wanted)?;
            let reasons = self.reasons_against(at, host);
            return if reasons.is_empty() { Ok(vec![at]) } else { Err(reasons) };
        }
        let fit = self.others().filter(|(at, host)| self.reasons_against(*at, host).is_empty());
        let fit: Vec<usize> = fit.map(|(at, _)| at).collect();
        if fit.is_empty() { Err(self.none_fits()) } else { Ok(fit) }
    }

    fn others(&self) -> impl Iterator<Item = (usize, &Host)> {
        let others = self.members.iter().filter(|at| **at != self.home);
        others.map(|at| (*at, &self.ground.seen.hosts[*at]))
    }

    fn declared(&self, wanted: &str) -> Result<(usize, &Host), Vec<Reason>> {
        let (name, vm, cluster) = (last_level(wanted), self.vm, self.cluster);
        if vm.host.as_deref() == Some(name) {
            let cause = format!("its secondary is to be on `{name}`, where it runs itself");
            let fix = "write another host, or `auto`";
            return Err(vec![reason("ft-same-host", what(vm), cause, fix)]);
        }
        let found = self.others().find(|(_, host)| host.name.eq_ignore_ascii_case(name));
        found.ok_or_else(|| {
            let candidates = self.others().map(|(_, host)| host.name.clone()).collect();
            let error =
                FindError::NotFound { kind: Kind::Host, wanted: wanted.to_owned(), candidates };
            let cause = format!("in cluster `{}` there is {error}", cluster.name);
            vec![Reason { cause, ..not_found(what(vm), &error) }]
        })
    }

    fn reasons_against(&self, at: usize, host: &Host) -> Vec<Reason> {
        let mut reasons: Vec<Reason> = against_host(host, self.cluster, self.vm)
            .into_iter()
            .map(|(code, cause, fix)| reason(code, what(self.vm), cause, fix))
            .collect();
        reasons.extend(self.against_rules(host));
        reasons.extend(storage::against(self.files, self.ground, self.vm, (self.home, at)));
        reasons
    }

    /// Rules of the cluster that must not be broken.
    fn against_rules(&self, host: &Host) -> Option<Reason> {
        let vm = self.vm.object.as_ref()?;
        let rules = &self.cluster.rules;
        if let Some(rule) = rules.keeping_off(vm, host.object.as_ref()?) {
            let cause = format!("rule `{rule}` of the cluster keeps it off host `{}`", host.name);
            let fix = "change the rule, or add a host that it allows";
            return Some(reason("ft-host-rule", what(self.vm), cause, fix));
        }
        let is_there = |other: &&vim25::MoRef| {
            *other != vm && self.ground.seen.homes.get(other) == Some(&host.name)
        };
        let broken = rules.apart.iter().find(|rule| {
            rule.mandatory && rule.vms.contains(vm) && rule.vms.iter().any(|one| is_there(&one))
        })?;
        let cause =
            format!("rule `{}` keeps it apart from a VM on host `{}`", broken.name, host.name);
        Some(reason("ft-apart", what(self.vm), cause, "change the rule, or add a host"))
    }

    /// Why no host can take the secondary: all that is against a single other host, or what is against each.
    fn none_fits(&self) -> Vec<Reason> {
        let (vm, cluster) = (self.vm, self.cluster);
        let mut each: Vec<Vec<Reason>> =
            self.others().map(|(at, host)| self.reasons_against(at, host)).collect();
        if each.len() == 1 {
            return each.remove(0);
        }
        let firsts: Vec<&Reason> = each.iter().filter_map(|reasons| reasons.first()).collect();
        let Some(first) = firsts.first() else {
            let cause = format!("cluster `{}` has no other host", cluster.name);
            let fix = "add a second host to the cluster";
            return vec![reason("ft-no-second-host", what(vm), cause, fix)];
        };
        let same = |one: &&Reason| one.code == first.code && one.fix == first.fix;
        if SIZES.contains(&first.code) && firsts.iter().all(same) {
            return vec![(*first).clone()];
        }
        let causes = several(firsts.iter().map(|one| one.cause.as_str()));
        let cause =
            format!("no other host of cluster `{}` can take the secondary: {causes}", cluster.name);
        let fix = format!("remedy one of them, such as: {}", first.fix);
        vec![reason("ft-no-fitting-host", what(vm), cause, fix)]
    }
}

/// More hosts are not listed.
const SHOWN: usize = 4;

/// The first few causes.
pub(super) fn several<'a>(causes: impl Iterator<Item = &'a str>) -> String {
    let mut causes: Vec<&str> = causes.collect();
    if causes.len() > SHOWN {
        causes.truncate(SHOWN);
        causes.push("and so on");
    }
    causes.join("; ")
}
