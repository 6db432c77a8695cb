//! Draws faults for a schedule.

use mock_vcenter::disturb::{Kind, Rule};
use mock_vcenter::task::TaskHazard;

use crate::chance::Dice;
use crate::fault::{Deed, Fault, Side, VmDeed};
use crate::scenario::Scenario;

/// What the calls are that a run of ours makes.
const METHODS: [&str; 12] = [
    "CreateSecondaryVMEx_Task",
    "CreateSecondaryVMEx_Task",
    "CreateSecondaryVMEx_Task",
    "WaitForUpdatesEx",
    "RetrievePropertiesEx",
    "QueryFaultToleranceCompatibilityEx",
    "AddHost_Task",
    "CreateClusterEx",
    "ReconfigureComputeResource_Task",
    "SelectVnicForNicType",
    "CreateFilter",
    "CreateContainerView",
];

/// Vim tasks that can be struck.
const TASKS: [&str; 4] = [
    "VirtualMachine.createSecondaryEx",
    "VirtualMachine.createSecondaryEx",
    "FaultTolerance.PowerOnSecondaryLRO",
    "ClusterComputeResource.addHost",
];

/// What vim tasks end with.
const TASK_FAULTS: [&str; 8] = [
    "InsufficientResourcesFault",
    "RequestCanceled",
    "TaskInProgress",
    "InvalidState",
    "HostCommunication",
    "SystemError",
    "Timedout",
    "FaultToleranceVmNotDasProtected",
];

/// What calls end with.
const CALL_FAULTS: [&str; 5] =
    ["TaskInProgress", "ConcurrentAccess", "HostCommunication", "SystemError", "InvalidState"];

/// A fault that makes sense in the scenario.
pub(crate) fn fault(dice: &mut Dice, scenario: &Scenario) -> Fault {
    let at = dice.between(1, 300);
    match dice.between(0, 12) {
        0..=2 => Fault::Calls(rule(dice)),
        3 | 4 => Fault::Tasks(hazard(dice)),
        5 => Fault::Refused { at, seconds: dice.between(1, 120) },
        6 => Fault::Restart { at, seconds: dice.between(5, 200), loses_tasks: dice.happens(40) },
        7 => Fault::SessionsEnd { at },
        8 => Fault::TasksForgotten { at },
        9 => Fault::Vm { at, vm: dice.pick(&scenario.vms()).clone(), deed: vm_deed(dice) },
        10 => Fault::Host {
            at,
            seconds: dice.between(10, 600),
            host: dice.pick(&scenario.hosts()).clone(),
            deed: *dice.pick(&[Deed::Fail, Deed::Disconnect, Deed::Maintenance]),
        },
        11 => Fault::Crash { write: dice.between(1, 24), side: side(dice) },
        _ if dice.happens(50) => Fault::JournalFails { write: dice.between(1, 24) },
        _ => Fault::Skew { seconds: *dice.pick(&[-600, -310, 45, 310, 600]) },
    }
}

fn rule(dice: &mut Dice) -> Rule {
    let fault = |name: &str| Kind::Fault { fault: name.to_owned(), message: None };
    let kind = match dice.between(0, 7) {
        0 | 1 => Kind::DropResponse,
        2 => Kind::Cut,
        3 => Kind::ExpireSessions,
        4 => Kind::Unavailable,
        5 => Kind::Delay { millis: dice.between(100, 100_000) },
        _ => fault(dice.pick::<&str>(&CALL_FAULTS)),
    };
    let rule = Rule::new(kind).on(dice.pick::<&str>(&METHODS));
    match dice.between(0, 2) {
        0 => rule.nth(dice.between(1, 6)),
        1 => rule.times(dice.between(1, 3)),
        _ => {
            let from = dice.between(0, 200);
            let until = from + dice.between(5, 120);
            Rule {
                probability: Some(0.5),
                after_millis: Some(from * 1000),
                until_millis: Some(until * 1000),
                ..rule
            }
        }
    }
}

fn hazard(dice: &mut Dice) -> TaskHazard {
    let stalls = dice.happens(30);
    TaskHazard {
        description_id: Some((*dice.pick(&TASKS)).to_owned()),
        at_percent: *dice.pick(&[0, 5, 21, 48, 63, 92]),
        stall_seconds: if stalls { dice.between(30, 1200) } else { 0 },
        fault: (!stalls).then(|| (*dice.pick(&TASK_FAULTS)).to_owned()),
        times: Some(u32::try_from(dice.between(1, 2)).unwrap_or(1)),
        ..TaskHazard::default()
    }
}

fn vm_deed(dice: &mut Dice) -> VmDeed {
    let deeds = [VmDeed::Migrate, VmDeed::Rename, VmDeed::Delete, VmDeed::PowerOff, VmDeed::TurnOn];
    *dice.pick(&deeds)
}

fn side(dice: &mut Dice) -> Side {
    if dice.happens(50) { Side::Before } else { Side::After }
}
