//! Which secondaries should move so that what a failed host leaves behind lands evenly: [`even_out`].

use crate::estate::{Estate, HostId, VmId};
use crate::outcome::Placement;
use crate::room::{Choosing, Room};

/// A secondary that should move. In the order of the list, each move fits when those before it are done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Move {
    /// Whose secondary.
    pub vm: VmId,
    /// Where it is.
    pub from: HostId,
    /// Where it should be.
    pub to: HostId,
}

/// The moves that even out where secondaries are, few and each an improvement.
///
/// `estate` has what is left on each host without these pairs, and in `allowed` where each secondary may be;
/// `present` says where it is. Even is counted in vCPUs: first what each host takes over when one other fails, then
/// what secondaries take on each host. A host that is over a limit as it is gets nothing more. No secondary moves
/// twice. The same estate gives the same answer.
#[must_use]
pub fn even_out(estate: &Estate, present: &[HostId]) -> Vec<Move> {
    let estate = with_room_for(estate, present);
    let mut room = Room::new(&estate, Choosing::Spread);
    let mut burden = Burden::of(&estate, present);
    for (vm, host) in present.iter().enumerate() {
        room.take(VmId(vm), on(*host));
    }
    let candidates: Vec<Vec<HostId>> =
        (0..estate.vms.len()).map(|vm| estate.candidates(VmId(vm)).collect()).collect();
    let mut moves: Vec<Move> = Vec::new();
    let mut moved = vec![false; present.len()];
    while let Some(best) = best(&estate, &mut room, &burden, &candidates, &moved) {
        room.give_back(best.vm);
        room.take(best.vm, on(best.to));
        burden.shift(&estate, best);
        moved[best.vm.0] = true;
        moves.push(best);
    }
    moves
}

/// Files stay where they are.
fn on(host: HostId) -> Placement {
    Placement { host, datastores: Vec::new() }
}

/// What is there already must not count as too much.
fn with_room_for(estate: &Estate, present: &[HostId]) -> Estate {
    let mut estate = estate.clone();
    let mut taken = vec![(0_u32, 0_u32, 0_u64); estate.hosts.len()];
    for (vm, secondary) in estate.vms.iter_mut().zip(present) {
        vm.files.clear();
        for (host, memory) in [(vm.host, vm.more_memory), (*secondary, vm.memory)] {
            let taken = &mut taken[host.0];
            *taken = (taken.0 + 1, taken.1.saturating_add(vm.vcpus), taken.2 + memory);
        }
    }
    for (host, (vms, vcpus, memory)) in estate.hosts.iter_mut().zip(taken) {
        host.vms_left = host.vms_left.map(|left| left.max(vms));
        host.vcpus_left = host.vcpus_left.map(|left| left.max(vcpus));
        host.memory_left = host.memory_left.max(memory);
    }
    estate
}

/// vCPUs of secondaries, by the host of their primaries and their own.
struct Burden {
    by_pair: Vec<Vec<i64>>,
    total: Vec<i64>,
}

impl Burden {
    fn of(estate: &Estate, present: &[HostId]) -> Self {
        let hosts = estate.hosts.len();
        let mut burden = Self { by_pair: vec![vec![0; hosts]; hosts], total: vec![0; hosts] };
        for (vm, host) in estate.vms.iter().zip(present) {
            burden.by_pair[vm.host.0][host.0] += i64::from(vm.vcpus);
            burden.total[host.0] += i64::from(vm.vcpus);
        }
        burden
    }

    /// By how much the sums of squares grow: of what fails together, and of what each host carries.
    fn change(&self, estate: &Estate, step: Move) -> (i64, i64) {
        let vm = estate.vm(step.vm);
        let weight = i64::from(vm.vcpus);
        let growth = |from: i64, to: i64| 2 * weight * (to - from + weight);
        let row = &self.by_pair[vm.host.0];
        (
            growth(row[step.from.0], row[step.to.0]),
            growth(self.total[step.from.0], self.total[step.to.0]),
        )
    }

    fn shift(&mut self, estate: &Estate, step: Move) {
        let vm = estate.vm(step.vm);
        let weight = i64::from(vm.vcpus);
        let row = &mut self.by_pair[vm.host.0];
        row[step.from.0] -= weight;
        row[step.to.0] += weight;
        self.total[step.from.0] -= weight;
        self.total[step.to.0] += weight;
    }
}

/// The move that evens out most; `None` when none does.
fn best(
    estate: &Estate,
    room: &mut Room<'_>,
    burden: &Burden,
    candidates: &[Vec<HostId>],
    moved: &[bool],
) -> Option<Move> {
    let mut best: Option<((i64, i64), Move)> = None;
    for vm in (0..estate.vms.len()).map(VmId).filter(|vm| !moved[vm.0]) {
        let Some(from) = room.places[vm.0].as_ref().map(|place| place.host) else { continue };
        for to in candidates[vm.0].iter().copied().filter(|to| *to != from) {
            let step = Move { vm, from, to };
            let change = burden.change(estate, step);
            let least = best.map_or((0, 0), |(least, _)| least);
            if change < least && fits(room, step) {
                best = Some((change, step));
            }
        }
    }
    best.map(|(_, step)| step)
}

