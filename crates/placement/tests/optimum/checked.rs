//! Judges an outcome by the rules alone, with nothing of the solver: [`check`].

use std::collections::HashMap;

use placement::{Estate, HostId, Outcome, VmId};

/// What is wrong with an outcome.
pub(crate) fn check(estate: &Estate, outcome: &Outcome) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut used: HashMap<HostId, (u64, u64, u64)> = HashMap::new();
    let mut space: HashMap<usize, u64> = HashMap::new();
    assert_eq!(outcome.vms.len(), estate.vms.len());
    for (vm, placement) in estate.vms.iter().zip(&outcome.vms) {
        let Ok(placement) = placement else { continue };
        let (home, host) = (estate.host(vm.host), estate.host(placement.host));
        let allowed = vm.allowed.as_ref().is_none_or(|list| list.contains(&placement.host));
        let pinned = vm.pinned.is_none_or(|pin| pin == placement.host);
        if placement.host == vm.host || home.cluster != host.cluster || !allowed || !pinned {
            wrong.push(format!("{} must not be on {}", vm.name, host.name));
        }
        for (place, memory) in [(vm.host, vm.more_memory), (placement.host, vm.memory)] {
            let used = used.entry(place).or_default();
            *used = (used.0 + 1, used.1 + u64::from(vm.vcpus), used.2 + memory);
        }
        assert_eq!(placement.datastores.len(), vm.files.len());
        for (file, datastore) in vm.files.iter().zip(&placement.datastores) {
            *space.entry(datastore.0).or_default() += file.size;
            let reached = host.datastores.contains(datastore)
                && (!file.shared || home.datastores.contains(datastore))
                && file.pinned.is_none_or(|pin| pin == *datastore)
                && file.among.as_ref().is_none_or(|among| among.contains(datastore));
            if !reached {
                wrong.push(format!("a file of {} cannot be on {}", vm.name, datastore.0));
            }
        }
    }
    for (host, (vms, vcpus, memory)) in used {
        let host = estate.host(host);
        let over = host.vms_left.is_some_and(|left| vms > u64::from(left))
            || host.vcpus_left.is_some_and(|left| vcpus > u64::from(left))
            || memory > host.memory_left;
        if over {
            wrong.push(format!("{} is over its limits", host.name));
        }
    }
    for (datastore, used) in space {
        if used > estate.datastores[datastore].free {
            wrong.push(format!("datastore {datastore} is too full"));
        }
    }
    wrong.extend(estate.apart.iter().flat_map(|group| together(estate, outcome, group)));
    wrong
}

fn together(estate: &Estate, outcome: &Outcome, group: &[VmId]) -> Vec<String> {
    let secondary = |vm: &VmId| outcome.vms[vm.0].as_ref().ok().map(|place| place.host);
    let mut wrong = Vec::new();
    for one in group {
        let Some(host) = secondary(one) else { continue };
        let others = group.iter().filter(|other| *other != one);
        for other in others {
            if estate.vm(*other).host == host || secondary(other) == Some(host) {
                wrong.push(format!("{} and {} share {}", one.0, other.0, host.0));
            }
        }
    }
    wrong
}
