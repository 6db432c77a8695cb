//! Places a whole estate: [`place`].

use std::collections::BTreeMap;

use crate::bound::most;
use crate::estate::{Estate, HostId, VmId};
use crate::outcome::Outcome;
use crate::room::{Choosing, Room};
use crate::search::Search;

/// Looks at hosts that are spent on those who found no place at first, in the whole estate.
const LOOKS: u64 = 300_000;

/// Finds a host and datastores for as many secondaries as it can.
///
/// What it returns always fits: no limit of the estate is exceeded. Pins come first. The same estate gives the
/// same answer.
#[must_use]
pub fn place(estate: &Estate) -> Outcome {
    place_with(estate, LOOKS)
}

/// The same with other effort.
#[must_use]
pub(crate) fn place_with(estate: &Estate, looks: u64) -> Outcome {
    let candidates: Vec<Vec<HostId>> =
        (0..estate.vms.len()).map(|vm| estate.candidates(VmId(vm)).collect()).collect();
    let clusters = clusters(estate, &candidates);
    let mut room = Room::new(estate, Choosing::Spread);
    let mut lacking: Vec<(&[VmId], usize)> = Vec::new();
    for vms in &clusters {
        for vm in vms {
            room.settle(*vm, &candidates[vm.0]);
        }
        let placed = vms.iter().filter(|vm| room.places[vm.0].is_some()).count();
        let most = most(estate, vms, &candidates);
        if placed < most {
            lacking.push((vms, most));
        }
    }
    let share = looks / lacking.len().max(1) as u64;
    for (vms, most) in lacking {
        Search::new(&mut room, vms, &candidates, share).run(most);
    }
    let vms = (0..estate.vms.len()).map(VmId).map(|vm| match room.places[vm.0].clone() {
        Some(placement) => Ok(placement),
        None => Err(room.obstacles(vm, &candidates[vm.0])),
    });
    Outcome { vms: vms.collect() }
}

/// The machines of each cluster, those that are hardest to please first.
fn clusters(estate: &Estate, candidates: &[Vec<HostId>]) -> Vec<Vec<VmId>> {
    let mut clusters: BTreeMap<usize, Vec<VmId>> = BTreeMap::new();
    for vm in (0..estate.vms.len()).map(VmId) {
        clusters.entry(estate.host(estate.vm(vm).host).cluster).or_default().push(vm);
    }
    let mut clusters: Vec<Vec<VmId>> = clusters.into_values().collect();
    for vms in &mut clusters {
        vms.sort_by_key(|vm| {
            let own = estate.vm(*vm);
            (own.pinned.is_none(), own.vcpus, candidates[vm.0].len(), own.memory, *vm)
        });
    }
    clusters
}
