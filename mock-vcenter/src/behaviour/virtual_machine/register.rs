//! Bringing VMs into the inventory and taking them out.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use vim25::enums::VirtualMachinePowerState;
use vim25::types::{VmDiscoveredEvent, VmRemovedEvent};
use vim25::{DateTime, MoRef, Str};

use crate::behaviour::events::about;
use crate::behaviour::server::{Power, Quirk, VmBlueprint};
use crate::fault::Fault;
use crate::guest::Guest;
use crate::inventory::Entity;
use crate::store::Transaction;

use super::devices::{self, Places};
use super::object::{FaultToleranceFacts, VirtualMachine};
use super::snapshot::add_snapshot;

/// How long the VMs that run have been running when they come into the inventory.
const RAN_BEFORE: Duration = Duration::from_secs(24 * 60 * 60);

/// Where a VM comes to be.
#[derive(Clone, Debug)]
pub struct Place {
    /// Its folder.
    pub folder: MoRef,
    /// Its resource pool.
    pub pool: MoRef,
    /// Its host.
    pub host: MoRef,
    /// Its host's datastores by name.
    pub datastores: Arc<BTreeMap<Str, MoRef>>,
    /// Its host's networks by name.
    pub networks: Arc<BTreeMap<Str, MoRef>>,
    /// Key of the EVC mode it has run under so far.
    pub evc_mode: Option<Str>,
}

/// Registers a VM.
///
/// # Errors
/// `InvalidDatastore` when the VM's first datastore is not there.
pub fn register_vm(
    tx: &mut Transaction<'_>,
    blueprint: &Arc<VmBlueprint>,
    place: &Place,
) -> Result<MoRef, Fault> {
    let id = tx.new_id("VirtualMachine", "vm");
    let number = tx.new_number();
    let (uuid, instance_uuid) = (tx.new_uuid(), tx.new_uuid());
    let datastore = |name: &str| place.datastores.get(name).cloned();
    let network = |name: &str| place.networks.get(name).cloned();
    let home_name = blueprint.disks.first().map(|disk| disk.datastore.clone()).unwrap_or_default();
    let home = datastore(&home_name).ok_or_else(|| missing_datastore(&home_name))?;
    let directory = format!("[{home_name}] {}", blueprint.name);
    let places = Places { datastore: &datastore, network: &network, number };
    let now = tx.timestamp();
    let power = power_state(blueprint);
    let on = power == VirtualMachinePowerState::PoweredOn;
    let ran = power != VirtualMachinePowerState::PoweredOff;
    let before = tx.now().checked_sub(RAN_BEFORE).unwrap_or_else(|| tx.now());
    let vm = VirtualMachine {
        entity: Entity::new(&blueprint.name, Some(&place.folder)),
        uuid,
        instance_uuid,
        host: Some(place.host.clone()),
        pool: (!blueprint.quirks.contains(&Quirk::Template)).then(|| place.pool.clone()),
        cpus: blueprint.cpus,
        memory: blueprint.memory,
        memory_reservation: 0,
        reservation_locked: false,
        memory_limit: -1,
        devices: devices::build(blueprint, &directory, &places),
        vmx: format!("{directory}/{}.{}", blueprint.name, extension(blueprint)).into(),
        home,
        version: format!("vmx-{:02}", blueprint.hardware).into(),
        power: power.clone(),
        boot_time: ran.then(|| DateTime::from_system_time(before)),
        suspend_time: (power == VirtualMachinePowerState::Suspended).then(|| now.clone()),
        suspended: Duration::ZERO,
        tools_installed: true,
        evc_mode: place.evc_mode.clone().filter(|_| on),
        quirks: blueprint.quirks.clone(),
        snapshots: Vec::new(),
        current_snapshot: None,
        annotation: Str::default(),
        extra_config: vec![("nvram".into(), format!("{}.nvram", blueprint.name).into())],
        settings: None,
        modified: now.clone(),
        revision: 0,
        ft: FaultToleranceFacts::default(),
        das_protected: false,
        guest_id: "centos7_64Guest".into(),
        question: None,
        v_app: None,
        content: BTreeMap::new(),
        blueprint: blueprint.clone(),
    };
    tx.insert(id.clone(), vm);
    if blueprint.quirks.contains(&Quirk::Snapshot) {
        add_snapshot(tx, &id, "before-update", "", false)?;
    }
    Ok(id)
}

fn extension(blueprint: &VmBlueprint) -> &'static str {
    if blueprint.quirks.contains(&Quirk::Template) { "vmtx" } else { "vmx" }
}

fn power_state(blueprint: &VmBlueprint) -> VirtualMachinePowerState {
    match blueprint.power {
        _ if blueprint.quirks.contains(&Quirk::Template) => VirtualMachinePowerState::PoweredOff,
        Power::On => VirtualMachinePowerState::PoweredOn,
        Power::Off => VirtualMachinePowerState::PoweredOff,
        Power::Suspended => VirtualMachinePowerState::Suspended,
    }
}

fn missing_datastore(name: &str) -> Fault {
    let detail = vim25::types::InvalidDatastore { name: Some(name.into()), ..Default::default() };
    Fault::new(detail, format!("Datastore '{name}' is not accessible."))
}

/// Tells that a VM came with a host.
pub fn announce(tx: &mut Transaction<'_>, vm: &MoRef) {
    about(tx, vm, VmDiscoveredEvent::default(), "Discovered");
}

/// Takes a VM with its snapshots out of the inventory.
///
/// # Errors
/// `ManagedObjectNotFound` when it is gone already.
pub fn unregister_vm(tx: &mut Transaction<'_>, vm: &MoRef) -> Result<(), Fault> {
    let snapshots: Vec<_> =
        tx.get::<VirtualMachine>(vm)?.snapshots.iter().map(|facts| facts.id.clone()).collect();
    about(tx, vm, VmRemovedEvent::default(), "Removed");
    snapshots.iter().for_each(|snapshot| tx.remove(snapshot));
    tx.remove(&Guest::id_of(vm));
    tx.remove(vm);
    Ok(())
}

/// What to build the VM from again, with its present size and power.
#[must_use]
pub fn blueprint_of(vm: &VirtualMachine) -> VmBlueprint {
    VmBlueprint {
        name: vm.entity.name.clone(),
        cpus: vm.cpus,
        memory: vm.memory,
        power: match vm.power {
            VirtualMachinePowerState::PoweredOn => Power::On,
            VirtualMachinePowerState::Suspended => Power::Suspended,
            _ => Power::Off,
        },
        quirks: vm.quirks.clone(),
        ..(*vm.blueprint).clone()
    }
}

/// Bytes that a VM takes on a datastore.
#[must_use]
pub fn bytes_on(vm: &VirtualMachine, datastore: &MoRef) -> i64 {
    devices::disks(&vm.devices)
        .filter(|disk| devices::disk_datastore(disk) == Some(datastore))
        .map(|disk| devices::taken(vm, disk))
        .sum()
}
