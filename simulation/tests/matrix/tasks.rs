//! Vim tasks that fail, are cancelled, stand still or are forgotten, and those of other admins.

use mock_vcenter::disturb::{Kind, Rule};
use mock_vcenter::task::TaskHazard;
use orchestrator::Status;
use simulation::{Fault, Scenario, Schedule, VmDeed};

use crate::story::Story;

const CREATE: &str = "CreateSecondaryVMEx_Task";
const VM: &str = "vm-00002";

fn hazard(description: &str, at_percent: i32, fault: &str) -> TaskHazard {
    TaskHazard {
        description_id: Some(description.to_owned()),
        entity: Some(VM.to_owned()),
        at_percent,
        fault: Some(fault.to_owned()),
        times: Some(1),
        ..TaskHazard::default()
    }
}

#[test]
fn row_7_a_task_that_fails_is_told_with_its_cause_and_the_others_go_on() {
    let faults = ["InsufficientResourcesFault", "InvalidState", "SystemError", "HostCommunication"];
    for fault in faults {
        for percent in [5, 48] {
            let strikes = hazard("VirtualMachine.createSecondaryEx", percent, fault);
            let story = Story::of([Fault::Tasks(strikes)]);
            let (status, words) = story.told_of(VM);
            assert_eq!(status, Status::Failed, "{words}");
            assert!(words.starts_with("ft-turn-on"), "{words}");
            assert_eq!(story.disturbed().counts.changed, 2, "{fault}");
            story.converges();
        }
    }
}

#[test]
fn row_7_a_task_that_finds_another_one_in_progress_is_tried_again() {
    let strikes = hazard("VirtualMachine.createSecondaryEx", 5, "TaskInProgress");
    Story::of([Fault::Tasks(strikes)]).takes_no_harm();
}

#[test]
fn row_8_a_task_that_somebody_cancelled_is_not_begun_again() {
    let strikes = hazard("VirtualMachine.createSecondaryEx", 48, "RequestCanceled");
    let story = Story::of([Fault::Tasks(strikes)]);
    let (status, words) = story.told_of(VM);
    assert_eq!(status, Status::Failed, "{words}");
    assert!(words.contains("cancel"), "{words}");
    // Three of the disturbed run, and one of the next run, which an admin started.
    assert_eq!(story.lines(["link", CREATE]), 4);
    story.converges();
}

#[test]
fn row_9_a_vm_that_somebody_else_works_on_is_waited_for() {
    let deed = VmDeed::TurnOn;
    let story = Story::of([Fault::Vm { at: 0, vm: VM.to_owned(), deed }]);
    story.takes_no_harm();
    assert_eq!(story.lines(["link", CREATE]), 2, "theirs counts");
}

#[test]
fn row_9_a_vm_that_somebody_tries_to_turn_on_once_more_stays_what_it_is() {
    let mut schedule = Schedule::calm(230, Scenario::Protect { vms: 3, hosts: 4 });
    (schedule.host_limit, schedule.cluster_limit) = (1, 4);
    // While the last VM is waited for, and when all are looked at in the end.
    for at in 172..=176 {
        let vm = "vm-00006".to_owned();
        let again = Fault::Vm { at, vm, deed: VmDeed::TurnOn };
        Story::play(schedule.clone().with(again)).takes_no_harm();
    }
}

#[test]
fn row_12_a_change_that_collides_with_another_is_decided_anew() {
    let kind = Kind::Fault { fault: "ConcurrentAccess".to_owned(), message: None };
    let story = Story::of([Fault::Calls(Rule::new(kind).on(CREATE).times(1))]);
    story.takes_no_harm();
}

#[test]
fn row_13_a_task_that_stands_still_is_waited_for_while_the_others_go_on() {
    let stands = TaskHazard {
        description_id: Some("FaultTolerance.PowerOnSecondaryLRO".to_owned()),
        at_percent: 40,
        stall_seconds: 1800,
        times: Some(1),
        ..TaskHazard::default()
    };
    Story::of([Fault::Tasks(stands)]).takes_no_harm();
}

#[test]
fn row_14_a_task_that_is_forgotten_is_looked_for_on_its_vm() {
    for at in (10..80).step_by(5) {
        Story::of([Fault::TasksForgotten { at }]).converges();
    }
}

#[test]
fn row_29_a_pair_that_is_half_done_is_never_told_as_done() {
    for (percent, fault) in [(0, "InsufficientResourcesFault"), (65, "HostCommunication")] {
        let strikes = hazard("FaultTolerance.PowerOnSecondaryLRO", percent, fault);
        let story = Story::of([Fault::Tasks(strikes)]);
        let (status, words) = story.told_of(VM);
        assert_eq!(status, Status::Failed, "{words}");
    }
}
