//! Finds VMs and pairs each primary with its secondary: [`Protection`].

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;
use vim25::types::{FaultToleranceConfigInfo, FaultTolerancePrimaryConfigInfo};
use vim25::{MoRef, WireEnum, enums};
use vsphere::{FindError, Inventory, Kind, ObjectProperties, Reader};

use crate::connection::failed_call;
use crate::error::CliError;

const PROPERTIES: &[&str] = &[
    "runtime.faultToleranceState",
    "runtime.powerState",
    "runtime.host",
    "config.ftInfo",
    "config.template",
    "datastore",
    "runtime.needSecondaryReason",
    "summary.quickStats.ftSecondaryLatency",
    "summary.quickStats.ftLogBandwidth",
    "summary.quickStats.ftLatencyStatus",
];

/// What was found.
#[derive(Debug, Serialize)]
pub(super) struct Protection {
    /// Version of this form.
    pub(super) v: u32,
    /// The server.
    pub(super) server: String,
    /// The VMs in the order of their paths.
    pub(super) vms: Vec<VmStatus>,
    /// How many pairs have their halves on which two hosts.
    pub(super) pairs_by_host: Vec<PairsOnHosts>,
    /// VMs without Fault Tolerance that no pattern named.
    pub(super) not_shown: usize,
    /// Patterns that fit no VM, or are not clear.
    pub(super) not_found: Vec<String>,
    /// What is the matter with the first of them.
    #[serde(skip)]
    pub(super) first_error: Option<FindError>,
}

/// Pairs whose primaries are on one host and whose secondaries are on another.
#[derive(Debug, Serialize)]
pub(super) struct PairsOnHosts {
    pub(super) primary: String,
    pub(super) secondary: String,
    pub(super) pairs: usize,
}

/// One VM, and its secondary if it has one.
#[derive(Debug, Serialize)]
pub(super) struct VmStatus {
    pub(super) name: String,
    pub(super) path: String,
    pub(super) id: String,
    /// As vSphere spells it: `notConfigured`, `disabled`, `enabled`, `needSecondary`, `starting`, `running`;
    /// `unreadable` where the user may not read it.
    pub(super) state: String,
    pub(super) power: String,
    /// Why it needs a secondary, as vSphere spells it.
    pub(super) reason: Option<String>,
    pub(super) link: Link,
    pub(super) primary: Half,
    pub(super) secondary: Option<Half>,
    /// The state is good and the halves are on different hosts.
    pub(super) protected: bool,
    /// Properties that decide about that and that the user may not read.
    pub(super) unreadable: Vec<String>,
}

/// How the secondary keeps up, as far as vCenter measures it.
#[derive(Debug, Default, Serialize)]
pub(super) struct Link {
    /// How far the secondary is behind, in milliseconds.
    pub(super) latency_ms: Option<i64>,
    /// What is sent to it, in KB/s.
    pub(super) bandwidth_kbps: Option<i64>,
    /// `green` up to 2 s behind, `yellow` up to 6 s, `red` beyond.
    pub(super) status: Option<String>,
}

impl Link {
    /// vCenter says -1 and `gray` for what it does not know.
    fn of(vm: &ObjectProperties) -> Self {
        let number = |path: &str| vm.integer(path).filter(|number| *number >= 0);
        let status = vm.text("summary.quickStats.ftLatencyStatus");
        Self {
            latency_ms: number("summary.quickStats.ftSecondaryLatency"),
            bandwidth_kbps: number("summary.quickStats.ftLogBandwidth"),
            status: status.filter(|status| *status != "gray").map(str::to_owned),
        }
    }

    /// Whether anything is known.
    pub(super) fn is_known(&self) -> bool {
        self.latency_ms.is_some() || self.bandwidth_kbps.is_some() || self.status.is_some()
    }
}

/// Where one of a pair is.
#[derive(Debug, Default, Serialize)]
pub(super) struct Half {
    pub(super) id: String,
    /// The name of the host, its id where the user may not see it.
    pub(super) host: Option<String>,
    #[serde(skip)]
    pub(super) place: Option<MoRef>,
    pub(super) datastores: Vec<String>,
}

