//! What is left while places are given away: [`Room`]. The only place where something is taken or given back.

use std::collections::HashMap;

use crate::estate::{DatastoreId, Estate, File, HostId, VmId};
use crate::outcome::{Obstacle, Placement};

/// How hosts and datastores are chosen among those with room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Choosing {
    /// The least loaded host, the emptiest datastore.
    Spread,
    /// The least loaded host, the fullest datastore that still does: large holes are kept.
    Pack,
    /// Any, told apart by this number.
    Any(u64),
}

/// A number that follows from two others and looks random.
pub(crate) fn shuffled(number: u64, salt: u64) -> u64 {
    let mut mixed = number.wrapping_add(salt).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb) >> 33
}

#[derive(Debug, Clone)]
struct HostRoom {
    vms: u64,
    vcpus: u64,
    memory: u64,
}

/// What is left of an estate.
#[derive(Debug, Clone)]
pub(crate) struct Room<'a> {
    pub(crate) estate: &'a Estate,
    pub(crate) choosing: Choosing,
    hosts: Vec<HostRoom>,
    free: Vec<u64>,
    /// Groups that each machine is in.
    groups: HashMap<VmId, Vec<usize>>,
    /// Machines of a group on a host.
    crowd: HashMap<(usize, HostId), u32>,
    /// Secondaries on a host for primaries on another.
    pairs: HashMap<(HostId, HostId), u32>,
    pub(crate) places: Vec<Option<Placement>>,
    pub(crate) residents: Vec<Vec<VmId>>,
}

impl<'a> Room<'a> {
    pub(crate) fn new(estate: &'a Estate, choosing: Choosing) -> Self {
        let left = |number: Option<u32>| number.map_or(u64::MAX / 2, u64::from);
        let hosts = estate.hosts.iter().map(|host| HostRoom {
            vms: left(host.vms_left),
            vcpus: left(host.vcpus_left),
            memory: host.memory_left,
        });
        let mut room = Room {
            estate,
            choosing,
            hosts: hosts.collect(),
            free: estate.datastores.iter().map(|datastore| datastore.free).collect(),
            groups: HashMap::new(),
            crowd: HashMap::new(),
            pairs: HashMap::new(),
            places: vec![None; estate.vms.len()],
            residents: vec![Vec::new(); estate.hosts.len()],
        };
        for (group, members) in estate.apart.iter().enumerate() {
            for member in members {
                room.groups.entry(*member).or_default().push(group);
                *room.crowd.entry((group, estate.vm(*member).host)).or_default() += 1;
            }
        }
        room
    }

    /// What the primary's host lacks.
    pub(crate) fn at_home(&self, vm: VmId) -> Result<(), Obstacle> {
        let vm = self.estate.vm(vm);
        let host = &self.hosts[vm.host.0];
        match () {
            () if host.vms < 1 => Err(Obstacle::PrimaryVms),
            () if host.vcpus < u64::from(vm.vcpus) => Err(Obstacle::PrimaryVcpus),
            () if host.memory < vm.more_memory => Err(Obstacle::PrimaryMemory),
            () => Ok(()),
        }
    }

    /// Where the secondary could go on that host, if the primary's host has room.
    pub(crate) fn on(&self, vm: VmId, host: HostId) -> Result<Placement, Obstacle> {
        let own = self.estate.vm(vm);
        let left = &self.hosts[host.0];
        let groups = self.groups.get(&vm).map_or(&[][..], Vec::as_slice);
        if groups.iter().any(|group| self.crowd.get(&(*group, host)).is_some_and(|n| *n > 0)) {
            return Err(Obstacle::Apart(host));
        }
        match () {
            () if left.vms < 1 => Err(Obstacle::Vms(host)),
            () if left.vcpus < u64::from(own.vcpus) => Err(Obstacle::Vcpus(host)),
            () if left.memory < own.memory => Err(Obstacle::Memory(host)),
            () => Ok(Placement { host, datastores: self.store(vm, host)? }),
        }
    }

    /// A datastore for each file: pinned ones first, then the largest.
    fn store(&self, vm: VmId, host: HostId) -> Result<Vec<DatastoreId>, Obstacle> {
        let files = &self.estate.vm(vm).files;
        let mut order: Vec<usize> = (0..files.len()).collect();
        order.sort_by_key(|&at| (files[at].pinned.is_none(), u64::MAX - files[at].size, at));
        let mut taken: HashMap<DatastoreId, u64> = HashMap::new();
        let mut chosen = vec![DatastoreId(0); files.len()];
        for at in order {
            let datastore = self.datastore_for(vm, host, &files[at], &taken)?;
            *taken.entry(datastore).or_default() += files[at].size;
            chosen[at] = datastore;
        }
        Ok(chosen)
    }

