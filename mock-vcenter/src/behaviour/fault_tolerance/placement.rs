//! Where a secondary goes: its host and its datastores.

use std::collections::{BTreeMap, BTreeSet};

use vim25::types::{
    FaultToleranceAntiAffinityViolated, FaultToleranceConfigSpec, InaccessibleDatastore,
    InaccessibleFTMetadataDatastore, IncompatibleHostForFtSecondary, NoDiskSpace,
    NoHostSuitableForFtSecondary,
};
use vim25::{MoRef, Str};

use crate::behaviour::cluster_compute_resource::hosts;
use crate::behaviour::datastore::{Datastore, free_bytes, is_reachable};
use crate::behaviour::host_system::HostSystem;
use crate::behaviour::settings::FaultTolerance;
use crate::behaviour::virtual_machine::{
    RUNS_ON, VirtualMachine, committed, disk_datastore, disks,
};
use crate::fault::Fault;
use crate::store::Transaction;

use super::host_checks::{check_caps, check_memory, host_issues};

/// The datastores of a secondary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Storage {
    /// For its configuration.
    pub(super) home: MoRef,
    /// For the tie-breaker file.
    pub(super) metadata: MoRef,
    /// For each disk, by device key.
    pub(super) disks: BTreeMap<i32, MoRef>,
}

impl Storage {
    /// What was asked for, on the primary's datastores where nothing was said.
    ///
    /// # Errors
    /// `InvalidArgument` for disks that are missing or unknown, `ManagedObjectNotFound` for datastores.
    pub(super) fn of(
        tx: &Transaction<'_>,
        vm: &VirtualMachine,
        spec: Option<&FaultToleranceConfigSpec>,
    ) -> Result<Self, Fault> {
        let own =
            disks(&vm.devices).filter_map(|disk| Some((disk.key, disk_datastore(disk)?.clone())));
        let mut storage =
            Self { home: vm.home.clone(), metadata: vm.home.clone(), disks: own.collect() };
        let meta = spec.and_then(|spec| spec.meta_data_path.as_deref());
        if let Some(meta) = meta {
            storage.metadata = meta.meta_data_datastore.clone();
        }
        let Some(asked) = spec.and_then(|spec| spec.secondary_vm_spec.as_deref()) else {
            return storage.checked(tx);
        };
        if let Some(home) = &asked.vm_config {
            storage.home = home.clone();
        }
        let named: BTreeSet<i32> = asked.disks.iter().map(|disk| disk.disk.key).collect();
        let present: BTreeSet<i32> = storage.disks.keys().copied().collect();
        if !named.is_empty() && named != present {
            return Err(Fault::invalid_argument("spec.secondaryVmSpec.disks"));
        }
        for disk in &asked.disks {
            storage.disks.insert(disk.disk.key, disk.datastore.clone());
        }
        storage.checked(tx)
    }

    fn checked(self, tx: &Transaction<'_>) -> Result<Self, Fault> {
        let missing = {
            let mut all = [&self.home, &self.metadata].into_iter().chain(self.disks.values());
            all.find(|datastore| tx.get::<Datastore>(datastore).is_err()).cloned()
        };
        match missing {
            Some(missing) => Err(Fault::object_not_found(&missing)),
            None => Ok(self),
        }
    }

    /// Refuses when the tie-breaker's datastore is not reached from both hosts.
    pub(super) fn check_metadata(
        &self,
        tx: &Transaction<'_>,
        hosts: [&MoRef; 2],
    ) -> Result<(), Fault> {
        if hosts.iter().all(|host| is_reachable(tx, &self.metadata, host)) {
            return Ok(());
        }
        let mut detail = InaccessibleFTMetadataDatastore::default();
        detail.datastore = Some(self.metadata.clone());
        let name = tx.get::<Datastore>(&self.metadata).map(|found| found.entity.name.clone());
        detail.name = name.ok();
        Err(Fault::new(
            detail,
            "The datastore of the tie-breaker file is not reached from both hosts.",
        ))
    }

    /// Refuses when a disk does not fit.
    pub(super) fn check_space(
        &self,
        tx: &mut Transaction<'_>,
        vm: &VirtualMachine,
    ) -> Result<(), Fault> {
        let mut needed: BTreeMap<MoRef, i64> = BTreeMap::new();
        for disk in disks(&vm.devices) {
            if let Some(datastore) = self.disks.get(&disk.key) {
                *needed.entry(datastore.clone()).or_default() += committed(disk);
            }
        }
        for (datastore, bytes) in needed {
            if free_bytes(tx, &datastore) < bytes {
                let name: Str = tx.get::<Datastore>(&datastore)?.entity.name.clone();
                let mut detail = NoDiskSpace { datastore: name.clone(), ..Default::default() };
                detail.file = format!("[{name}] {}", vm.entity.name).into();
                return Err(Fault::new(
                    detail,
                    format!("Insufficient disk space on datastore '{name}'."),
                ));
            }
        }
        Ok(())
    }
}

