//! How many can be placed at most, found quickly: [`most`]. Never too low, often right.

use crate::estate::{Estate, HostId, VmId};
use crate::room::{Choosing, Room};

/// At most so many of these machines, which are all of one cluster, can be placed.
pub(crate) fn most(estate: &Estate, vms: &[VmId], candidates: &[Vec<HostId>]) -> usize {
    let empty = Room::new(estate, Choosing::Spread);
    let alone = |vm: &&VmId| {
        let mut hosts = candidates[vm.0].iter();
        empty.at_home(**vm).is_ok() && hosts.any(|host| empty.on(**vm, *host).is_ok())
    };
    let possible: Vec<VmId> = vms.iter().filter(alone).copied().collect();
    let Some(first) = possible.first() else { return 0 };
    let cluster = estate.host(estate.vm(*first).host).cluster;
    let hosts = || estate.hosts.iter().filter(|host| host.cluster == cluster);
    let sum = |left: fn(&crate::estate::Host) -> Option<u32>| {
        hosts().map(|host| left(host).map(u64::from)).sum::<Option<u64>>()
    };
    // Each takes its share twice: as primary and as secondary.
    let by_vms = sum(|host| host.vms_left).map_or(u64::MAX, |slots| slots / 2);
    let by_vms = usize::try_from(by_vms).unwrap_or(usize::MAX);
    let weights = |weigh: &dyn Fn(VmId) -> u64, room: Option<u64>| {
        let Some(mut room) = room else { return usize::MAX };
        let mut weights: Vec<u64> = possible.iter().map(|vm| weigh(*vm)).collect();
        weights.sort_unstable();
        let fits = |weight: &&u64| room.checked_sub(**weight).map(|left| room = left).is_some();
        weights.iter().take_while(fits).count()
    };
    let by_vcpus = weights(&|vm| 2 * u64::from(estate.vm(vm).vcpus), sum(|host| host.vcpus_left));
    let memory = hosts().map(|host| host.memory_left).sum();
    let by_memory = weights(&|vm| estate.vm(vm).memory + estate.vm(vm).more_memory, Some(memory));
    possible.len().min(by_vms).min(by_vcpus).min(by_memory)
}
