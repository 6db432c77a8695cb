//! What is done to pairs that exist: drills, suspend and resume, off. Each is previewed without a change, proved,
//! and finds nothing to do the second time.

use std::collections::BTreeMap;

use e2e::{Lab, Outcome};
use mock_vcenter::behaviour::settings::{Behaviour, FaultTolerance};
use mock_vcenter::disturb::{Kind, Rule};
use serde_json::Value;

const EIGHT_PAIRS: &str = "estate:vms=8,hosts=2,clusters=1,pairs=8";

fn json(outcome: &Outcome) -> Value {
    serde_json::from_str(&outcome.stdout).unwrap_or_else(|_| panic!("{}", outcome.text()))
}

/// Hosts of primary and secondary, and whether it is protected, by name.
async fn pairs(lab: &Lab) -> BTreeMap<String, (Value, Value, bool)> {
    let status = json(&lab.lockstep(["ft", "status", "--output", "json"]).run().await);
    let vms = status["vms"].as_array().unwrap().iter();
    vms.map(|vm| {
        let hosts = (vm["primary"]["host"].clone(), vm["secondary"]["host"].clone());
        let name = vm["name"].as_str().unwrap().to_owned();
        (name, (hosts.0, hosts.1, vm["protected"] == true))
    })
    .collect()
}

