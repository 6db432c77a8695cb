//! Virtual hardware versions: which one a new VM has, which ones its host runs, and `UpgradeVM_Task`.

use vim25::enums::VirtualMachinePowerState as Power;
use vim25::methods::UpgradeVMTask;
use vim25::types::{
    AlreadyUpgraded, NoDiskFound, VirtualHardwareVersionNotSupported, VmUpgradeCompleteEvent,
    VmUpgradingEvent,
};
use vim25::{MoRef, Str};

use crate::behaviour::environment_browser;
use crate::behaviour::events::about;
use crate::behaviour::host_system::HostSystem;
use crate::behaviour::resource_pool::ResourcePool;
use crate::dispatch::Dispatch;
use crate::fault::Fault;
use crate::store::Transaction;

use super::devices;
use super::methods::{refuse_under_ft, start};
use super::object::VirtualMachine;
use super::power::invalid_power_state;
use super::site::Site;

pub(super) fn register(dispatch: &mut Dispatch) {
    dispatch.add::<UpgradeVMTask>(|call, asked| {
        start(call, "VirtualMachine.upgradeVirtualHardware", 2, move |tx, vm| {
            upgrade(tx, vm, asked.version.as_ref()).map(|()| None)
        })
    });
}

/// The key of a version, such as `vmx-09`.
#[must_use]
pub fn version_key(number: i32) -> Str {
    format!("vmx-{number:02}").into()
}

/// The number in `vmx-19`.
fn number_of(key: &str) -> Option<i32> {
    key.strip_prefix("vmx-")?.parse().ok()
}

/// The number of a version that hosts of this one's release run.
fn supported(host: &HostSystem, key: &str) -> Option<i32> {
    let number = number_of(key)?;
    host.server.product.hardware_versions().find(|known| *known == number)
}

/// Refuses a version that the host does not run.
///
/// # Errors
/// `VirtualHardwareVersionNotSupported`, and `InvalidArgument` for what is no version.
pub(super) fn check_version(
    tx: &Transaction<'_>,
    host: &MoRef,
    asked: Option<&Str>,
) -> Result<(), Fault> {
    let Some(asked) = asked.filter(|asked| !asked.is_empty()) else { return Ok(()) };
    if number_of(asked).is_none() {
        return Err(Fault::invalid_argument("configSpec.version"));
    }
    let found = tx.get::<HostSystem>(host)?;
    if supported(found, asked).is_some() {
        return Ok(());
    }
    let host_name = found.entity.name.clone();
    let text =
        format!("Virtual hardware version '{asked}' is not supported on the host '{host_name}'.");
    let detail =
        VirtualHardwareVersionNotSupported { host_name, host: host.clone(), ..Default::default() };
    Err(Fault::new(detail, text))
}

/// The version of a VM that is made: the one asked for, or the usual one of the place.
///
/// # Errors
/// As [`check_version`].
pub(super) fn version_of_new(
    tx: &mut Transaction<'_>,
    site: &Site,
    asked: Option<&Str>,
) -> Result<Str, Fault> {
    check_version(tx, &site.host, asked)?;
    if let Some(asked) = asked.filter(|asked| !asked.is_empty()) {
        return Ok(asked.clone());
    }
    let owner = tx.get::<ResourcePool>(&site.pool)?.owner.clone();
    let usual = environment_browser::usual_version(&owner, tx.view());
    let newest = tx.get::<HostSystem>(&site.host)?.server.product.newest_hardware_version();
    Ok(version_key(usual.unwrap_or(newest)))
}

/// Gives a VM newer virtual hardware; without a version, the newest of its host.
fn upgrade(tx: &mut Transaction<'_>, vm: &MoRef, asked: Option<&Str>) -> Result<(), Fault> {
    refuse_under_ft(tx, vm)?;
    let machine = tx.get::<VirtualMachine>(vm)?;
    if machine.power != Power::PoweredOff {
        return Err(invalid_power_state(&machine.power, Some(Power::PoweredOff)));
    }
    let no_host = || Fault::invalid_state("The host of the VM is not available.");
    let host = tx.get::<HostSystem>(machine.host.as_ref().ok_or_else(no_host)?)?;
    if !host.is_active() {
        return Err(no_host());
    }
    let number = match asked.filter(|asked| !asked.is_empty()) {
        Some(asked) => supported(host, asked).ok_or_else(|| {
            Fault::invalid_state(format!("The virtual hardware version '{asked}' is not valid."))
        })?,
        None => host.server.product.newest_hardware_version(),
    };
    if number_of(&machine.version).is_some_and(|present| present >= number) {
        let text = "The virtual hardware of the virtual machine is up to date.";
        return Err(Fault::new(AlreadyUpgraded::default(), text));
    }
    if devices::disks(&machine.devices).next().is_none() {
        let text = "The virtual machine has no virtual disk.";
        return Err(Fault::new(NoDiskFound::default(), text));
    }
    let version = version_key(number);
    let mut event = VmUpgradingEvent::default();
    event.version = version.clone();
    about(tx, vm, event, "Upgrading the virtual hardware of");
    let now = tx.timestamp();
    let machine = tx.edit::<VirtualMachine>(vm)?;
    machine.touch(now);
    machine.version = version.clone();
    let mut event = VmUpgradeCompleteEvent::default();
    event.version = version;
    about(tx, vm, event, "Upgraded the virtual hardware of");
    Ok(())
}