impl VmStatus {
    /// Whether the VM survives the loss of its host.
    pub(super) fn is_protected(&self) -> bool {
        self.protected
    }

    /// Whether both halves are known to be on the same host.
    pub(super) fn is_on_one_host(&self) -> bool {
        let secondary = self.secondary.as_ref().and_then(|half| half.place.as_ref());
        secondary.is_some() && secondary == self.primary.place.as_ref()
    }

    fn is_worth_showing(&self) -> bool {
        self.state != NOT_CONFIGURED || !self.unreadable.is_empty()
    }
}

/// What was read of all VMs.
struct World {
    inventory: Inventory,
    vms: HashMap<MoRef, ObjectProperties>,
}

/// Reads the state of the VMs that the patterns name, or of those with Fault Tolerance.
pub(super) async fn read(reader: &Reader, patterns: &[String]) -> Result<Protection, CliError> {
    let inventory = reader.inventory().await.map_err(failed_call)?;
    let (wanted, first_error, not_found) = wanted(&inventory, patterns);
    if let (true, Some(error)) = (wanted.is_empty(), &first_error) {
        return Err(CliError::new(error.clone()));
    }
    let all: Vec<MoRef> = inventory
        .entries()
        .iter()
        .filter(|entry| entry.object.kind == "VirtualMachine")
        .map(|entry| entry.object.clone())
        .collect();
    let found = match all.is_empty() {
        true => Vec::new(),
        false => reader.retrieve_many(&all, PROPERTIES).await.map_err(failed_call)?,
    };
    let vms = found.into_iter().map(|vm| (vm.object.clone(), vm)).collect();
    let world = World { inventory, vms };
    let chosen = wanted.iter().filter_map(|vm| world.status(vm)).filter(|vm| !vm.is_template);
    let (shown, rest): (Vec<_>, Vec<_>) =
        chosen.partition(|vm| !patterns.is_empty() || vm.status.is_worth_showing());
    let shown: Vec<VmStatus> = shown.into_iter().map(|vm| vm.status).collect();
    Ok(Protection {
        v: 1,
        server: reader.url().to_string(),
        pairs_by_host: counted(&shown),
        vms: shown,
        not_shown: rest.len(),
        not_found,
        first_error,
    })
}

const NOT_CONFIGURED: &str = "notConfigured";
/// A state that the user may not read.
const UNREADABLE: &str = "unreadable";
/// What decides whether a VM is protected.
const DECISIVE: &[&str] =
    &["runtime.faultToleranceState", "runtime.powerState", "runtime.host", "config.ftInfo"];

fn counted(vms: &[VmStatus]) -> Vec<PairsOnHosts> {
    let mut counted: BTreeMap<(String, String), usize> = BTreeMap::new();
    for vm in vms {
        let secondary = vm.secondary.as_ref().and_then(|half| half.host.clone());
        if let (Some(primary), Some(secondary)) = (vm.primary.host.clone(), secondary) {
            *counted.entry((primary, secondary)).or_default() += 1;
        }
    }
    let pairs = counted.into_iter();
    pairs.map(|((primary, secondary), pairs)| PairsOnHosts { primary, secondary, pairs }).collect()
}

/// Each VM once, in the order of the paths, and the patterns that fit none: who asks for `db-*` wants to hear that there
/// is none, and how the others are.
fn wanted(
    inventory: &Inventory,
    patterns: &[String],
) -> (Vec<MoRef>, Option<FindError>, Vec<String>) {
    let mut found = BTreeMap::new();
    let (mut first_error, mut not_found) = (None, Vec::new());
    let everything = ["*".to_owned()];
    let texts = if patterns.is_empty() { &everything[..] } else { patterns };
    for text in texts {
        match fitting(inventory, text, !patterns.is_empty()) {
            Ok(vms) => found
                .extend(vms.into_iter().map(|vm| (inventory.path(&vm).unwrap_or_default(), vm))),
            Err(error) => {
                first_error.get_or_insert(error);
                not_found.push(text.clone());
            }
        }
    }
    (found.into_values().collect(), first_error, not_found)
}

