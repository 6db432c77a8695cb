//! Chooses the host of a secondary.

use orchestrator::Reason;
use vsphere::{FindError, Kind};

use super::capacity::Tally;
use super::checks::{against_host, what};
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
        let mut reasons: Vec<Reason> =
            others().flat_map(|host| reasons_against(host, cluster, seen, vm, &storage)).collect();
        if reasons.is_empty() {
            let cause = format!("cluster `{}` has no other host", cluster.name);
            let fix = "add a second host to the cluster";
            reasons.push(reason("ft-no-second-host", what(vm), cause, fix));
        }
        reasons
    })
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
