//! A journal that cannot be written, and a death at each of its writes.

use mock_vcenter::disturb::{Kind, Rule};
use mock_vcenter::task::TaskHazard;
use simulation::{Fault, Scenario, Schedule, Side};

use crate::story::Story;

const CREATE: &str = "CreateSecondaryVMEx_Task";
/// More than two VMs need.
const ENOUGH: u64 = 60;

fn two_vms(fault: Fault) -> Story {
    Story::play(Schedule::calm(3, Scenario::Protect { vms: 2, hosts: 3 }).with(fault))
}

#[test]
fn row_20_a_death_at_any_write_leads_to_the_same_end_and_no_call_is_made_twice() {
    for side in [Side::Before, Side::After] {
        let mut died = 0;
        for write in 1..ENOUGH {
            let story = two_vms(Fault::Crash { write, side });
            story.converges();
            // The server counts: a call that was on its way when the agent died is in no log of the agent's.
            assert_eq!(story.0.carried_out[CREATE], 2, "write {write}, {side:?}");
            if story.0.disturbed.len() == 1 {
                break;
            }
            died += 1;
        }
        assert!((6..ENOUGH - 1).contains(&died), "{died}");
    }
}

#[test]
fn row_20_what_a_dead_run_has_begun_counts_within_the_limits_of_the_next() {
    for write in 6..16 {
        let schedule = Schedule::calm(2272, Scenario::Protect { vms: 5, hosts: 4 });
        let deaths = [(2, Side::Before), (write, Side::After)];
        let deaths = deaths.map(|(write, side)| Fault::Crash { write, side });
        let mut schedule = deaths.into_iter().fold(schedule, Schedule::with);
        (schedule.host_limit, schedule.cluster_limit) = (1, 4);
        Story::play(schedule).converges();
    }
}

#[test]
fn row_20_a_host_that_joins_while_the_next_run_looks_at_it_is_taken_as_it_is() {
    // The run dies when it has asked for both hosts; the next one begins a minute later.
    let death = Fault::Crash { write: 12, side: Side::Before };
    let joining = TaskHazard {
        description_id: Some("ClusterComputeResource.addHost".to_owned()),
        at_percent: 10,
        stall_seconds: 30,
        times: Some(2),
        ..TaskHazard::default()
    };
    for method in ["FindByDnsName", "QueryConnectionInfoViaSpec"] {
        let slow = Rule::new(Kind::Delay { millis: 50_000 }).on(method);
        let faults = [death.clone(), Fault::Tasks(joining.clone()), Fault::Calls(slow)];
        let schedule = Schedule::calm(23, Scenario::Whole);
        let story = Story::play(faults.into_iter().fold(schedule, Schedule::with));
        story.takes_no_harm();
        assert_eq!(story.0.carried_out["AddHost_Task"], 2, "{method}");
        let log = &story.0.log;
        let second = log.iter().skip_while(|line| !line.contains("agent    life 2 begins"));
        let plan = second.clone().find(|line| line.contains("agent    planned")).unwrap();
        let looked = second.take_while(|line| *line != plan);
        // Only what is not in the inventory is asked for in another way.
        assert!(looked.clone().any(|line| line.contains(method)), "it had joined before");
        let wanted = ["create: 0", "blocked: 0", "failed: 0"];
        assert!(wanted.iter().all(|part| plan.contains(part)), "{method}: {plan}");
    }
}

/// A run dies while a secondary is being made, which then ends, by this fault or well, while the next run looks.
fn left_behind(stall_seconds: u64, fault: Option<&str>) -> Story {
    let making = TaskHazard {
        description_id: Some("VirtualMachine.createSecondaryEx".to_owned()),
        stall_seconds,
        fault: fault.map(str::to_owned),
        times: Some(1),
        ..TaskHazard::default()
    };
    let slow = Rule::new(Kind::Delay { millis: 20_000 }).on("RetrievePropertiesEx");
    let death = Fault::Crash { write: 5, side: Side::Before };
    let schedule = Schedule::calm(23, Scenario::Protect { vms: 2, hosts: 3 });
    Story::play(schedule.with(death).with(Fault::Tasks(making)).with(Fault::Calls(slow)))
}

#[test]
fn row_20_a_turn_on_that_ends_while_the_next_run_looks_is_no_reason_to_refuse() {
    for stall_seconds in (0..600).step_by(15) {
        let story = left_behind(stall_seconds, None);
        story.takes_no_harm();
        assert_eq!(story.0.carried_out[CREATE], 2, "{stall_seconds}");
        let plans = story.lines(["agent    planned"]);
        let fine = story.lines(["agent    planned", "blocked: 0", "failed: 0"]);
        assert_eq!(fine, plans, "{stall_seconds}");
    }
}

#[test]
fn row_20_a_turn_on_that_fails_before_the_next_run_follows_it_is_not_taken_for_a_turn_off() {
    for stall_seconds in (0..600).step_by(15) {
        let story = left_behind(stall_seconds, Some("InsufficientResourcesFault"));
        let words = format!("{stall_seconds}: {:?}", story.disturbed().failures);
        assert!(!words.contains("is off again"), "{words}");
        story.converges();
    }
}

#[test]
fn row_22_when_the_journal_cannot_be_written_nothing_more_is_begun() {
    for write in 1..=6 {
        let story = two_vms(Fault::JournalFails { write });
        story.converges();
        let summary = story.disturbed();
        assert!(summary.failures.iter().any(|group| group.failure.code == "journal-failed"));
    }
}
