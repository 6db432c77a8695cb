//! Reads the declared VMs.

use std::collections::HashMap;

use orchestrator::TaskError;
use vim25::types::{
    FaultToleranceConfigInfo, FaultTolerancePrimaryConfigInfo, FaultToleranceSecondaryConfigInfo,
    ManagedByInfo, VirtualDisk, VirtualDiskFlatVer2BackingInfo, VirtualHardware,
    VirtualMachineRuntimeInfoDasProtectionState,
};
use vim25::{DataObject, MoRef};
use vsphere::{CallError, Inventory, ObjectProperties, Reader};

use super::devices::bad_devices;
use super::seen::{Disk, Ft, Pair, Power, Vm};
use crate::lookup::datastore_of;
use crate::trouble::{reading, unreadable};
use crate::vim_work::{Kind, is_under_way, kinds, of_kinds};

const PATHS: &[&str] = &[
    "runtime.host",
    "runtime.powerState",
    "runtime.faultToleranceState",
    "runtime.needSecondaryReason",
    "runtime.dasVmProtection",
    "config.template",
    "config.managedBy",
    "config.ftInfo",
    "config.hardware",
    "config.files.vmPathName",
    "config.nestedHVEnabled",
    "config.cpuHotAddEnabled",
    "config.memoryHotAddEnabled",
    "config.vFlashCacheReservation",
    "summary.config.memoryReservation",
    "summary.storage.committed",
    "snapshot",
    "recentTask",
];

/// Vim tasks that turn Fault Tolerance on.
pub(super) const TURNING_ON: &[Kind] = &[kinds::CREATE_SECONDARY, kinds::CREATE_SECONDARY_OLD];

/// Whether a text names one VM: it holds nothing that stands for several.
pub(super) fn is_plain_pattern(text: &str) -> bool {
    !text.contains(['*', '?', '[']) && !text.split('/').any(|level| level == "...")
}

/// Reads VMs, each with the text that it was found by: a few retrievals, however many VMs there are.
pub(super) async fn read_vms(
    objects: &[(MoRef, &str)],
    reader: &Reader,
    inventory: &Inventory,
) -> Result<Vec<Vm>, TaskError> {
    let refs: Vec<MoRef> = objects.iter().map(|(object, _)| object.clone()).collect();
    let failed = |error: CallError| reading("the virtual machines").failed(error);
    if refs.is_empty() {
        return Ok(Vec::new());
    }
    let found = reader.retrieve_many(&refs, PATHS).await.map_err(failed)?;
    let found: HashMap<&MoRef, &ObjectProperties> =
        found.iter().map(|one| (&one.object, one)).collect();
    let mut names: HashMap<&str, usize> = HashMap::new();
    for name in refs.iter().filter_map(|object| inventory.name(object)) {
        *names.entry(name).or_default() += 1;
    }
    let mut recent: Vec<Vec<MoRef>> = Vec::new();
    let mut vms = Vec::new();
    for (object, text) in objects {
        let Some(properties) = found.get(object) else { continue };
        let name = inventory.name(object).unwrap_or(&object.value);
        let repeats = names.get(name).is_some_and(|number| *number > 1);
        let path = inventory.path(object).filter(|_| repeats);
        let vm = vm(properties, path.unwrap_or_else(|| name.to_owned()), inventory);
        if !is_plain_pattern(text) && (vm.template || vm.agent || vm.ft == Ft::Secondary) {
            continue;
        }
        recent.push(properties.morefs("recentTask"));
        vms.push(vm);
    }
    find_turn_ons(&mut vms, &recent, reader, inventory).await.map_err(failed)?;
    read_secondaries(&mut vms, reader, inventory).await.map_err(failed)?;
    Ok(vms)
}

/// Finds who is being turned on. One whose vim task has ended meanwhile is read once more: it was off before that.
async fn find_turn_ons(
    vms: &mut [Vm],
    recent: &[Vec<MoRef>],
    reader: &Reader,
    inventory: &Inventory,
) -> Result<(), CallError> {
    let all: Vec<MoRef> = recent.iter().flatten().cloned().collect();
    let infos = of_kinds(reader, &all, TURNING_ON).await?;
    let under_way: HashMap<&MoRef, bool> =
        infos.iter().map(|info| (&info.task, is_under_way(info))).collect();
    let mut old: HashMap<MoRef, &mut Vm> = HashMap::new();
    for (vm, recent) in vms.iter_mut().zip(recent) {
        let last = recent.iter().rfind(|task| under_way.get(task) == Some(&true));
        vm.turning_on = last.cloned();
        let ended = last.is_none() && recent.iter().any(|task| under_way.contains_key(task));
        if let (true, Ft::Off, Some(object)) = (ended, &vm.ft, vm.object.clone()) {
            old.insert(object, vm);
        }
    }
    let refs: Vec<MoRef> = old.keys().cloned().collect();
    if refs.is_empty() {
        return Ok(());
    }
    for found in reader.retrieve_many(&refs, PATHS).await? {
        if let Some(old) = old.remove(&found.object) {
            *old = vm(&found, old.subject.clone(), inventory);
        }
    }
    Ok(())
}

