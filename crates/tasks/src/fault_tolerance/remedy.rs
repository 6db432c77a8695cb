//! What may be changed on a VM so that Fault Tolerance becomes possible: only what `remediate` lists, each as a
//! step of its own before turning on.

use orchestrator::{Change, Delivery, PlannedStep, Reason, StepOutcome, TaskError};
use vim25::enums::VirtualDeviceConfigSpecOperation as Operation;
use vim25::types::{
    VirtualDeviceConfigSpec, VirtualDeviceConnectInfo, VirtualHardware, VirtualMachineConfigSpec,
};
use vim25::{MoRef, Poly};
use vsphere::ObjectProperties;
use vsphere::objects::VirtualMachine;

use super::apply::Work;
use super::checks::what;
use super::devices::is_used;
use super::plan::Step;
use super::seen::{BadDevice, Power, Vm};
use super::spec::{Remedy, Spec};
use crate::lookup::reason;
use crate::outcome::outcome;
use crate::trouble::{Doing, reading};
use crate::vim_work::kinds;

/// One change of a VM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cure {
    pub(super) vm: MoRef,
    pub(super) name: String,
    pub(super) what: What,
}

/// What is changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    /// The drive with this key is disconnected, now and at power-on.
    Disconnect(i32),
    HotPlugOff,
    /// All of its memory, however much that is.
    ReserveMemory,
}

/// Whether a device is no obstacle any more once it is remedied.
pub(super) fn is_remedied(spec: &Spec, device: &BadDevice) -> bool {
    device.remedy.is_some_and(|remedy| spec.remedies(remedy))
}

/// What was asked for and cannot be done as the VM is now.
pub(super) fn refused(spec: &Spec, vm: &Vm) -> Option<Reason> {
    let impossible = spec.remedies(Remedy::HotPlug) && vm.hot_plug && vm.power != Power::Off;
    impossible.then(|| {
        let cause = "adding CPUs or memory while it runs can be switched off only while it is off";
        let fix = "power it off and apply again, or take `hot_plug` out of `remediate`";
        reason("ft-remedy-needs-power-off", what(vm), cause, fix)
    })
}

/// The steps before turning on.
pub(super) fn steps(spec: &Spec, vm: &Vm) -> Vec<PlannedStep<Step>> {
    let Some(object) = &vm.object else { return Vec::new() };
    let subject = &vm.subject;
    let step = |what, title: String, change| {
        let cure = Cure { vm: object.clone(), name: subject.clone(), what };
        PlannedStep::update(subject, title, Step::Remedy(cure)).changes([change])
    };
    let mut steps: Vec<PlannedStep<Step>> = Vec::new();
    for device in vm.bad_devices.iter().filter(|one| is_remedied(spec, one)) {
        let change = Change::of(&device.in_words, "connected", "disconnected");
        let title = format!("disconnect {} of `{subject}`", device.in_words);
        steps.push(step(What::Disconnect(device.key), title, change));
    }
    if spec.remedies(Remedy::HotPlug) && vm.hot_plug {
        let change = Change::of("CPU and memory hot plug", "on", "off");
        steps.push(step(What::HotPlugOff, format!("switch off hot plug of `{subject}`"), change));
    }
    let reserved = vm.memory_reservation_mb;
    if spec.remedies(Remedy::MemoryReservation) && reserved < u64::from(vm.memory_mb) {
        let all = format!("{} MB", vm.memory_mb);
        let change = Change::of("memory reservation", format!("{reserved} MB"), all);
        let title = format!("reserve all memory of `{subject}`");
        steps.push(step(What::ReserveMemory, title, change));
    }
    steps
}

const STATE: &[&str] = &[
    "config.hardware",
    "config.cpuHotAddEnabled",
    "config.memoryHotAddEnabled",
    "config.memoryReservationLockedToMax",
];

pub(super) async fn apply(cure: &Cure, work: &Work<'_>) -> Result<StepOutcome, TaskError> {
    let doing = Doing::new("ft-remedy", "cannot prepare for Fault Tolerance", &cure.name);
    let look = || async {
        let seen = work.writer.retrieve(&cure.vm, STATE).await;
        seen.map_err(|error| reading(&cure.name).failed(error))
    };
    let before = look().await?;
    let Some(spec) = change(cure.what, &before) else {
        return Ok(outcome(work.scope, false, proof(cure.what)));
    };
    let vm = VirtualMachine::new(cure.vm.clone());
    let issue = vm.issue_reconfigure(work.writer, spec);
    let text = ("changing its configuration", 0, 100);
    work.background().run((kinds::RECONFIGURE_VM, &cure.vm), &doing, text, issue).await?;
    match change(cure.what, &look().await?) {
        None => Ok(outcome(work.scope, true, proof(cure.what))),
        Some(_) => Err(doing
            .error()
            .caused_by("the server took the order and shows no difference")
            .delivery(Delivery::Answered)),
    }
}

/// What is to be sent; `None` when nothing is left to change.
fn change(what: What, seen: &ObjectProperties) -> Option<VirtualMachineConfigSpec> {
    match what {
        What::Disconnect(key) => {
            let hardware = seen.object::<VirtualHardware>("config.hardware")?;
            let found = hardware.device.iter().find(|device| device.key == key)?;
            let mut device = Some(found.clone()).filter(|device| is_used(device))?;
            let guest_may = device.connectable.as_ref().is_some_and(|one| one.allow_guest_control);
            device.connectable = Some(Box::new(VirtualDeviceConnectInfo {
                start_connected: false,
                connected: false,
                allow_guest_control: guest_may,
                ..Default::default()
            }));
            let edit = VirtualDeviceConfigSpec {
                operation: Some(Operation::Edit),
                device,
                ..Default::default()
            };
            let device_change = vec![Poly::new(edit)];
            Some(VirtualMachineConfigSpec { device_change, ..Default::default() })
        }
        What::HotPlugOff => {
            let on = ["config.cpuHotAddEnabled", "config.memoryHotAddEnabled"];
            let is_on = on.iter().any(|path| seen.boolean(path) == Some(true));
            is_on.then(|| VirtualMachineConfigSpec {
                cpu_hot_add_enabled: Some(false),
                memory_hot_add_enabled: Some(false),
                ..Default::default()
            })
        }
        What::ReserveMemory => {
            let locked = seen.boolean("config.memoryReservationLockedToMax") == Some(true);
            (!locked).then(|| VirtualMachineConfigSpec {
                memory_reservation_locked_to_max: Some(true),
                ..Default::default()
            })
        }
    }
}

fn proof(what: What) -> &'static str {
    match what {
        What::Disconnect(_) => "disconnected, also at power-on",
        What::HotPlugOff => "hot plug is off",
        What::ReserveMemory => "all of its memory is reserved",
    }
}