/// Whether `host` can carry the secondary of `id`; all reasons if not.
fn objections(
    tx: &mut Transaction<'_>,
    id: &MoRef,
    host: &MoRef,
    storage: &Storage,
) -> Result<Vec<Fault>, Fault> {
    let vm = tx.get::<VirtualMachine>(id)?.clone();
    let view = tx.view();
    let candidate = view.get::<HostSystem>(host).ok_or_else(|| Fault::object_not_found(host))?;
    let primary = vm.host.as_ref().and_then(|host| view.get::<HostSystem>(host));
    let mut found = Vec::new();
    if vm.host.as_ref() == Some(host) {
        let detail = FaultToleranceAntiAffinityViolated {
            host_name: candidate.entity.name.clone(),
            host: host.clone(),
            ..Default::default()
        };
        found.push(Fault::new(
            detail,
            "Both virtual machines of a pair cannot be on the same host.",
        ));
        return Ok(found);
    }
    if primary.map(|primary| &primary.entity.parent) != Some(&candidate.entity.parent) {
        found.push(Fault::invalid_argument("host"));
        return Ok(found);
    }
    found.extend(host_issues(view, host, &vm)?);
    found.extend(check_memory(view, host, id, vm.memory).err());
    let stores = std::iter::once(&storage.home).chain(storage.disks.values());
    for datastore in stores.collect::<BTreeSet<_>>() {
        if !is_reachable(tx, datastore, host) {
            let mut detail = InaccessibleDatastore::default();
            detail.datastore = Some(datastore.clone());
            found.push(Fault::new(
                detail,
                "A datastore of the secondary is not reached from the host.",
            ));
        }
    }
    Ok(found)
}

/// The host for the secondary of `id`: the one asked for, or the suitable one that carries least.
///
/// # Errors
/// `IncompatibleHostForFtSecondary`, `NoHostSuitableForFtSecondary`, or the fault of a cap.
pub(super) fn choose_host(
    tx: &mut Transaction<'_>,
    id: &MoRef,
    asked: Option<&MoRef>,
    storage: &Storage,
    settings: &FaultTolerance,
) -> Result<MoRef, Fault> {
    let vm = tx.get::<VirtualMachine>(id)?.clone();
    if let Some(host) = asked {
        let errors = objections(tx, id, host, storage)?;
        if !errors.is_empty() {
            let message = errors[0].message.clone();
            let detail = IncompatibleHostForFtSecondary {
                host: host.clone(),
                error: errors.iter().map(Fault::localized).collect(),
                ..Default::default()
            };
            return Err(Fault::new(detail, message));
        }
        check_caps(tx.view(), host, vm.cpus, vm.partner(), settings)?;
        return Ok(host.clone());
    }
    let parent = match &vm.host {
        Some(host) => tx.get::<HostSystem>(host)?.entity.parent.clone(),
        None => None,
    };
    let members = parent.map(|parent| hosts(&parent, tx.view()).to_vec()).unwrap_or_default();
    let (mut best, mut capped) = (None, None);
    for host in members {
        if !objections(tx, id, &host, storage)?.is_empty() {
            continue;
        }
        match check_caps(tx.view(), &host, vm.cpus, vm.partner(), settings) {
            Err(fault) => capped = Some(fault),
            Ok(()) => {
                let load = load_of(tx, &host);
                if best.as_ref().is_none_or(|(least, _)| load < *least) {
                    best = Some((load, host));
                }
            }
        }
    }
    match (best, capped) {
        (Some((_, host)), _) => Ok(host),
        (None, Some(fault)) => Err(fault),
        (None, None) => Err(no_host_for(id, &vm)),
    }
}

fn load_of(tx: &mut Transaction<'_>, host: &MoRef) -> (usize, i32) {
    let view = tx.view();
    let vms = view.referrers(host, RUNS_ON).iter();
    let all: Vec<_> = vms.filter_map(|vm| view.get::<VirtualMachine>(vm)).collect();
    let halves = all.iter().filter(|vm| vm.partner().is_some()).count();
    (halves, all.iter().map(|vm| vm.memory).sum())
}

/// Nothing suits.
pub(super) fn no_host_for(id: &MoRef, vm: &VirtualMachine) -> Fault {
    let detail = NoHostSuitableForFtSecondary {
        vm: id.clone(),
        vm_name: vm.entity.name.clone(),
        ..Default::default()
    };
    Fault::new(detail, "No host of the cluster suits the secondary virtual machine.")
}
