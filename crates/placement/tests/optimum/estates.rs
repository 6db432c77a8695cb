//! Small estates for the placement of secondaries, made up by a generator that always makes the same ones.

use placement::{Datastore, DatastoreId, Estate, File, Host, HostId, Vm, VmId};

/// Numbers that look random (SplitMix64).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) >> 11) % bound
    }

    fn index(&mut self, bound: usize) -> usize {
        usize::try_from(self.below(bound as u64)).unwrap_or(0)
    }

    fn one_in(&mut self, number: u64) -> bool {
        self.below(number) == 0
    }

    fn among(&mut self, from: u32, to: u32) -> u32 {
        from + u32::try_from(self.below(u64::from(to - from) + 1)).unwrap_or(0)
    }
}

/// An estate of 2 to 6 hosts that is too small for all that is wanted, in one way or another.
pub(crate) fn small_estate(seed: u64) -> Estate {
    let mut numbers = Numbers(seed);
    let datastores = 1 + numbers.index(4);
    let hosts = 2 + numbers.index(5);
    let vms = 4 + numbers.index(18);
    let scarce = numbers.index(4);
    let host = |numbers: &mut Numbers, at: usize| Host {
        name: format!("esx{at}"),
        cluster: 0,
        vms_left: (scarce != 3).then(|| numbers.among(1, 8)),
        vcpus_left: (scarce != 2).then(|| numbers.among(2, 16)),
        memory_left: if scarce == 1 { numbers.below(48) * 1024 } else { 262_144 },
        datastores: (0..datastores)
            .filter(|one| *one == 0 || !numbers.one_in(4))
            .map(DatastoreId)
            .collect(),
        carried: 0,
    };
    let hosts: Vec<Host> = (0..hosts).map(|at| host(&mut numbers, at)).collect();
    let space = if scarce == 3 { 200 } else { 4000 };
    let vm = |numbers: &mut Numbers, at: usize| Vm {
        name: format!("vm{at}"),
        host: HostId(numbers.index(hosts.len())),
        vcpus: [1, 1, 2, 2, 4, 8][numbers.index(6)],
        memory: u64::from(numbers.among(1, 16)) * 1024,
        more_memory: if numbers.one_in(3) { 1024 } else { 0 },
        allowed: numbers
            .one_in(5)
            .then(|| (0..hosts.len()).filter(|_| !numbers.one_in(3)).map(HostId).collect()),
        pinned: numbers.one_in(12).then(|| HostId(numbers.index(hosts.len()))),
        files: (0..=numbers.index(3))
            .map(|file| File {
                size: if file == 0 { 1 } else { u64::from(numbers.among(4, 60)) * 1024 },
                shared: file == 0,
                pinned: numbers.one_in(15).then(|| DatastoreId(numbers.index(datastores))),
                avoid: numbers.one_in(2).then(|| DatastoreId(numbers.index(datastores))),
                among: None,
            })
            .collect(),
    };
    let vms: Vec<Vm> = (0..vms).map(|at| vm(&mut numbers, at)).collect();
    let apart = (0..numbers.index(3))
        .map(|_| (0..vms.len()).filter(|_| numbers.one_in(5)).map(VmId).collect())
        .collect();
    let datastores = (0..datastores)
        .map(|at| Datastore { name: format!("ds{at}"), free: numbers.below(space) * 1024 })
        .collect();
    Estate { hosts, datastores, vms, apart }
}

fn plain_vm(at: usize, host: usize, datastores: usize) -> Vm {
    Vm {
        name: format!("vm{at}"),
        host: HostId(host),
        vcpus: 2,
        memory: 4096,
        more_memory: 0,
        allowed: None,
        pinned: None,
        files: [1, 8 * 1024]
            .map(|size| File {
                size,
                shared: size == 1,
                pinned: None,
                avoid: Some(DatastoreId(at % datastores)),
                among: None,
            })
            .into(),
    }
}

/// One cluster of equal hosts with as many equal machines each; plenty of everything but `slots`.
pub(crate) fn even_estate(hosts: usize, each: usize, slots: u32) -> Estate {
    let host = |at: usize| Host {
        name: format!("esx{at}"),
        cluster: 0,
        vms_left: Some(slots),
        vcpus_left: None,
        memory_left: 1 << 20,
        datastores: vec![DatastoreId(0), DatastoreId(1)],
        carried: 0,
    };
    Estate {
        hosts: (0..hosts).map(host).collect(),
        datastores: ["a", "b"].map(|name| Datastore { name: name.into(), free: 1 << 22 }).into(),
        vms: (0..hosts * each).map(|at| plain_vm(at, at % hosts, 2)).collect(),
        apart: Vec::new(),
    }
}

/// Clusters of sixteen hosts, twenty machines and as many secondaries per host, all of which just fit.
pub(crate) fn large_estate(vms: usize) -> Estate {
    const HOSTS: usize = 16;
    const EACH: usize = 20;
    let hosts = vms.div_ceil(EACH);
    let clusters = hosts.div_ceil(HOSTS);
    let host = |at: usize| Host {
        name: format!("esx{at}"),
        cluster: at / HOSTS,
        vms_left: Some(42),
        vcpus_left: Some(84),
        memory_left: 21 * 4096,
        datastores: (0..4).map(|one| DatastoreId(at / HOSTS * 4 + one)).collect(),
        carried: 0,
    };
    Estate {
        hosts: (0..hosts).map(host).collect(),
        datastores: (0..clusters * 4)
            .map(|at| Datastore { name: format!("ds{at}"), free: 1 << 20 })
            .collect(),
        vms: (0..vms).map(|at| plain_vm(at, at % hosts, clusters * 4)).collect(),
        apart: Vec::new(),
    }
}