fn fitting(inventory: &Inventory, text: &str, needed: bool) -> Result<Vec<MoRef>, FindError> {
    let vms = inventory.find_all(Kind::VirtualMachine, text)?;
    if vms.is_empty() && needed {
        inventory.find(Kind::VirtualMachine, text)?;
    }
    Ok(vms)
}

struct Found {
    status: VmStatus,
    is_template: bool,
}

impl World {
    /// `None` for a VM that is gone by now.
    fn status(&self, vm: &MoRef) -> Option<Found> {
        let seen = self.vms.get(vm)?;
        let unreadable = self.unreadable(vm);
        let state = match seen.text("runtime.faultToleranceState") {
            Some(state) => state,
            None if unreadable.is_empty() => NOT_CONFIGURED,
            None => UNREADABLE,
        };
        let state = state.to_owned();
        let power = seen.text("runtime.powerState").unwrap_or_default().to_owned();
        let primary = self.half(vm);
        let secondary = self.secondary_of(vm).map(|secondary| self.half(&secondary));
        let apart = secondary
            .as_ref()
            .is_some_and(|other| other.place.is_some() && other.place != primary.place);
        let good = state == enums::VirtualMachineFaultToleranceState::Running.as_str()
            || (state == enums::VirtualMachineFaultToleranceState::Enabled.as_str()
                && power == enums::VirtualMachinePowerState::PoweredOff.as_str());
        Some(Found {
            is_template: seen.boolean("config.template").unwrap_or(false),
            status: VmStatus {
                name: self.inventory.name(vm).unwrap_or_default().to_owned(),
                path: self.inventory.path(vm).unwrap_or_default(),
                id: vm.value.to_string(),
                protected: good && apart,
                state,
                power,
                reason: seen.text("runtime.needSecondaryReason").map(str::to_owned),
                link: Link::of(seen),
                primary,
                secondary,
                unreadable,
            },
        })
    }

    /// What decides about a VM, or about its secondary, and may not be read.
    fn unreadable(&self, vm: &MoRef) -> Vec<String> {
        let of = |vm: &MoRef, paths: &[&str]| -> Vec<String> {
            let refused = self.vms.get(vm).map(ObjectProperties::unreadable).unwrap_or_default();
            let refused = refused.iter().map(|one| one.path.to_string());
            refused.filter(|path| paths.contains(&path.as_str())).collect()
        };
        let mut found = of(vm, DECISIVE);
        if let Some(secondary) = self.secondary_of(vm) {
            found.extend(of(&secondary, &["runtime.host"]));
        }
        found.dedup();
        found
    }

    /// A primary lists its secondaries; where it does not, they share the primary's id.
    fn secondary_of(&self, vm: &MoRef) -> Option<MoRef> {
        let seen = self.vms.get(vm)?;
        let listed = seen.object::<FaultTolerancePrimaryConfigInfo>("config.ftInfo");
        if let Some(secondary) = listed.and_then(|info| info.secondaries.first()) {
            return Some(secondary.clone());
        }
        let shared = |vm: &ObjectProperties| {
            let info = vm.object::<FaultToleranceConfigInfo>("config.ftInfo")?;
            Some((info.role, info.instance_uuids.first()?.clone()))
        };
        let (_, id) = shared(seen)?;
        let other = self
            .vms
            .values()
            .find(|other| shared(other).is_some_and(|(role, first)| role > 1 && first == id));
        other.map(|other| other.object.clone())
    }

    fn half(&self, vm: &MoRef) -> Half {
        let seen = self.vms.get(vm);
        let name = |object: &MoRef| self.inventory.name(object).map(str::to_owned);
        let place = seen.and_then(|seen| seen.moref("runtime.host")).cloned();
        let datastores = seen.map(|seen| seen.morefs("datastore")).unwrap_or_default();
        let mut datastores: Vec<String> = datastores.iter().filter_map(name).collect();
        datastores.sort();
        Half {
            id: vm.value.to_string(),
            host: place.as_ref().map(|host| name(host).unwrap_or_else(|| host.value.to_string())),
            place,
            datastores,
        }
    }
}
