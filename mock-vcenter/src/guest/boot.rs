//! A guest comes up and goes down with its VM.

use std::time::Duration;

use vim25::types::{VirtualCdrom, VirtualCdromIsoBackingInfo};
use vim25::{MoRef, Str};

use crate::appliance;
use crate::behaviour::settings::Behaviour;
use crate::behaviour::virtual_machine::{self, VirtualMachine};
use crate::fault::Fault;
use crate::store::Transaction;

use super::environment;
use super::program::Program;
use super::state::{FtSoftware, Guest, GuestNetwork, Tools};

/// Gives a VM a guest unless it has one. That of a VM which already runs is up.
///
/// # Errors
/// `ManagedObjectNotFound` when the VM is gone.
pub fn ensure(tx: &mut Transaction<'_>, vm: &MoRef) -> Result<(), Fault> {
    let machine = tx.get::<VirtualMachine>(vm)?.clone();
    if tx.get::<Guest>(&Guest::id_of(vm)).is_ok() {
        return Ok(());
    }
    let settings = Behaviour::of(tx).guest;
    let mut programs = settings.programs.clone();
    programs.extend(Program::standard());
    let is_up = machine.is_on();
    let mut guest = Guest {
        vm: vm.clone(),
        host_name: machine.entity.name.clone(),
        network: GuestNetwork::default(),
        accounts: [].into(),
        files: [].into(),
        programs: programs.into(),
        processes: Vec::new(),
        boots: u32::from(is_up),
        tools: if is_up { Tools::Running } else { Tools::NotRunning },
        ft: FtSoftware::default(),
        keys: Vec::new(),
        typed: String::new(),
    };
    guest.set_password("root", &settings.root_password);
    if is_up {
        guest.network.address = virtual_machine::own_address(&machine);
    }
    for directory in ["/etc", "/home", "/opt", "/root", "/tmp", "/usr", "/var", "/var/tmp"] {
        guest.files.insert(directory.into(), super::state::directory(tx.timestamp()));
    }
    tx.insert(Guest::id_of(vm), guest);
    Ok(())
}

/// Tells the guest of a VM that was powered on or reset. VMs without a guest of their own stay so.
///
/// # Errors
/// `ManagedObjectNotFound` when the VM is gone.
pub fn booted(tx: &mut Transaction<'_>, vm: &MoRef) -> Result<(), Fault> {
    let Ok(guest) = Guest::edit(tx, vm) else { return Ok(()) };
    go_down(guest);
    guest.boots += 1;
    let boot = guest.boots;
    let settings = Behaviour::of(tx).guest;
    let name = tx.get::<VirtualMachine>(vm)?.entity.name.clone();
    if settings.without_tools.iter().any(|other| *other == *name) {
        return Ok(());
    }
    let vm = vm.clone();
    tx.after(Duration::from_secs(settings.boot_seconds), move |tx| {
        if !is_same_boot(tx, &vm, boot) {
            return Ok(());
        }
        Guest::edit(tx, &vm)?.tools = Tools::Running;
        tx.edit::<VirtualMachine>(&vm)?.tools_installed = true;
        tx.after(Duration::from_secs(settings.address_seconds), move |tx| {
            if is_same_boot(tx, &vm, boot) {
                configure_network(tx, &vm)?;
            }
            Ok(())
        });
        Ok(())
    });
    Ok(())
}

fn is_same_boot(tx: &Transaction<'_>, vm: &MoRef, boot: u32) -> bool {
    let on = tx.get::<VirtualMachine>(vm).is_ok_and(VirtualMachine::is_on);
    on && tx.get::<Guest>(&Guest::id_of(vm)).is_ok_and(|guest| guest.boots == boot)
}

/// The guest's address: what it was told before, its OVF properties, the settings, or one of the lab.
fn configure_network(tx: &mut Transaction<'_>, vm: &MoRef) -> Result<(), Fault> {
    let settings = Behaviour::of(tx).guest;
    let machine = tx.get::<VirtualMachine>(vm)?.clone();
    let mut found = environment::network(&machine);
    if found.address.is_none() {
        found.address = settings.addresses.get(&*machine.entity.name).map(Str::from);
    }
    // An appliance waits for somebody to give it an address.
    if found.address.is_none() && !appliance::is_appliance(tx.view(), vm) {
        found.address = Some(lab_address(vm));
    }
    if found.netmask.is_empty() && found.address.is_some() {
        found.netmask = "255.255.252.0".into();
    }
    if found.gateway.is_empty() && found.address.is_some() {
        found.gateway = "192.168.8.1".into();
    }
    let guest = Guest::edit(tx, vm)?;
    if guest.network.address.is_none() {
        guest.network = found;
    }
    Ok(())
}

/// An address of the lab's network that hosts do not use.
fn lab_address(vm: &MoRef) -> Str {
    let digits: String = vm.value.chars().filter(char::is_ascii_digit).collect();
    let number: u32 = digits.parse().unwrap_or(0);
    format!("192.168.9.{}", 10 + number % 240).into()
}

fn go_down(guest: &mut Guest) {
    guest.tools = Tools::NotRunning;
    guest.processes.clear();
}

/// Tells the guest of a VM that is off now.
pub fn stopped(tx: &mut Transaction<'_>, vm: &MoRef) {
    if let Ok(guest) = Guest::edit(tx, vm) {
        go_down(guest);
    }
}

/// Restarts the guest.
///
/// # Errors
/// `ManagedObjectNotFound` when the VM is gone.
pub fn reboot(tx: &mut Transaction<'_>, vm: &MoRef) -> Result<(), Fault> {
    let now = tx.timestamp();
    tx.edit::<VirtualMachine>(vm)?.set_boot_time(Some(now));
    booted(tx, vm)
}

/// Shuts the guest down; the VM is off when it is done.
///
/// # Errors
/// `ManagedObjectNotFound` when the VM is gone.
pub fn shut_down(tx: &mut Transaction<'_>, vm: &MoRef) -> Result<(), Fault> {
    let seconds = Behaviour::of(tx).guest.shutdown_seconds;
    let (id, vm) = (Guest::id_of(vm), vm.clone());
    let boot = tx.get::<Guest>(&id).map_or(0, |guest| guest.boots);
    tx.after(Duration::from_secs(seconds), move |tx| {
        let boot_now = tx.get::<Guest>(&id).map_or(0, |guest| guest.boots);
        let is_on = tx.get::<VirtualMachine>(&vm)?.is_on();
        if is_on && boot_now == boot { virtual_machine::power_off(tx, &vm) } else { Ok(()) }
    });
    Ok(())
}

/// The image in the VM's CD-ROM drive as the guest sees it, such as `[datastore1] iso/ft.iso`: connected, and
/// the VM running.
#[must_use]
pub fn inserted_disc(vm: &VirtualMachine) -> Option<Str> {
    vm.devices.iter().filter(|_| vm.is_on()).find_map(|device| {
        let drive = device.downcast_ref::<VirtualCdrom>()?;
        let connected = drive.connectable.as_ref().is_some_and(|state| state.connected);
        let image = drive.backing.as_ref()?.downcast_ref::<VirtualCdromIsoBackingInfo>()?;
        connected.then(|| image.file_name.clone())
    })
}
