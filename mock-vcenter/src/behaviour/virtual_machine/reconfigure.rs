//! `ReconfigVM_Task`: what a change is checked for, and what it changes.

use std::sync::Arc;

use vim25::enums::{VirtualMachineGuestOsIdentifier as GuestOs, VirtualMachinePowerState as Power};
use vim25::types::{
    ConcurrentAccess, CpuHotPlugNotSupported, FaultToleranceCannotEditMem,
    MemoryHotPlugNotSupported, ResourceAllocationInfo, VirtualMachineConfigSpec,
    VmReconfiguredEvent,
};
use vim25::{MoRef, Str, Value, WireEnum};

use crate::behaviour::datastore;
use crate::behaviour::events::about;
use crate::behaviour::server::Quirk;
use crate::fault::Fault;
use crate::store::Transaction;

use super::change_devices::change_devices;
use super::devices;
use super::hardware_version;
use super::methods::rename;
use super::object::VirtualMachine;
use super::power::invalid_power_state;
use super::settings::{self, is_allocation};
use super::site::no_space;
use super::v_app;

/// Most virtual processors of a VM of any virtual hardware.
const MAX_CPUS: i32 = 768;
/// Memory comes in pieces of this many megabytes.
const MEMORY_STEP: i64 = 4;
/// Most memory of a VM, in megabytes.
const MAX_MEMORY: i64 = 24 << 20;

/// Changes a VM.
///
/// # Errors
/// `ConcurrentAccess`, `InvalidArgument`, `InvalidPowerState`, `CpuHotPlugNotSupported`, `MemoryHotPlugNotSupported`,
/// `InvalidDeviceSpec`, `DuplicateName`, `VirtualHardwareVersionNotSupported`, and what Fault Tolerance does not allow.
pub(super) fn reconfigure(
    tx: &mut Transaction<'_>,
    vm: &MoRef,
    spec: &VirtualMachineConfigSpec,
) -> Result<(), Fault> {
    check_values(spec)?;
    check_state(tx.get::<VirtualMachine>(vm)?, spec)?;
    check_ft_rules(tx.get::<VirtualMachine>(vm)?, vm, spec)?;
    if let Some(host) = tx.get::<VirtualMachine>(vm)?.host.clone() {
        hardware_version::check_version(tx, &host, spec.version.as_ref())?;
    }
    if let Some(name) = &spec.name {
        rename(tx, vm, name)?;
    }
    let before = devices::all_bytes(tx.get::<VirtualMachine>(vm)?);
    change_devices(tx, vm, &spec.device_change)?;
    check_room(tx, vm, before)?;
    let now = tx.timestamp();
    let machine = tx.edit::<VirtualMachine>(vm)?;
    machine.touch(now);
    put_values(machine, spec);
    about(tx, vm, VmReconfiguredEvent::default(), "Reconfigured");
    Ok(())
}

/// Refuses disks that came or grew when a datastore has no room for them.
fn check_room(tx: &mut Transaction<'_>, vm: &MoRef, before: i64) -> Result<(), Fault> {
    let machine = tx.get::<VirtualMachine>(vm)?;
    if devices::all_bytes(machine) <= before {
        return Ok(());
    }
    let directory = machine.directory().to_owned();
    for datastore in devices::datastores(machine) {
        if datastore::balance(tx.view(), &datastore) < 0 {
            return Err(no_space(&tx.name_of(&datastore).unwrap_or_default(), &directory));
        }
    }
    Ok(())
}

/// Changes how CPU and memory are shared out to a VM.
///
/// # Errors
/// `ManagedObjectNotFound`, and `FaultToleranceCannotEditMem` under Fault Tolerance.
pub fn share_out(
    tx: &mut Transaction<'_>,
    vm: &MoRef,
    spec: &VirtualMachineConfigSpec,
) -> Result<(), Fault> {
    check_values(spec)?;
    check_ft_rules(tx.get::<VirtualMachine>(vm)?, vm, spec)?;
    let now = tx.timestamp();
    let machine = tx.edit::<VirtualMachine>(vm)?;
    machine.touch(now);
    put_values(machine, spec);
    Ok(())
}

