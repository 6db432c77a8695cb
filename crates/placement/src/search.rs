//! Looks for places for those that found none: by moving others, by exchanging, and by starting over in part.
//!
//! Everything is counted in looks at a host, never in time, so the same estate always gives the same answer.

use crate::estate::{HostId, VmId};
use crate::outcome::Placement;
use crate::room::{Choosing, Room};

/// How many machines may have to move, one for the other, to let one more in.
const DEPTH: u32 = 2;
/// The share of machines that lose their place when a cluster is started over in part: at least one in so many.
const RUIN: usize = 6;

/// A search in one cluster.
pub(crate) struct Search<'r, 'a> {
    pub(crate) room: &'r mut Room<'a>,
    /// The machines of the cluster.
    pub(crate) vms: &'r [VmId],
    /// Where each machine of the estate may go.
    pub(crate) candidates: &'r [Vec<HostId>],
    /// Looks that may still be spent.
    pub(crate) looks: u64,
    /// What was changed, newest last, to be undone.
    trail: Vec<(VmId, Option<Placement>)>,
    random: u64,
}

impl<'r, 'a> Search<'r, 'a> {
    pub(crate) fn new(
        room: &'r mut Room<'a>,
        vms: &'r [VmId],
        candidates: &'r [Vec<HostId>],
        looks: u64,
    ) -> Self {
        Self { room, vms, candidates, looks, trail: Vec::new(), random: 0x5eed }
    }

    /// Places as many more as it can, at most up to `most` in all.
    pub(crate) fn run(&mut self, most: usize) {
        while self.looks > 0 && self.placed() < most {
            if !self.let_one_more_in() {
                break;
            }
        }
        while self.looks > 0 && self.placed() < most {
            self.start_over_in_part();
        }
        self.room.choosing = Choosing::Spread;
    }

    fn placed(&self) -> usize {
        self.vms.iter().filter(|vm| self.room.places[vm.0].is_some()).count()
    }

    /// What is compared: what the operator pinned comes before everything else.
    fn score(&self) -> (usize, usize) {
        let pinned = self.vms.iter().filter(|vm| self.is_pinned(**vm));
        (pinned.filter(|vm| self.room.places[vm.0].is_some()).count(), self.placed())
    }

    fn unplaced(&self) -> Vec<VmId> {
        self.vms.iter().copied().filter(|vm| self.room.places[vm.0].is_none()).collect()
    }

    fn is_pinned(&self, vm: VmId) -> bool {
        self.room.estate.vm(vm).pinned.is_some()
    }

    fn let_one_more_in(&mut self) -> bool {
        for vm in self.unplaced() {
            if self.insert(vm, DEPTH, &mut vec![vm]) || self.exchange(vm) {
                self.trail.clear();
                return true;
            }
        }
        false
    }

    fn settle(&mut self, vm: VmId) -> bool {
        let candidates = &self.candidates[vm.0];
        self.looks = self.looks.saturating_sub(candidates.len() as u64 + 1);
        let settled = self.room.settle(vm, candidates);
        if settled {
            self.trail.push((vm, None));
        }
        settled
    }

    fn lift(&mut self, vm: VmId) {
        if let Some(placement) = self.room.give_back(vm) {
            self.trail.push((vm, Some(placement)));
        }
    }

    fn undo(&mut self, mark: usize) {
        for (vm, before) in self.trail.split_off(mark).into_iter().rev() {
            self.room.give_back(vm);
            if let Some(placement) = before {
                self.room.take(vm, placement);
            }
        }
    }

    /// Places `vm`; where there is no room, a secondary that is in the way moves, and so on.
    fn insert(&mut self, vm: VmId, depth: u32, moving: &mut Vec<VmId>) -> bool {
        if self.settle(vm) {
            return true;
        }
        if depth == 0 || self.looks == 0 {
            return false;
        }
        for other in self.in_the_way(vm) {
            if moving.contains(&other) || self.is_pinned(other) {
                continue;
            }
            let mark = self.trail.len();
            self.lift(other);
            moving.push(other);
            if self.settle(vm) && self.insert(other, depth - 1, moving) {
                return true;
            }
            moving.pop();
            self.undo(mark);
        }
        false
    }

    /// Secondaries on the hosts that `vm` would use.
    fn in_the_way(&self, vm: VmId) -> Vec<VmId> {
        let home = self.room.estate.vm(vm).host;
        let hosts: Vec<HostId> = match self.room.at_home(vm) {
            Err(_) => vec![home],
            Ok(()) => self.candidates[vm.0].clone(),
        };
        hosts.iter().flat_map(|host| self.room.residents[host.0].iter().copied()).collect()
    }

    /// Takes the place of one away, and places `vm` and one more.
    fn exchange(&mut self, vm: VmId) -> bool {
        let home = self.room.estate.vm(vm).host;
        let touches = |search: &Self, other: VmId| {
            let place = search.room.places[other.0].as_ref().map(|place| place.host);
            let own = search.room.estate.vm(other).host;
            [Some(own), place]
                .into_iter()
                .flatten()
                .any(|host| host == home || search.candidates[vm.0].contains(&host))
        };
        let placed: Vec<VmId> = self
            .vms
            .iter()
            .copied()
            .filter(|other| {
                self.room.places[other.0].is_some()
                    && !self.is_pinned(*other)
                    && touches(self, *other)
            })
            .collect();
        for other in placed {
            if self.looks == 0 {
                return false;
            }
            let mark = self.trail.len();
            self.lift(other);
            if self.insert(vm, 1, &mut vec![vm, other]) {
                let rest = self.unplaced();
                for one in rest {
                    if self.insert(one, 1, &mut vec![vm, one]) {
                        return true;
                    }
                }
            }
            self.undo(mark);
        }
        false
    }

    /// Some lose their place, all without one try in another order; kept unless it got worse.
    fn start_over_in_part(&mut self) {
        self.trail.clear();
        let before = self.score();
        self.room.choosing = match self.chance(4) {
            0 => Choosing::Spread,
            1 => Choosing::Pack,
            _ => Choosing::Any(self.chance(usize::MAX) as u64),
        };
        let ruin = 1 + self.chance(RUIN);
        for vm in self.vms {
            if self.chance(ruin) == 0 {
                self.lift(*vm);
            }
        }
        let mut open = self.unplaced();
        for last in (1..open.len()).rev() {
            let other = self.chance(last + 1);
            open.swap(last, other);
        }
        // Half of the time the light ones go first, since more of them fit.
        if self.chance(2) == 0 {
            open.sort_by_key(|vm| self.room.estate.vm(*vm).vcpus);
        }
        open.sort_by_key(|vm| !self.is_pinned(*vm));
        for vm in open {
            let depth = u32::from(self.chance(4) == 0);
            self.insert(vm, depth, &mut vec![vm]);
        }
        self.looks = self.looks.saturating_sub(1);
        if self.score() < before {
            self.undo(0);
        }
        self.trail.clear();
    }

    /// A number below `bound`, from a generator that always starts the same (SplitMix64).
    fn chance(&mut self, bound: usize) -> usize {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.random;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) >> 33).unwrap_or(0) % bound.max(1)
    }
}
