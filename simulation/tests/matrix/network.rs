//! Sessions, connections, overload, lost answers, updates.

use mock_vcenter::disturb::{Kind, Rule};
use simulation::{Fault, Scenario, Schedule};

use crate::story::Story;

const CREATE: &str = "CreateSecondaryVMEx_Task";

fn fault(name: &str) -> Kind {
    Kind::Fault { fault: name.to_owned(), message: None }
}

#[test]
fn row_1_a_session_that_ends_is_opened_again_and_no_vm_fails() {
    for at in [1, 15, 40, 70] {
        let story = Story::of([Fault::SessionsEnd { at }]);
        story.takes_no_harm();
        // One for the run that was disturbed, one for its lost session, two for the runs after it.
        assert_eq!(story.lines(["link", "Login"]), 4, "{at}");
    }
}

#[test]
fn row_2_a_password_that_was_changed_is_tried_once_and_the_run_ends() {
    let refused = Rule {
        after_millis: Some(30_000),
        until_millis: Some(3_600_000),
        ..Rule::new(fault("InvalidLogin")).on("Login")
    };
    let story = Story::of([Fault::Calls(refused), Fault::SessionsEnd { at: 31 }]);
    assert_eq!(story.lines(["link", "Login", "500"]), 1);
    assert!(!story.disturbed().failures.is_empty());
    story.converges();
}

#[test]
fn row_3_a_vcenter_that_restarts_is_waited_for() {
    for at in [3, 15, 40, 70] {
        for seconds in [60, 300] {
            Story::of([Fault::Restart { at, seconds, loses_tasks: false }]).takes_no_harm();
        }
    }
}

#[test]
fn row_3_tasks_that_are_lost_in_a_restart_are_not_taken_for_done() {
    for at in [15, 40] {
        Story::of([Fault::Restart { at, seconds: 60, loses_tasks: true }]);
    }
}

#[test]
fn row_4_a_call_whose_answer_is_lost_is_not_made_again() {
    for nth in 1..=3 {
        let story = Story::of([Fault::Calls(Rule::new(Kind::DropResponse).on(CREATE).nth(nth))]);
        story.takes_no_harm();
        assert_eq!(story.lines(["link", CREATE]), 3, "one for each VM");
    }
}

#[test]
fn row_4_a_step_without_an_answer_keeps_its_place_within_the_limits() {
    let lost = Fault::Calls(Rule::new(Kind::DropResponse).on(CREATE).times(3));
    let mut schedule = Schedule::calm(9, Scenario::Protect { vms: 5, hosts: 3 }).with(lost);
    (schedule.host_limit, schedule.cluster_limit) = (1, 1);
    Story::play(schedule).takes_no_harm();
}

#[test]
fn row_5_a_refused_connection_is_tried_again() {
    let story = Story::of([Fault::Refused { at: 1, seconds: 240 }]);
    story.takes_no_harm();
    assert!(story.lines(["link", "refused"]) > 0);
}

#[test]
fn row_6_an_overloaded_server_is_no_failure() {
    for method in [CREATE, "RetrievePropertiesEx", "WaitForUpdatesEx", "CreateFilter"] {
        let story = Story::of([Fault::Calls(Rule::new(Kind::Unavailable).on(method).times(2))]);
        story.takes_no_harm();
        assert_eq!(story.lines(["link", method, " 503"]), 2);
    }
}

#[test]
fn row_18_a_server_whose_clock_is_wrong_by_ten_minutes_makes_no_difference() {
    for seconds in [-600, 600] {
        Story::of([Fault::Skew { seconds }]).takes_no_harm();
    }
}

#[test]
fn row_26_updates_that_are_lost_are_told_again_and_no_end_of_a_task_is_missed() {
    for kind in [Kind::DropResponse, Kind::Cut, fault("InvalidCollectorVersion")] {
        for nth in 1..=6 {
            let rule = Rule::new(kind.clone()).on("WaitForUpdatesEx").nth(nth);
            Story::of([Fault::Calls(rule)]).takes_no_harm();
        }
    }
}

#[test]
fn row_26_while_the_server_takes_no_filter_vms_are_neither_given_up_nor_let_out_of_the_limits() {
    for nth in 1..=8 {
        let refused = Rule::new(fault("SystemError")).on("CreateFilter").nth(nth);
        let schedule = Schedule::calm(9, Scenario::Protect { vms: 4, hosts: 2 });
        let mut schedule = schedule.with(Fault::Calls(refused));
        schedule.host_limit = 1;
        Story::play(schedule).takes_no_harm();
    }
}

#[test]
fn the_whole_playbook_comes_to_its_end_undisturbed() {
    let story = Story::play(Schedule::calm(7, Scenario::Whole));
    story.takes_no_harm();
    assert_eq!(story.lines(["link", CREATE]), 8);
}
