//! Chooses the host of a secondary.

use orchestrator::Reason;
use vsphere::{FindError, Kind};

use super::capacity::Tally;
use super::checks::{SIZES, against_host, what};
use super::seen::{Cluster, Host, Seen, Vm};
use super::spec::Spec;
use super::storage::Storage;
use crate::lookup::{last_level, not_found, reason};

/// The host for the secondary of `vm`, or all that is against it.
pub(super) fn place<'a>(
    spec: &Spec,
    seen: &'a Seen,
    cluster: &Cluster,
    vm: &Vm,
    tally: &Tally,
) -> Result<&'a Host, Vec<Reason>> {
    let storage = Storage::of(spec, vm);
    let others = || {
        let in_cluster =
            seen.hosts.iter().filter(|host| host.cluster.as_ref() == Some(&cluster.id));
        in_cluster.filter(|host| Some(&host.name) != vm.host.as_ref())
    };
    if let Some(wanted) = &spec.host {
        let host = declared(wanted, cluster, vm, others())?;
        let reasons = reasons_against(host, cluster, seen, vm, &storage);
        return if reasons.is_empty() { Ok(host) } else { Err(reasons) };
    }
    let fit = others().filter(|host| reasons_against(host, cluster, seen, vm, &storage).is_empty());
    let best = fit.min_by_key(|host| {
        let full = !tally.has_room(&host.name, vm.vcpus, cluster.caps);
        (full, tally.load(&host.name), &host.name)
    });
    best.ok_or_else(|| {
        let all = others().map(|host| reasons_against(host, cluster, seen, vm, &storage));
        none_fits(cluster, vm, all.collect())
    })
}

/// More hosts are not listed.
const SHOWN: usize = 4;

/// Why no host can take the secondary: all that is against a single other host, or what is against each.
fn none_fits(cluster: &Cluster, vm: &Vm, mut each: Vec<Vec<Reason>>) -> Vec<Reason> {
    if each.len() == 1 {
        return each.remove(0);
    }
    let firsts: Vec<&Reason> = each.iter().filter_map(|reasons| reasons.first()).collect();
    let Some(first) = firsts.first() else {
        let cause = format!("cluster `{}` has no other host", cluster.name);
        return vec![reason(
            "ft-no-second-host",
            what(vm),
            cause,
            "add a second host to the cluster",
        )];
    };
    if firsts
        .iter()
        .all(|one| one.code == first.code && one.fix == first.fix && SIZES.contains(&one.code))
    {
        return vec![(*first).clone()];
    }
    let mut causes: Vec<&str> = firsts.iter().take(SHOWN).map(|one| one.cause.as_str()).collect();
    if firsts.len() > SHOWN {
        causes.push("and so on");
    }
    let cause = format!(
        "no other host of cluster `{}` can take the secondary: {}",
        cluster.name,
        causes.join("; ")
    );
    let fix = format!("remedy one of them, such as: {}", first.fix);
    vec![reason("ft-no-fitting-host", what(vm), cause, fix)]
}

fn declared<'a>(
    wanted: &str,
    cluster: &Cluster,
    vm: &Vm,
    mut others: impl Iterator<Item = &'a Host>,
) -> Result<&'a Host, Vec<Reason>> {
    let name = last_level(wanted);
    if vm.host.as_deref() == Some(name) {
        let cause = format!("its secondary is to be on `{name}`, where it runs itself");
        let fix = "write another host, or `auto`";
        return Err(vec![reason("ft-same-host", what(vm), cause, fix)]);
    }
    let mut known = Vec::new();
    let found = others.find(|host| {
        known.push(host.name.clone());
        host.name.eq_ignore_ascii_case(name)
    });
    found.ok_or_else(|| {
        let error =
            FindError::NotFound { kind: Kind::Host, wanted: wanted.to_owned(), candidates: known };
        let cause = format!("in cluster `{}` there is {error}", cluster.name);
        vec![Reason { cause, ..not_found(what(vm), &error) }]
    })
}

fn reasons_against(
    host: &Host,
    cluster: &Cluster,
    seen: &Seen,
    vm: &Vm,
    storage: &Storage,
) -> Vec<Reason> {
    let mut reasons: Vec<Reason> = against_host(host, cluster, vm)
        .into_iter()
        .map(|(code, cause, fix)| reason(code, what(vm), cause, fix))
        .collect();
    reasons.extend(storage.against(seen, vm, &host.name));
    reasons
}