fn fits(room: &mut Room<'_>, step: Move) -> bool {
    room.give_back(step.vm);
    let fits = room.on(step.vm, step.to).is_ok();
    room.take(step.vm, on(step.from));
    fits
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::estate::{Host, Vm};

    fn host(name: &str, vms: Option<u32>) -> Host {
        Host {
            name: name.to_owned(),
            cluster: 0,
            vms_left: vms,
            vcpus_left: None,
            memory_left: 1 << 20,
            datastores: Vec::new(),
            carried: 0,
        }
    }

    fn vm(host: usize, vcpus: u32) -> Vm {
        Vm {
            name: String::new(),
            host: HostId(host),
            vcpus,
            memory: 1024,
            more_memory: 1024,
            allowed: None,
            pinned: None,
            files: Vec::new(),
        }
    }

    fn estate(hosts: usize, vms: Vec<Vm>) -> Estate {
        let hosts = (0..hosts).map(|at| host(&at.to_string(), None)).collect();
        Estate { hosts, vms, ..Estate::default() }
    }

    fn after(present: &[HostId], moves: &[Move]) -> Vec<usize> {
        let mut places: Vec<usize> = present.iter().map(|host| host.0).collect();
        for step in moves {
            assert_eq!(places[step.vm.0], step.from.0);
            places[step.vm.0] = step.to.0;
        }
        places
    }

    #[test]
    fn secondaries_of_one_host_are_spread_over_the_others() {
        let estate = estate(4, (0..6).map(|_| vm(0, 2)).collect());
        let present = [HostId(1); 6];
        let moves = even_out(&estate, &present);
        let places = after(&present, &moves);
        for host in 1..4 {
            assert_eq!(places.iter().filter(|place| **place == host).count(), 2, "{places:?}");
        }
        assert_eq!(moves.len(), 4);
    }

    #[test]
    fn what_is_even_stays_and_two_hosts_have_no_choice() {
        let even = estate(3, vec![vm(0, 2), vm(0, 2), vm(1, 2), vm(1, 2)]);
        assert_eq!(even_out(&even, &[HostId(1), HostId(2), HostId(0), HostId(2)]), []);
        let two = estate(2, vec![vm(0, 2), vm(0, 2)]);
        assert_eq!(even_out(&two, &[HostId(1), HostId(1)]), []);
    }

    #[test]
    fn limits_and_what_is_allowed_hold() {
        let mut estate = estate(4, (0..3).map(|_| vm(0, 2)).collect());
        estate.hosts[2].vms_left = Some(0);
        assert_eq!(even_out(&estate, &[HostId(1); 3]).len(), 1, "host 2 takes nothing");
        estate.vms.iter_mut().for_each(|vm| vm.allowed = Some(vec![HostId(1)]));
        assert_eq!(even_out(&estate, &[HostId(1); 3]), []);
    }

    #[test]
    fn a_host_over_its_limit_is_no_error_and_gets_nothing_more() {
        let mut estate = estate(3, (0..4).map(|_| vm(0, 2)).collect());
        estate.hosts[1].vms_left = Some(1);
        let moves = even_out(&estate, &[HostId(1), HostId(1), HostId(1), HostId(1)]);
        assert_eq!(after(&[HostId(1); 4], &moves).iter().filter(|place| **place == 2).count(), 2);
    }

    #[test]
    fn a_thousand_pairs_on_32_hosts_end_even() {
        let hosts = 32;
        let sizes = [1, 2, 2, 4];
        let vms: Vec<Vm> = (0..1000).map(|at| vm(at % hosts, sizes[at % 4])).collect();
        // All secondaries of a host are on the next one.
        let present: Vec<HostId> = vms.iter().map(|vm| HostId((vm.host.0 + 1) % hosts)).collect();
        let estate = estate(hosts, vms);
        let places = after(&present, &even_out(&estate, &present));
        let mut burden = vec![vec![0; hosts]; hosts];
        for (vm, place) in estate.vms.iter().zip(&places) {
            assert_ne!(vm.host.0, *place);
            burden[vm.host.0][*place] += vm.vcpus;
        }
        let largest = sizes.into_iter().max().unwrap();
        for (home, row) in burden.iter().enumerate() {
            let share = row.iter().sum::<u32>().div_ceil(u32::try_from(hosts - 1).unwrap());
            let most = row.iter().max().unwrap();
            assert!(*most <= share + largest, "host {home}: {row:?}");
        }
    }
}
