//! Reads pairs as they are now, whichever half is the primary.

use std::collections::{HashMap, HashSet};

use orchestrator::TaskError;
use vim25::MoRef;
use vim25::types::{
    FaultToleranceConfigInfo, FaultTolerancePrimaryConfigInfo, FaultToleranceSecondaryConfigInfo,
    VirtualMachineRuntimeInfoDasProtectionState,
};
use vsphere::{CallError, ObjectProperties, Reader};

use super::order::Target;
use crate::fault_tolerance::chosen::boot_time;
use crate::trouble::{reading, unreadable};

/// A pair, or what is left of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Now {
    /// The half that is the primary; the VM itself when it has no Fault Tolerance.
    pub(super) primary: MoRef,
    pub(super) secondary: Option<MoRef>,
    pub(super) has_ft: bool,
    pub(super) orphaned: bool,
    pub(super) is_on: bool,
    /// As vSphere spells it.
    pub(super) state: String,
    pub(super) reason: Option<String>,
    pub(super) das_protected: bool,
    /// The hosts of primary and secondary.
    pub(super) places: [Option<MoRef>; 2],
    /// Their names, or their ids where the user may not see them.
    pub(super) hosts: [Option<String>; 2],
    /// What the server would not show of either half, so that nothing can be decided.
    pub(super) unreadable: Option<String>,
    /// When the secondary was started last.
    pub(super) boot: Option<String>,
}

impl Now {
    /// It runs twice, on two hosts, and HA replaces what is lost.
    pub(super) fn is_protected(&self) -> bool {
        let [primary, secondary] = &self.places;
        self.state == "running" && self.das_protected && secondary.is_some() && primary != secondary
    }
}

const PATHS: &[&str] = &[
    "runtime.faultToleranceState",
    "runtime.needSecondaryReason",
    "runtime.powerState",
    "runtime.dasVmProtection",
    "runtime.host",
    "runtime.bootTime",
    "config.ftInfo",
];

/// The pairs in the order of `targets`; `None` for a VM that is gone. Three calls, however many there are.
pub(super) async fn observe(
    targets: &[Target],
    reader: &Reader,
) -> Result<Vec<Option<Now>>, TaskError> {
    let failed = |error: CallError| reading("the virtual machines").failed(error);
    let chosen = targets.iter().map(|target| target.vm.clone()).collect();
    let mut found = retrieve(reader, chosen, PATHS).await.map_err(failed)?;
    let others = found.values().filter_map(other_half).collect();
    found.extend(retrieve(reader, others, PATHS).await.map_err(failed)?);
    let hosts = found.values().filter_map(|vm| vm.moref("runtime.host")).cloned().collect();
    let hosts = retrieve(reader, hosts, &["name"]).await.map_err(failed)?;
    Ok(targets.iter().map(|target| now(&target.vm, &found, &hosts)).collect())
}

type Found = HashMap<MoRef, ObjectProperties>;

async fn retrieve(
    reader: &Reader,
    objects: HashSet<MoRef>,
    paths: &[&str],
) -> Result<Found, CallError> {
    let mut objects: Vec<MoRef> = objects.into_iter().collect();
    objects.sort();
    if objects.is_empty() {
        return Ok(Found::new());
    }
    let found = reader.retrieve_many(&objects, paths).await?;
    Ok(found.into_iter().map(|one| (one.object.clone(), one)).collect())
}

fn other_half(vm: &ObjectProperties) -> Option<MoRef> {
    if let Some(info) = vm.object::<FaultToleranceSecondaryConfigInfo>("config.ftInfo") {
        return Some(info.primary_vm.clone());
    }
    let info = vm.object::<FaultTolerancePrimaryConfigInfo>("config.ftInfo")?;
    info.secondaries.first().cloned()
}

fn now(vm: &MoRef, found: &Found, hosts: &Found) -> Option<Now> {
    let own = found.get(vm)?;
    let info = own.object::<FaultToleranceConfigInfo>("config.ftInfo");
    let other = other_half(own).and_then(|other| found.get(&other));
    let (primary, secondary) = match (info.is_some_and(|info| info.role > 1), other) {
        (true, Some(other)) => (other, Some(own)),
        (true, None) => (own, None),
        (false, other) => (own, other),
    };
    let place = |vm: &ObjectProperties| vm.moref("runtime.host").cloned();
    let name = |vm: &ObjectProperties| {
        let host = place(vm)?;
        let name = hosts.get(&host).and_then(|seen| seen.text("name"));
        Some(name.map_or_else(|| host.value.to_string(), vsphere::percent::unescape))
    };
    let text = |path: &str| primary.text(path);
    let das =
        primary.object::<VirtualMachineRuntimeInfoDasProtectionState>("runtime.dasVmProtection");
    Some(Now {
        primary: primary.object.clone(),
        secondary: secondary.map(|one| one.object.clone()),
        has_ft: info.is_some(),
        orphaned: info.is_some_and(|info| info.orphaned == Some(true)),
        is_on: text("runtime.powerState") == Some("poweredOn"),
        state: text("runtime.faultToleranceState").unwrap_or_default().to_owned(),
        reason: text("runtime.needSecondaryReason").map(str::to_owned),
        das_protected: das.is_some_and(|das| das.das_protected),
        places: [place(primary), secondary.and_then(place)],
        hosts: [name(primary), secondary.and_then(name)],
        unreadable: unreadable(primary).or_else(|| secondary.and_then(unreadable)),
        boot: secondary.and_then(boot_time),
    })
}
