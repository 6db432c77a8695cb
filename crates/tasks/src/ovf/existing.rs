//! The VM that has the declared name already, if there is one.

use orchestrator::TaskError;
use vim25::MoRef;
use vim25::types::GuestInfo;
use vsphere::{Inventory, ObjectProperties, Reader};

use super::mark::Mark;
use super::place::Placement;
use super::spec::Spec;
use crate::trouble::reading;

/// What has the declared name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum VmSeen {
    None,
    /// Without our mark; or several, which nobody can tell apart.
    Foreign(String),
    Ours(Vm),
}

/// A VM with our mark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Vm {
    pub(super) object: MoRef,
    pub(super) mark: Mark,
    pub(super) is_on: bool,
    /// Where its files are.
    pub(super) datastores: Vec<MoRef>,
    /// Bytes that they take.
    pub(super) occupied: u64,
    pub(super) tools: bool,
    pub(super) address: Option<String>,
}

const PATHS: &[&str] = &[
    "config.extraConfig",
    "runtime.powerState",
    "guest",
    "datastore",
    "summary.storage.committed",
];

impl VmSeen {
    /// Bytes on this datastore that are free once what an unfinished attempt left there is removed.
    pub(super) fn gives_back(&self, datastore: &MoRef) -> u64 {
        match self {
            Self::Ours(Vm {
                mark: Mark::Unfinished(_),
                is_on: false,
                datastores,
                occupied,
                ..
            }) if *datastores == [datastore.clone()] => *occupied,
            _ => 0,
        }
    }
}

pub(super) async fn find(
    spec: &Spec,
    reader: &Reader,
    inventory: &Inventory,
    place: &Placement,
) -> Result<VmSeen, TaskError> {
    let named: Vec<&MoRef> = inventory
        .entries()
        .iter()
        .filter(|entry| entry.object.kind == "VirtualMachine" && entry.name == spec.name)
        // One under Fault Tolerance has a secondary of the same name.
        .filter(|entry| !entry.is_secondary())
        .filter(|entry| inventory.datacenter_of(&entry.object) == Some(&place.datacenter))
        .map(|entry| &entry.object)
        .collect();
    let path = |object: &MoRef| inventory.path(object).unwrap_or_else(|| object.to_string());
    let object = match named.as_slice() {
        [] => return Ok(VmSeen::None),
        [one] => *one,
        [first, ..] => return Ok(VmSeen::Foreign(path(first))),
    };
    let seen = reader.retrieve(object, PATHS).await;
    let seen = seen.map_err(|error| reading(&spec.name).failed(error))?;
    Ok(match vm_of(&seen) {
        Some(vm) => VmSeen::Ours(vm),
        None => VmSeen::Foreign(path(object)),
    })
}

fn vm_of(seen: &ObjectProperties) -> Option<Vm> {
    let guest = seen.object::<GuestInfo>("guest");
    Some(Vm {
        object: seen.object.clone(),
        mark: Mark::read(seen)?,
        is_on: seen.text("runtime.powerState") == Some("poweredOn"),
        datastores: seen.morefs("datastore"),
        occupied: seen
            .integer("summary.storage.committed")
            .and_then(|bytes| u64::try_from(bytes).ok())
            .unwrap_or(0),
        tools: guest.is_some_and(tools_run),
        address: guest.and_then(address_of),
    })
}

/// Do VMware Tools run?
pub(super) fn tools_run(guest: &GuestInfo) -> bool {
    guest.tools_running_status.as_deref() == Some("guestToolsRunning")
}

/// The guest's address, if it has one that others can reach.
pub(super) fn address_of(guest: &GuestInfo) -> Option<String> {
    let address = guest.ip_address.as_deref()?;
    (!address.is_empty() && !address.starts_with("fe80:")).then(|| address.to_owned())
}