/// Refuses values that no VM can have.
///
/// # Errors
/// `InvalidArgument` with the member of the configuration.
pub(super) fn check_values(spec: &VirtualMachineConfigSpec) -> Result<(), Fault> {
    let bad = |member: &str| Fault::invalid_argument(&format!("configSpec.{member}"));
    let memory = |size: i64| (MEMORY_STEP..=MAX_MEMORY).contains(&size) && size % MEMORY_STEP == 0;
    let share =
        |asked: &Option<Box<ResourceAllocationInfo>>| asked.as_deref().is_none_or(is_allocation);
    let checks = [
        ("numCPUs", spec.num_cp_us.is_none_or(|cpus| (1..=MAX_CPUS).contains(&cpus))),
        ("numCoresPerSocket", spec.num_cores_per_socket.is_none_or(|cores| cores >= 0)),
        ("memoryMB", spec.memory_mb.is_none_or(memory)),
        ("cpuAllocation", share(&spec.cpu_allocation)),
        ("memoryAllocation", share(&spec.memory_allocation)),
        (
            "guestId",
            spec.guest_id
                .as_deref()
                .is_none_or(|id| id.is_empty() || GuestOs::CONSTANTS.contains(&id)),
        ),
        (
            "firmware",
            spec.firmware.as_deref().is_none_or(|firmware| matches!(firmware, "" | "bios" | "efi")),
        ),
    ];
    match checks.iter().find(|(_, holds)| !holds) {
        Some((member, _)) => Err(bad(member)),
        None => Ok(()),
    }
}

/// Refuses what somebody else's change has overtaken, and what the power state does not allow.
fn check_state(machine: &VirtualMachine, spec: &VirtualMachineConfigSpec) -> Result<(), Fault> {
    let known = spec.change_version.as_deref().filter(|version| !version.is_empty());
    if known.is_some_and(|version| version != machine.change_version()) {
        let text = "The virtual machine was changed by somebody else in the meantime.";
        return Err(Fault::new(ConcurrentAccess::default(), text));
    }
    let reserved = spec.memory_allocation.as_deref().and_then(|asked| asked.reservation);
    if reserved
        .is_some_and(|reserved| reserved > spec.memory_mb.unwrap_or(i64::from(machine.memory)))
    {
        return Err(Fault::invalid_argument("configSpec.memoryAllocation.reservation"));
    }
    if machine.power == Power::PoweredOff || machine.partner().is_some() {
        return Ok(());
    }
    let cpus = spec.num_cp_us.unwrap_or(machine.cpus);
    let memory = spec.memory_mb.unwrap_or(i64::from(machine.memory));
    let resized = cpus != machine.cpus || memory != i64::from(machine.memory);
    if needs_power_off(machine, spec) || (resized && machine.power == Power::Suspended) {
        return Err(invalid_power_state(&machine.power, Some(Power::PoweredOff)));
    }
    let cpus_fit = cpus == machine.cpus
        || (cpus > machine.cpus && machine.has_cpu_hot_add())
        || (cpus < machine.cpus && machine.has_cpu_hot_remove());
    if !cpus_fit {
        let text = "CPU hot plug is not supported for this virtual machine.";
        return Err(Fault::new(CpuHotPlugNotSupported::default(), text));
    }
    let old = i64::from(machine.memory);
    if memory != old && !(memory > old && machine.has_memory_hot_add()) {
        let text = "Memory hot plug is not supported for this virtual machine.";
        return Err(Fault::new(MemoryHotPlugNotSupported::default(), text));
    }
    Ok(())
}

/// True with a change to what only a VM that is off takes.
fn needs_power_off(machine: &VirtualMachine, spec: &VirtualMachineConfigSpec) -> bool {
    fn differs<T: PartialEq>(asked: Option<T>, is: &T) -> bool {
        asked.is_some_and(|asked| asked != *is)
    }
    let guest = spec.guest_id.as_deref().filter(|id| !id.is_empty());
    let firmware = spec.firmware.as_deref().filter(|firmware| !firmware.is_empty());
    differs(guest, &machine.guest_id.as_str())
        || differs(firmware, &machine.firmware())
        || differs(spec.num_cores_per_socket, &machine.cores_per_socket())
        || differs(spec.cpu_hot_add_enabled, &machine.has_cpu_hot_add())
        || differs(spec.cpu_hot_remove_enabled, &machine.has_cpu_hot_remove())
        || differs(spec.memory_hot_add_enabled, &machine.has_memory_hot_add())
        || differs(spec.nested_hv_enabled, &machine.has(Quirk::NestedHv))
}

