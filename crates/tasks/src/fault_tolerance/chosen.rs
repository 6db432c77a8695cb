//! What a selection takes and what it passes over, with what is known of each VM: [`choose_vms`].
//!
//! Templates, secondaries and VMs that a solution manages are never taken. However many VMs there are, a handful
//! of calls reads them.

use std::collections::HashMap;
use std::path::Path;

use orchestrator::TaskError;
use playbook::TaskInstance;
use vim25::MoRef;
use vim25::types::{
    FaultToleranceConfigInfo, FaultTolerancePrimaryConfigInfo, ManagedByInfo,
    VirtualMachineRuntimeInfoDasProtectionState,
};
use vsphere::{CallError, FindError, Inventory, ObjectProperties, Reader};

use super::choose::{Choice, choose};
use super::read_vms::is_plain_pattern;
use super::select::{Select, read_list};
use super::spec::Spec;
use crate::lookup;
use crate::trouble::reading;

/// Which VMs are meant.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    /// Names, paths and patterns.
    pub vms: Vec<String>,
    /// By where they are or what is attached to them, and what is left out.
    pub select: Select,
    /// The datacenter in which names are looked up.
    pub datacenter: Option<String>,
}

/// A VM that may be taken.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FtVm {
    /// Its name.
    pub name: String,
    /// Its inventory path.
    pub path: String,
    /// Its reference.
    pub object: MoRef,
    /// Whether it was named, not found by a pattern or a place.
    pub named: bool,
    /// Name of its cluster.
    pub cluster: Option<String>,
    /// Name of its host.
    pub host: Option<String>,
    /// As vSphere spells it.
    pub power: String,
    /// As vSphere spells it.
    pub ft_state: String,
    /// HA restarts it; `None` when the server does not say.
    pub das_protected: Option<bool>,
    /// The secondary, if it is the primary of a pair.
    pub secondary: Option<MoRef>,
    /// Name of the secondary's host.
    pub secondary_host: Option<String>,
    /// When the secondary was started last.
    pub(super) secondary_boot: Option<String>,
}

/// A VM that is not taken, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passed {
    /// The VM.
    pub vm: FtVm,
    /// Why.
    pub why: LeftOut,
}

/// Why a VM is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LeftOut {
    /// A template.
    Template,
    /// The secondary of a pair.
    Secondary,
    /// A VM that a solution manages, such as a vCLS VM.
    Managed,
    /// Left out by name.
    Excepted,
}

impl LeftOut {
    /// For programs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Template => "template",
            Self::Secondary => "secondary",
            Self::Managed => "managed",
            Self::Excepted => "except",
        }
    }

    /// For people.
    #[must_use]
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Template => "template",
            Self::Secondary => "secondary of a pair",
            Self::Managed => "managed by a solution",
            Self::Excepted => "left out by `except`",
        }
    }
}

/// What a selection comes to.
#[derive(Debug, Default)]
pub struct Chosen {
    /// What is taken.
    pub taken: Vec<FtVm>,
    /// What fits, but is not taken.
    pub passed: Vec<Passed>,
    /// Texts that name nothing, or not one thing.
    pub unknown: Vec<(String, FindError)>,
}

impl Selection {
    /// What a `fault_tolerance` task of a playbook selects; `None` for a task of another kind.
    #[must_use]
    pub fn of_task(task: &TaskInstance) -> Option<Self> {
        let spec = (task.capability == super::CAPABILITY.name).then(|| Spec::from(&task.args))?;
        Some(Self { vms: spec.vms, select: spec.select, datacenter: spec.datacenter })
    }

    /// Whether nothing is said.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.vms.is_empty() && !self.select.chooses() && self.select.file.is_none()
    }
}

const PATHS: &[&str] = &[
    "runtime.host",
    "runtime.powerState",
    "runtime.faultToleranceState",
    "runtime.dasVmProtection",
    "config.template",
    "config.managedBy",
    "config.ftInfo",
];

/// Finds out which VMs `selection` means. Files are looked for in `folder`.
///
/// # Errors
/// When the inventory or a list cannot be read. What is not found is in [`Chosen::unknown`].
pub async fn choose_vms(
    selection: &Selection,
    reader: &Reader,
    folder: &Path,
) -> Result<Chosen, TaskError> {
    let listed = match &selection.select.file {
        Some(file) => read_list(&folder.join(file))?,
        None => Vec::new(),
    };
    let mut inventory = lookup::inventory(reader).await?;
    if let Some(datacenter) = &selection.datacenter
        && let Err(error) = inventory.set_default_datacenter(datacenter)
    {
        let unknown = vec![(datacenter.clone(), error)];
        return Ok(Chosen { unknown, ..Chosen::default() });
    }
    let texts = selection.vms.iter().chain(&listed);
    let choice = choose(texts, &selection.select, reader, &inventory).await?;
    let read = read(choice, reader, &inventory).await;
    read.map_err(|error| reading("the virtual machines").failed(error))
}

