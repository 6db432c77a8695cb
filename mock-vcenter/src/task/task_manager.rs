//! The managed object `TaskManager`.

use vim25::types::{ElementDescription, TaskDescription, TypeDescription};
use vim25::{MoRef, Poly};

use crate::store::{At, ManagedObject, Property};

use super::vim_task::VimTask;

/// How many finished tasks `recentTask` shows beside the open ones.
const RECENT: usize = 10;

/// What the tasks of the most usual methods are called; real servers tell several hundred, with texts.
const METHODS: [&str; 12] = [
    "ComputeResource.reconfigureEx",
    "Datacenter.powerOnVm",
    "Folder.addStandaloneHost",
    "HostSystem.enterMaintenanceMode",
    "HostSystem.exitMaintenanceMode",
    "VirtualMachine.createSecondary",
    "VirtualMachine.disableSecondary",
    "VirtualMachine.enableSecondary",
    "VirtualMachine.powerOff",
    "VirtualMachine.powerOn",
    "VirtualMachine.reconfigure",
    "VirtualMachine.turnOffFaultTolerance",
];

/// Lists the tasks.
#[derive(Clone)]
pub struct TaskManager;

impl ManagedObject for TaskManager {
    fn kind(&self) -> &'static str {
        "TaskManager"
    }

    fn property<'a>(&'a self, name: &str, at: &At<'a>) -> Option<Property<'a>> {
        match name {
            "recentTask" => Property::refs(recent(at)),
            "maxCollector" => Property::of(1000),
            "description" => Property::object(description()),
            _ => None,
        }
    }
}

fn recent<'a>(at: &At<'a>) -> Vec<&'a MoRef> {
    let is_open = |id: &&MoRef| at.get::<VimTask>(id).is_some_and(VimTask::is_open);
    let (open, mut ended): (Vec<_>, Vec<_>) = at.of_kind("Task").iter().partition(is_open);
    let surplus = ended.len().saturating_sub(RECENT);
    ended.drain(..surplus);
    ended.into_iter().chain(open).collect()
}

fn description() -> TaskDescription {
    let state = ["queued", "running", "success", "error"].map(|key| {
        let mut state = ElementDescription::default();
        state.key = key.into();
        state.label = key.into();
        state.summary = key.into();
        Poly::new(state)
    });
    let method_info = METHODS.map(|key| {
        let mut method = ElementDescription::default();
        method.key = key.into();
        method.label = key.into();
        method.summary = key.into();
        Poly::new(method)
    });
    let reason = ["TaskReasonAlarm", "TaskReasonSchedule", "TaskReasonSystem", "TaskReasonUser"];
    let reason = reason.map(|key| {
        let mut reason = TypeDescription { key: key.into(), ..Default::default() };
        reason.label = key.into();
        reason.summary = key.into();
        Poly::new(reason)
    });
    TaskDescription {
        method_info: method_info.into(),
        state: state.into(),
        reason: reason.into(),
        ..Default::default()
    }
}