fn check_ft_rules(
    machine: &VirtualMachine,
    vm: &MoRef,
    spec: &VirtualMachineConfigSpec,
) -> Result<(), Fault> {
    if machine.partner().is_none() {
        return Ok(());
    }
    if machine.is_secondary() {
        let detail = vim25::types::InvalidOperationOnSecondaryVm {
            instance_uuid: machine.instance_uuid.clone(),
            ..Default::default()
        };
        return Err(Fault::new(detail, "The secondary virtual machine cannot be changed."));
    }
    let edits_memory = spec.memory_mb.is_some()
        || spec.memory_allocation.is_some()
        || spec.memory_reservation_locked_to_max == Some(false);
    if edits_memory {
        let detail = FaultToleranceCannotEditMem {
            vm_name: machine.entity.name.clone(),
            vm: vm.clone(),
            ..Default::default()
        };
        return Err(Fault::new(detail, "Memory settings are fixed under Fault Tolerance."));
    }
    if spec.num_cp_us.is_some() || !spec.device_change.is_empty() {
        return Err(Fault::not_supported("Fault Tolerance does not allow this change."));
    }
    Ok(())
}

/// Puts all that is set but name and devices.
pub(super) fn put_values(machine: &mut VirtualMachine, spec: &VirtualMachineConfigSpec) {
    machine.cpus = spec.num_cp_us.unwrap_or(machine.cpus);
    let memory = spec.memory_mb.and_then(|memory| i32::try_from(memory).ok());
    machine.memory = memory.unwrap_or(machine.memory);
    if let Some(locked) = spec.memory_reservation_locked_to_max {
        machine.reservation_locked = locked;
    }
    if let Some(allocation) = &spec.memory_allocation {
        machine.memory_reservation = allocation.reservation.unwrap_or(machine.memory_reservation);
        machine.memory_limit = allocation.limit.unwrap_or(machine.memory_limit);
    }
    if machine.reservation_locked {
        machine.memory_reservation = i64::from(machine.memory);
    }
    let put = |to: &mut Str, asked: &Option<Str>| {
        if let Some(asked) = asked.as_ref().filter(|asked| !asked.is_empty()) {
            to.clone_from(asked);
        }
    };
    put(&mut machine.guest_id, &spec.guest_id);
    put(&mut machine.uuid, &spec.uuid);
    put(&mut machine.instance_uuid, &spec.instance_uuid);
    if let Some(annotation) = &spec.annotation {
        machine.annotation.clone_from(annotation);
    }
    if let Some(nested) = spec.nested_hv_enabled {
        machine.set_quirk(Quirk::NestedHv, nested);
    }
    for option in &spec.extra_config {
        let value = option.value.as_ref().map(text_of).unwrap_or_default();
        machine.extra_config.retain(|(key, _)| *key != option.key);
        if !value.is_empty() {
            machine.extra_config.push((option.key.clone(), value));
        }
    }
    if let Some(change) = spec.v_app_config.as_deref() {
        machine.v_app = Some(Arc::new(v_app::changed(machine.v_app.as_deref(), change)));
    } else if spec.v_app_config_removed == Some(true) {
        machine.v_app = None;
    }
    settings::keep(machine, spec);
}

/// The value of a setting as text; settings are kept so, whatever type a client sends.
fn text_of(value: &Value) -> Str {
    match value {
        Value::Bool(true) => "TRUE".into(),
        Value::Bool(false) => "FALSE".into(),
        Value::Int(number) => number.to_string().into(),
        Value::Long(number) => number.to_string().into(),
        Value::Short(number) => number.to_string().into(),
        Value::Byte(number) => number.to_string().into(),
        Value::Double(number) => number.to_string().into(),
        Value::Float(number) => number.to_string().into(),
        other => other.as_str().unwrap_or_default().into(),
    }
}