fn vm(found: &ObjectProperties, subject: String, inventory: &Inventory) -> Vm {
    let host = found.moref("runtime.host").and_then(|host| inventory.name(host));
    let hardware = found.object::<VirtualHardware>("config.hardware");
    let number = |number: i32| u32::try_from(number).unwrap_or(0);
    let is_on = found.text("runtime.powerState") == Some("poweredOn");
    let reservation = found.integer("summary.config.memoryReservation");
    let reservation = reservation.and_then(|size| u64::try_from(size).ok()).unwrap_or(0);
    Vm {
        subject,
        object: Some(found.object.clone()),
        host: host.map(str::to_owned),
        power: match found.text("runtime.powerState") {
            Some("poweredOn") => Power::On,
            Some("suspended") => Power::Suspended,
            _ => Power::Off,
        },
        vcpus: hardware.map_or(1, |hardware| number(hardware.num_cpu)),
        memory_mb: hardware.map_or(0, |hardware| number(hardware.memory_mb)),
        reserved_mb: if is_on { reservation } else { 0 },
        memory_reservation_mb: reservation,
        template: found.boolean("config.template").unwrap_or(false),
        agent: found.object::<ManagedByInfo>("config.managedBy").is_some(),
        snapshots: found.get("snapshot").is_some(),
        nested_hv: found.boolean("config.nestedHVEnabled").unwrap_or(false),
        datastore: datastore_of(found.text("config.files.vmPathName").unwrap_or_default())
            .to_owned(),
        disks: hardware.map(disks).unwrap_or_default(),
        occupied_mb: found
            .integer("summary.storage.committed")
            .and_then(|bytes| u64::try_from(bytes).ok())
            .map_or(0, |bytes| bytes >> 20),
        hot_plug: ["config.cpuHotAddEnabled", "config.memoryHotAddEnabled"]
            .iter()
            .any(|path| found.boolean(path) == Some(true)),
        flash_cache: found.integer("config.vFlashCacheReservation").is_some_and(|size| size > 0),
        bad_devices: hardware.map(bad_devices).unwrap_or_default(),
        ft: ft(found),
        issues: Vec::new(),
        turning_on: None,
        unreadable: unreadable(found),
    }
}

fn disks(hardware: &VirtualHardware) -> Vec<Disk> {
    let disks = hardware.device.iter().filter_map(|device| device.downcast_ref::<VirtualDisk>());
    disks
        .map(|disk| Disk {
            key: disk.key,
            label: disk.device_info.as_ref().map(|info| info.label.to_string()).unwrap_or_default(),
            datastore: disk
                .backing
                .as_ref()
                .map(|one| file_datastore(one.as_object()))
                .unwrap_or_default(),
            size_mb: u64::try_from(disk.capacity_in_kb).unwrap_or(0).div_ceil(1024),
            linked: disk.backing.as_ref().is_some_and(|one| {
                let flat = one.downcast_ref::<VirtualDiskFlatVer2BackingInfo>();
                flat.is_some_and(|flat| flat.parent.is_some())
            }),
        })
        .collect()
}

fn file_datastore(backing: &dyn DataObject) -> String {
    let file = backing.as_type::<vim25::types::VirtualDeviceFileBackingInfo>();
    file.map(|file| datastore_of(&file.file_name).to_owned()).unwrap_or_default()
}

fn ft(found: &ObjectProperties) -> Ft {
    let Some(info) = found.object::<FaultToleranceConfigInfo>("config.ftInfo") else {
        return Ft::Off;
    };
    if info.role > 1 || found.object::<FaultToleranceSecondaryConfigInfo>("config.ftInfo").is_some()
    {
        return Ft::Secondary;
    }
    let primary = found.object::<FaultTolerancePrimaryConfigInfo>("config.ftInfo");
    let das =
        found.object::<VirtualMachineRuntimeInfoDasProtectionState>("runtime.dasVmProtection");
    Ft::Primary(Pair {
        state: found.text("runtime.faultToleranceState").unwrap_or_default().to_owned(),
        reason: found.text("runtime.needSecondaryReason").map(str::to_owned),
        orphaned: info.orphaned == Some(true),
        secondary: primary.and_then(|primary| primary.secondaries.first()).cloned(),
        das_protected: das.map(|das| das.das_protected),
        ..Pair::default()
    })
}

async fn read_secondaries(
    vms: &mut [Vm],
    reader: &Reader,
    inventory: &Inventory,
) -> Result<(), CallError> {
    let secondaries: Vec<MoRef> =
        vms.iter().filter_map(|vm| vm.pair()?.secondary.clone()).collect();
    if secondaries.is_empty() {
        return Ok(());
    }
    let paths = ["runtime.host", "config.files.vmPathName"];
    let found = reader.retrieve_many(&secondaries, &paths).await?;
    let found: HashMap<&MoRef, &ObjectProperties> =
        found.iter().map(|one| (&one.object, one)).collect();
    for vm in vms {
        let Ft::Primary(pair) = &mut vm.ft else { continue };
        let Some(seen) = pair.secondary.as_ref().and_then(|one| found.get(one)) else { continue };
        let host = seen.moref("runtime.host").and_then(|host| inventory.name(host));
        pair.secondary_host = host.map(str::to_owned);
        let path = seen.text("config.files.vmPathName").map(datastore_of);
        pair.secondary_datastore = path.map(str::to_owned);
    }
    Ok(())
}