/// Mock's milliseconds at which the calls of a method were made.
fn times_of(lab: &Lab, method: &str) -> Vec<u64> {
    lab.calls_of(method).iter().map(|call| call.at_millis).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_drill_on_eight_pairs_swaps_the_roles_one_after_the_other_and_tells_the_times() {
    let lab = Lab::of(EIGHT_PAIRS).await;
    let before = pairs(&lab).await;
    assert_eq!(before.len(), 8);
    assert!(before.values().all(|(_, _, protected)| *protected), "{before:?}");

    let preview = lab.lockstep(["ft", "drill", "vm-*", "--dry-run"]).run().await;
    preview.ends_with(0).says(["test failover of `vm-00001`", "primary on"]);
    assert!(lab.changes().is_empty(), "{:?}", lab.changes());

    let drilled = lab.lockstep(["ft", "drill", "vm-*", "--yes", "--output", "json"]).run().await;
    drilled.ends_with(0);
    let report = json(&drilled);
    let vms = report["vms"].as_array().unwrap();
    assert_eq!(vms.len(), 8, "{report}");
    for vm in vms {
        let (primary, secondary, _) = &before[vm["vm"].as_str().unwrap()];
        let drill = &vm["drill"];
        assert_eq!(vm["status"], "changed", "{vm}");
        assert_eq!(
            (&drill["before"]["primary"], &drill["before"]["secondary"]),
            (primary, secondary)
        );
        assert_eq!(
            (&drill["after"]["primary"], &drill["after"]["secondary"]),
            (secondary, primary)
        );
        let [swapped, protected] =
            ["changed_ms", "protected_ms"].map(|time| drill[time].as_u64().unwrap());
        assert!(swapped <= protected && protected > 0, "{vm}");
    }
    let after = pairs(&lab).await;
    for (name, (primary, secondary, _)) in &before {
        assert_eq!(after[name], (secondary.clone(), primary.clone(), true), "{name}");
    }
    // The follow-up of one takes longer than four seconds before the secondary even starts; the next failover is
    // asked for after that.
    let asked = times_of(&lab, "MakePrimaryVM_Task");
    assert_eq!(asked.len(), 8);
    assert!(asked.windows(2).all(|pair| pair[1] >= pair[0] + 7_000), "{asked:?}");
    assert_eq!(lab.mock().sessions(), 0);

    let runs = lab.lockstep(["runs", "show", "last"]).run().await;
    runs.ends_with(0).says(["ft drill", "test failover of `vm-00001`"]);
}

/// A lab in which the secondary of this VM cannot be started any more.
async fn failing(vm: &str) -> Lab {
    let fails = BTreeMap::from([(vm.to_owned(), "InsufficientResourcesFault".to_owned())]);
    let fault_tolerance = FaultTolerance { power_on_fails: fails, ..FaultTolerance::default() };
    let behaviour = Behaviour { fault_tolerance, ..Behaviour::default() };
    Lab::start(Lab::builder().model(EIGHT_PAIRS).behaviour(behaviour)).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_drill_that_keeps_going_tells_who_did_not_come_back_and_tests_the_others() {
    let lab = failing("vm-00001").await;
    let words = ["ft", "drill", "vm-*", "--yes", "--keep-going", "--output", "json"];
    let drilled = lab.lockstep(words).run().await;
    drilled.ends_with(3);
    let report = json(&drilled);
    let vms = report["vms"].as_array().unwrap();
    assert_eq!((&vms[0]["vm"], &vms[0]["status"]), (&"vm-00001".into(), &"failed".into()));
    assert_eq!(vms[0]["code"], "ft-secondary-not-started", "{report}");
    assert!(vms[0]["drill"]["changed_ms"].is_u64() && vms[0]["drill"]["protected_ms"].is_null());
    assert!(vms[1..].iter().all(|vm| vm["status"] == "changed"), "{report}");
    assert_eq!(lab.calls_of("MakePrimaryVM_Task").len(), 8);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_drill_stops_at_the_first_vm_that_does_not_come_back_and_goes_on_only_if_told() {
    let lab = failing("vm-00003").await;
    let drilled = lab.lockstep(["ft", "drill", "vm-*", "--yes", "--output", "json"]).run().await;
    drilled.ends_with(3);
    let report = json(&drilled);
    let statuses: Vec<&str> =
        report["vms"].as_array().unwrap().iter().filter_map(|vm| vm["status"].as_str()).collect();
    assert_eq!(statuses[..3], ["changed", "changed", "failed"], "{}", drilled.text());
    assert!(statuses[3..].iter().all(|status| *status == "skipped"), "{statuses:?}");
    assert_eq!(lab.calls_of("MakePrimaryVM_Task").len(), 3);

    // It is not protected now, so nothing is begun; with `--keep-going` it is left out.
    lab.mock().forget_calls();
    let refused = lab.lockstep(["ft", "drill", "vm-*", "--yes"]).run().await;
    refused.ends_with(4).says(["refused to drill", "1 VM is blocked"]);
    assert!(lab.changes().is_empty());
    let others = lab
        .lockstep(["ft", "drill", "vm-*", "--yes", "--keep-going", "--output", "json"])
        .run()
        .await;
    others.ends_with(4);
    let report = json(&others);
    let changed = report["vms"].as_array().unwrap().iter().filter(|vm| vm["status"] == "changed");
    assert_eq!(changed.count(), 7, "{}", others.text());
    assert_eq!(lab.calls_of("MakePrimaryVM_Task").len(), 7);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failover_whose_answer_was_lost_is_not_asked_for_twice() {
    let lab = Lab::of("estate:vms=2,hosts=2,clusters=1,pairs=2").await;
    let before = pairs(&lab).await;
    lab.mock().disturb(Rule::new(Kind::DropResponse).on("MakePrimaryVM_Task").times(1));
    let drilled = lab.lockstep(["ft", "drill", "vm-00001", "--yes"]).run().await;
    drilled.ends_with(0).says(["roles swapped after", "1 changed"]);
    assert_eq!(lab.calls_of("MakePrimaryVM_Task").len(), 1);
    let (primary, secondary, _) = &before["vm-00001"];
    assert_eq!(pairs(&lab).await["vm-00001"], (secondary.clone(), primary.clone(), true));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_drill_that_restarts_secondaries_leaves_the_roles() {
    let lab = Lab::of("estate:vms=2,hosts=2,clusters=1,pairs=2").await;
    let before = pairs(&lab).await;
    let words = ["ft", "drill", "vm-*", "--restart-secondary", "--yes", "--output", "json"];
    let drilled = lab.lockstep(words).run().await;
    drilled.ends_with(0);
    for vm in json(&drilled)["vms"].as_array().unwrap() {
        assert_eq!(vm["drill"]["before"], vm["drill"]["after"], "{vm}");
        assert!(vm["drill"]["protected_ms"].as_u64() > vm["drill"]["changed_ms"].as_u64(), "{vm}");
    }
    assert_eq!(pairs(&lab).await, before);
    assert_eq!(lab.calls_of("TerminateFaultTolerantVM_Task").len(), 2);
    assert!(lab.calls_of("MakePrimaryVM_Task").is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn suspend_resume_and_off_are_previewed_proved_and_then_find_nothing_to_do() {
    let lab = Lab::of("estate:vms=4,hosts=2,clusters=1,pairs=3").await;
    let table = [
        ("suspend", "DisableSecondaryVM_Task", 3, "disabled"),
        ("resume", "EnableSecondaryVM_Task", 3, "running"),
        ("off", "TurnOffFaultToleranceForVM_Task", 3, "notConfigured"),
    ];
    for (command, method, number, state) in table {
        lab.mock().forget_calls();
        let preview = lab.lockstep(["ft", command, "vm-*", "--dry-run"]).run().await;
        preview.ends_with(0).says(["Fault Tolerance of `vm-0000"]);
        assert!(lab.changes().is_empty(), "{command}: {:?}", lab.changes());
        lab.lockstep(["ft", command, "vm-*"]).run().await.ends_with(1).says(["no terminal"]);

        lab.lockstep(["ft", command, "vm-*", "--yes"]).run().await.ends_with(0).says(["3 changed"]);
        assert_eq!(lab.calls_of(method).len(), number, "{command}");
        let status = json(&lab.lockstep(["ft", "status", "*", "--output", "json"]).run().await);
        let reached = status["vms"].as_array().unwrap().iter().filter(|vm| vm["state"] == state);
        assert!(reached.count() >= number, "{command}: {status}");

        lab.mock().forget_calls();
        lab.lockstep(["ft", command, "vm-*", "--yes"]).run().await.ends_with(0).says(["0 changed"]);
        assert!(lab.changes().is_empty(), "{command}: {:?}", lab.changes());
    }
    assert_eq!(lab.mock().sessions(), 0);
}

/// A suspended pair whose secondary cannot be started.
async fn lab_that_starts_no_secondary() -> Lab {
    let mut behaviour = Behaviour::default();
    behaviour.fault_tolerance.power_on_not_attempted.push("vm-00001".to_owned());
    let lab = Lab::builder().model("estate:vms=1,hosts=2,clusters=1,pairs=1").behaviour(behaviour);
    let lab = Lab::start(lab).await;
    lab.lockstep(["ft", "suspend", "vm-00001", "--yes"]).run().await.ends_with(0);
    lab.mock().forget_calls();
    lab
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_resume_whose_secondary_is_not_started_says_so_at_once_with_the_reason() {
    let lab = lab_that_starts_no_secondary().await;
    let shipped = e2e::workspace().join("playbooks/batch-ft.yaml");
    lab.write("batch.yaml", &std::fs::read_to_string(shipped).unwrap());
    let ways = [["ft", "resume", "vm-00001", "--yes"], ["apply", "batch.yaml", "--yes", "-q"]];
    for way in ways {
        let resumed = lab.lockstep(way).run().await;
        resumed.ends_with(3).says([
            "resumed Fault Tolerance, but could not start the secondary",
            "FaultTolerancePrimaryPowerOnNotAttempted",
            "Restart Secondary VM",
        ]);
        assert_eq!(lab.calls_of("EnableSecondaryVM_Task").len(), 1, "{way:?}");
        lab.lockstep(["ft", "suspend", "vm-00001", "--yes"]).run().await.ends_with(0);
        lab.mock().forget_calls();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_meant_is_refused_before_anything_is_done() {
    let lab = Lab::of("estate:vms=3,hosts=2,clusters=1,pairs=1").await;
    let table: [(&[&str], i32, &str); 6] = [
        (&["drill", "vm-9"], 1, "`vm-9`"),
        (&["drill"], 1, "no virtual machines are named"),
        (&["drill", "vm-00002"], 4, "refused to drill"),
        (&["suspend", "--folder", "nowhere"], 1, "`nowhere`"),
        (&["drill", "vm-*", "--except", "vm-*"], 4, "fits no virtual machine"),
        (&["drill", "vm-*", "--within", "soon"], 1, "`soon`"),
    ];
    for (words, code, said) in table {
        let words = [&["ft"], words, &["--yes"]].concat();
        let run = lab.lockstep([]).words(words.iter().copied()).run().await;
        run.ends_with(code).says([said]);
    }
    assert!(lab.changes().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rebalancing_proposes_moves_that_even_out_and_changes_nothing() {
    let lab = Lab::of("estate:vms=60,hosts=6,clusters=1,pairs=30").await;
    let words = ["ft", "rebalance", "--output", "json"];
    let proposed = lab.lockstep(words).run().await;
    proposed.ends_with(0);
    let proposal = json(&proposed);
    assert_eq!(proposal["changed"], false);
    assert_eq!(proposal["pairs"], 30, "{proposal}");
    let most = |list: &str| {
        let pairs = proposal[list].as_array().unwrap().iter();
        pairs.map(|pair| pair["vcpus"].as_u64().unwrap()).max().unwrap()
    };
    let count = |list: &str| {
        let pairs = proposal[list].as_array().unwrap().iter();
        pairs.map(|pair| pair["pairs"].as_u64().unwrap()).sum::<u64>()
    };
    assert_eq!((count("before"), count("after")), (30, 30));
    assert!(most("after") < most("before"), "{proposal}");
    for step in proposal["moves"].as_array().unwrap() {
        assert_ne!(step["to"], step["primary"], "{step}");
        assert_ne!(step["to"], step["from"], "{step}");
    }
    assert!(lab.changes().is_empty());
    let reads = lab.calls_of("RetrievePropertiesEx").len();
    assert!(reads < 25, "{reads} retrievals");
    let text = lab.lockstep(["ft", "rebalance"]).run().await;
    text.ends_with(0).says(["primary on"]);
    lab.lockstep(["ft", "rebalance", "--cluster", "none"])
        .run()
        .await
        .ends_with(1)
        .says(["`none`"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_drill_that_is_stopped_waits_for_the_vm_under_way_and_begins_no_other() {
    let lab = Lab::of(EIGHT_PAIRS).await;
    let words = ["ft", "drill", "vm-*", "--yes", "--output", "jsonl"];
    let mut running = lab.lockstep(words).start();
    running.until_line(["step_started", "vm-00002"]).await;
    running.interrupt();
    running.finish().await.ends_with(6);
    let asked = lab.calls_of("MakePrimaryVM_Task").len();
    assert!((1..=3).contains(&asked), "{asked} failovers");
    let after = pairs(&lab).await;
    assert!(after.values().all(|(_, _, protected)| *protected), "{after:?}");
    assert_eq!(lab.mock().sessions(), 0);
}