    fn datastore_for(
        &self,
        vm: VmId,
        host: HostId,
        file: &File,
        taken: &HashMap<DatastoreId, u64>,
    ) -> Result<DatastoreId, Obstacle> {
        let home = &self.estate.host(self.estate.vm(vm).host).datastores;
        let reached = self.estate.host(host).datastores.iter().copied().filter(|datastore| {
            (!file.shared || home.contains(datastore))
                && file.pinned.is_none_or(|pinned| pinned == *datastore)
                && file.among.as_ref().is_none_or(|among| among.contains(datastore))
        });
        let mut reachable = false;
        let left = |datastore: DatastoreId| {
            self.free[datastore.0].saturating_sub(taken.get(&datastore).copied().unwrap_or(0))
        };
        let fits = reached.inspect(|_| reachable = true).filter(|one| left(*one) >= file.size);
        let best = fits.min_by_key(|datastore| {
            let left = left(*datastore);
            let avoided = file.avoid == Some(*datastore);
            match self.choosing {
                Choosing::Spread => (avoided, u64::MAX - left, *datastore),
                Choosing::Pack => (avoided, left, *datastore),
                Choosing::Any(salt) => {
                    (false, shuffled(datastore.0 as u64 ^ file.size, salt), *datastore)
                }
            }
        });
        best.ok_or(if reachable { Obstacle::Space(host) } else { Obstacle::Unreachable(host) })
    }

    /// How unwelcome a secondary of `vm` is on `host`: first how many primaries of the same host it would have
    /// to stand in for together, then how full the host is.
    pub(crate) fn unevenness(&self, vm: VmId, host: HostId) -> (u32, usize, HostId) {
        let home = self.estate.vm(vm).host;
        let together = self.pairs.get(&(home, host)).copied().unwrap_or(0);
        let carried = self.estate.host(host).carried as usize;
        (together, carried + self.residents[host.0].len(), host)
    }

    pub(crate) fn take(&mut self, vm: VmId, placement: Placement) {
        let own = self.estate.vm(vm);
        for (host, memory) in [(own.host, own.more_memory), (placement.host, own.memory)] {
            let left = &mut self.hosts[host.0];
            left.vms -= 1;
            left.vcpus -= u64::from(own.vcpus);
            left.memory -= memory;
        }
        for (file, datastore) in own.files.iter().zip(&placement.datastores) {
            self.free[datastore.0] -= file.size;
        }
        for group in self.groups.get(&vm).map_or(&[][..], Vec::as_slice) {
            *self.crowd.entry((*group, placement.host)).or_default() += 1;
        }
        *self.pairs.entry((own.host, placement.host)).or_default() += 1;
        self.residents[placement.host.0].push(vm);
        self.places[vm.0] = Some(placement);
    }

    /// Takes a placement back; `None` when there is none.
    pub(crate) fn give_back(&mut self, vm: VmId) -> Option<Placement> {
        let placement = self.places[vm.0].take()?;
        let own = self.estate.vm(vm);
        for (host, memory) in [(own.host, own.more_memory), (placement.host, own.memory)] {
            let left = &mut self.hosts[host.0];
            left.vms += 1;
            left.vcpus += u64::from(own.vcpus);
            left.memory += memory;
        }
        for (file, datastore) in own.files.iter().zip(&placement.datastores) {
            self.free[datastore.0] += file.size;
        }
        for group in self.groups.get(&vm).map_or(&[][..], Vec::as_slice) {
            *self.crowd.entry((*group, placement.host)).or_default() -= 1;
        }
        *self.pairs.entry((own.host, placement.host)).or_default() -= 1;
        self.residents[placement.host.0].retain(|other| *other != vm);
        Some(placement)
    }

    /// Gives `vm` the most even place there is right now, if any.
    pub(crate) fn settle(&mut self, vm: VmId, candidates: &[HostId]) -> bool {
        if self.at_home(vm).is_err() {
            return false;
        }
        let mut hosts: Vec<HostId> = candidates.to_vec();
        match self.choosing {
            Choosing::Any(salt) => {
                hosts.sort_by_key(|host| shuffled((vm.0 as u64) << 32 | host.0 as u64, salt));
            }
            _ => hosts.sort_by_key(|host| self.unevenness(vm, *host)),
        }
        match hosts.into_iter().find_map(|host| self.on(vm, host).ok()) {
            Some(placement) => {
                self.take(vm, placement);
                true
            }
            None => false,
        }
    }

    /// Everything that is in the way of `vm`.
    pub(crate) fn obstacles(&self, vm: VmId, candidates: &[HostId]) -> Vec<Obstacle> {
        if let Err(obstacle) = self.at_home(vm) {
            return vec![obstacle];
        }
        if candidates.is_empty() {
            return vec![Obstacle::NoHost];
        }
        candidates.iter().filter_map(|host| self.on(vm, *host).err()).collect()
    }
}