async fn read(
    choice: Choice<'_>,
    reader: &Reader,
    inventory: &Inventory,
) -> Result<Chosen, CallError> {
    let Choice { objects, missing, unknown, excepted } = choice;
    let all: Vec<MoRef> = objects.iter().map(|(vm, _)| vm).chain(&excepted).cloned().collect();
    let found = retrieve(reader, &all, PATHS).await?;
    let secondaries: Vec<MoRef> = found.values().filter_map(secondary_of).collect();
    let halves = retrieve(reader, &secondaries, &["runtime.host", "runtime.bootTime"]).await?;
    let mut chosen = Chosen::default();
    chosen.unknown.extend(missing.into_iter().chain(unknown));
    for (object, text) in &objects {
        let Some(seen) = found.get(object) else { continue };
        let vm = FtVm { named: is_plain_pattern(text), ..vm(seen, &halves, inventory) };
        match never_taken(seen) {
            Some(why) => chosen.passed.push(Passed { vm, why }),
            None => chosen.taken.push(vm),
        }
    }
    let excepted = excepted.iter().filter_map(|object| found.get(object));
    chosen.passed.extend(
        excepted.map(|seen| Passed { vm: vm(seen, &halves, inventory), why: LeftOut::Excepted }),
    );
    Ok(chosen)
}

type Found = HashMap<MoRef, ObjectProperties>;

async fn retrieve(reader: &Reader, objects: &[MoRef], paths: &[&str]) -> Result<Found, CallError> {
    if objects.is_empty() {
        return Ok(Found::new());
    }
    let found = reader.retrieve_many(objects, paths).await?;
    Ok(found.into_iter().map(|one| (one.object.clone(), one)).collect())
}

fn never_taken(vm: &ObjectProperties) -> Option<LeftOut> {
    if vm.boolean("config.template") == Some(true) {
        return Some(LeftOut::Template);
    }
    let role = vm.object::<FaultToleranceConfigInfo>("config.ftInfo").map(|info| info.role);
    if role.is_some_and(|role| role > 1) {
        return Some(LeftOut::Secondary);
    }
    let managed = vm.object::<ManagedByInfo>("config.managedBy").is_some();
    managed.then_some(LeftOut::Managed)
}

fn secondary_of(vm: &ObjectProperties) -> Option<MoRef> {
    let info = vm.object::<FaultTolerancePrimaryConfigInfo>("config.ftInfo")?;
    info.secondaries.first().cloned()
}

fn vm(seen: &ObjectProperties, halves: &Found, inventory: &Inventory) -> FtVm {
    let name = |object: &MoRef| inventory.name(object).map(str::to_owned);
    let text = |path: &str| seen.text(path).unwrap_or_default().to_owned();
    let host = seen.moref("runtime.host");
    let cluster = host.and_then(|host| {
        let mut above = inventory.ancestors(host);
        above.find(|entry| entry.object.kind == "ClusterComputeResource")
    });
    let das = seen.object::<VirtualMachineRuntimeInfoDasProtectionState>("runtime.dasVmProtection");
    let secondary = secondary_of(seen);
    let half = secondary.as_ref().and_then(|one| halves.get(one));
    FtVm {
        name: name(&seen.object).unwrap_or_else(|| seen.object.value.to_string()),
        path: inventory.path(&seen.object).unwrap_or_default(),
        object: seen.object.clone(),
        named: false,
        cluster: cluster.map(|entry| entry.name.to_string()),
        host: host.and_then(name),
        power: text("runtime.powerState"),
        ft_state: text("runtime.faultToleranceState"),
        das_protected: das.map(|das| das.das_protected),
        secondary_host: half.and_then(|half| half.moref("runtime.host")).and_then(name),
        secondary_boot: half.and_then(boot_time),
        secondary,
    }
}

/// When a VM was started last, if the server says.
pub(super) fn boot_time(vm: &ObjectProperties) -> Option<String> {
    vm.get("runtime.bootTime").map(|time| format!("{time:?}"))
}
