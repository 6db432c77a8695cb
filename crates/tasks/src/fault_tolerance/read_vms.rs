//! Reads the declared VMs, and what vCenter says against Fault Tolerance on them.

use orchestrator::TaskError;
use vim25::types::{
    FaultToleranceConfigInfo, FaultTolerancePrimaryConfigInfo, FaultToleranceSecondaryConfigInfo,
    LocalizedMethodFault, ManagedByInfo, VirtualDisk, VirtualHardware,
    VirtualMachineRuntimeInfoDasProtectionState, VmFaultToleranceConfigIssue,
    VmFaultToleranceOpIssuesList,
};
use vim25::{DataObject, MoRef};
use vsphere::objects::VirtualMachine;
use vsphere::{
    CallError, Delivery, Inventory, ObjectProperties, Reader, explain_fault, find_fault,
};

use super::devices::bad_devices;
use super::seen::{Disk, Ft, Issue, Pair, Power, Vm};
use crate::lookup::datastore_of;
use crate::trouble::reading;
use crate::vim_work::still_running;

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
    "snapshot",
    "recentTask",
];

/// Names of the vim task that turns Fault Tolerance on.
pub(super) const TURNING_ON: &[&str] = &[
    "CreateSecondaryVMEx_Task",
    "CreateSecondaryVM_Task",
    "VirtualMachine.createSecondaryEx",
    "VirtualMachine.createSecondary",
];

/// Whether a text names one VM: it holds nothing that stands for several.
pub(super) fn is_plain_pattern(text: &str) -> bool {
    !text.contains(['*', '?', '[']) && !text.split('/').any(|level| level == "...")
}

/// Reads VMs, each with the text that it was found by.
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
    let names: Vec<&str> = refs.iter().filter_map(|object| inventory.name(object)).collect();
    let mut vms = Vec::new();
    for (object, text) in objects {
        let Some(properties) = found.iter().find(|one| one.object == *object) else { continue };
        let name = inventory.name(object).unwrap_or(&object.value);
        let repeats = names.iter().filter(|other| **other == name).count() > 1;
        let path = inventory.path(object).filter(|_| repeats);
        let mut vm = vm(properties, path.unwrap_or_else(|| name.to_owned()), inventory);
        if !is_plain_pattern(text) && (vm.template || vm.agent || vm.ft == Ft::Secondary) {
            continue;
        }
        let recent = properties.morefs("recentTask");
        vm.turning_on = still_running(reader, &recent, TURNING_ON).await.map_err(failed)?.pop();
        read_secondary(&mut vm, reader, inventory).await.map_err(failed)?;
        vms.push(vm);
    }
    Ok(vms)
}

fn vm(found: &ObjectProperties, subject: String, inventory: &Inventory) -> Vm {
    let host = found.moref("runtime.host").and_then(|host| inventory.name(host));
    let hardware = found.object::<VirtualHardware>("config.hardware");
    let number = |number: i32| u32::try_from(number).unwrap_or(0);
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
        template: found.boolean("config.template").unwrap_or(false),
        agent: found.object::<ManagedByInfo>("config.managedBy").is_some(),
        snapshots: found.get("snapshot").is_some(),
        nested_hv: found.boolean("config.nestedHVEnabled").unwrap_or(false),
        datastore: datastore_of(found.text("config.files.vmPathName").unwrap_or_default())
            .to_owned(),
        disks: hardware.map(disks).unwrap_or_default(),
        bad_devices: hardware.map(bad_devices).unwrap_or_default(),
        ft: ft(found),
        issues: Vec::new(),
        turning_on: None,
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

async fn read_secondary(
    vm: &mut Vm,
    reader: &Reader,
    inventory: &Inventory,
) -> Result<(), CallError> {
    let Ft::Primary(pair) = &mut vm.ft else { return Ok(()) };
    let Some(secondary) = &pair.secondary else { return Ok(()) };
    let paths = ["runtime.host", "config.files.vmPathName"];
    for found in reader.retrieve_many(std::slice::from_ref(secondary), &paths).await? {
        let host = found.moref("runtime.host").and_then(|host| inventory.name(host));
        pair.secondary_host = host.map(str::to_owned);
        let path = found.text("config.files.vmPathName").map(datastore_of);
        pair.secondary_datastore = path.map(str::to_owned);
    }
    Ok(())
}

/// What vCenter itself says against a VM; it looks at the VM only, not at hosts or licences.
pub(super) async fn read_issues(vm: &Vm, reader: &Reader) -> Result<Vec<Issue>, TaskError> {
    // A template is refused anyway, and one that is being worked on answers nothing useful.
    let Some(object) = vm.object.clone().filter(|_| !vm.template && vm.turning_on.is_none()) else {
        return Ok(Vec::new());
    };
    match VirtualMachine::new(object).query_fault_tolerance_compatibility(reader).await {
        Ok(faults) => Ok(faults.iter().flat_map(issues_of).collect()),
        Err(error) => match (error.delivery(), error.explanation()) {
            (Delivery::Answered, Some(words)) => Ok(vec![Issue {
                reason: words.fault.clone(),
                cause: words.cause,
                fix: words.fix,
                is_warning: false,
            }]),
            _ => Err(reading(&vm.subject).failed(error)),
        },
    }
}

/// The reasons of vCenter that only warn.
const WARNINGS: &[&str] = &["insufficientBandwidth"];

fn issues_of(fault: &LocalizedMethodFault) -> Vec<Issue> {
    if let Some(list) = fault.fault.downcast_ref::<VmFaultToleranceOpIssuesList>() {
        let warnings = list.warnings.iter().map(|one| Issue { is_warning: true, ..issue(one) });
        return list.errors.iter().map(issue).chain(warnings).collect();
    }
    vec![issue(fault)]
}

fn issue(fault: &LocalizedMethodFault) -> Issue {
    let words = explain_fault(&fault.fault);
    let config = find_fault::<VmFaultToleranceConfigIssue>(&fault.fault);
    let reason = config.and_then(|issue| issue.reason.as_ref()).map(ToString::to_string);
    let reason = reason.unwrap_or_else(|| words.fault.clone());
    let is_warning = WARNINGS.contains(&reason.as_str());
    Issue { reason, cause: words.cause, fix: words.fix, is_warning }
}
