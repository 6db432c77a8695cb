//! Plans in files: carried out as they are, and refused when what they would touch has changed. And drift.

use std::os::unix::fs::PermissionsExt as _;

use e2e::Lab;
use serde_json::Value;

use crate::playbooks::{HOST_SETTINGS, SOFTWARE_FT, VMS};

const TWO: &str = "tasks:\n  - datacenter: { name: Lab }\n  - datacenter: { name: Other }\n";

async fn lab() -> Lab {
    let lab = Lab::of("empty").await;
    lab.write("lab.yaml", TWO);
    lab.lockstep(["plan", "lab.yaml", "--out", "lab.plan"]).run().await.ends_with(0);
    lab
}

/// Somebody else makes a datacenter.
async fn make_datacenter(lab: &Lab, name: &str) {
    lab.write("else.yaml", &format!("tasks:\n  - datacenter: {{ name: {name} }}\n"));
    lab.lockstep(["apply", "else.yaml", "--yes"]).run().await.ends_with(0);
    lab.mock().forget_calls();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_saved_plan_is_for_its_owner_and_is_carried_out_without_a_question() {
    let lab = lab().await;
    let file = lab.folder().join("lab.plan");
    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    let plan: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    assert_eq!((&plan["lockstep_plan"], &plan["totals"]["create"]), (&1.into(), &2.into()));
    assert!(plan["servers"][0]["instance"].as_str().is_some_and(|id| id.len() > 20), "{plan}");
    lab.lockstep(["apply", "lab.plan"]).run().await.ends_with(0);
    assert_eq!(lab.calls_of("CreateDatacenter").len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plan_is_refused_with_the_difference_when_what_it_touches_has_changed() {
    let lab = lab().await;
    make_datacenter(&lab, "Other").await;
    let refused = lab.lockstep(["apply", "lab.plan"]).run().await;
    refused.ends_with(4).says(["`Other`", "saved create datacenter `Other`", "now nothing to do"]);
    assert!(lab.changes().is_empty(), "{:?}", lab.changes());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plan_goes_on_when_only_other_objects_have_changed() {
    let lab = lab().await;
    make_datacenter(&lab, "Elsewhere").await;
    lab.lockstep(["apply", "lab.plan"]).run().await.ends_with(0);
    assert_eq!(lab.calls_of("CreateDatacenter").len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plan_is_refused_on_another_server_with_another_playbook_or_damaged() {
    let lab = lab().await;
    let other = Lab::start(Lab::builder().model("empty").seed(7)).await;
    other.write("lab.plan", &std::fs::read_to_string(lab.folder().join("lab.plan")).unwrap());
    let elsewhere = other.lockstep(["apply", "lab.plan"]).run().await;
    elsewhere.ends_with(4).says(["another server"]);
    assert!(other.changes().is_empty());
    let twice = lab.lockstep(["apply", "lab.plan", "--var", "a=b"]).run().await;
    twice.ends_with(1).says(["has its variables"]);
    lab.write("lab.yaml", &format!("{TWO}# changed\n"));
    let changed = lab.lockstep(["apply", "lab.plan"]).run().await;
    changed.ends_with(4).says(["was changed since"]);
    let text = std::fs::read_to_string(lab.folder().join("lab.plan")).unwrap();
    lab.write("lab.plan", &text[..text.len() / 2]);
    lab.lockstep(["apply", "lab.plan"]).run().await.ends_with(1).says(["damaged"]);
    lab.write("lab.plan", &text.replacen(": 1", ": 2", 1));
    lab.lockstep(["apply", "lab.plan"]).run().await.ends_with(1).says(["version 2"]);
    assert!(lab.changes().is_empty(), "{:?}", lab.changes());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_whole_column_that_was_foreseen_is_carried_out_as_saved() {
    let lab = Lab::of("seed-lab").await;
    lab.write("ft.yaml", SOFTWARE_FT);
    lab.lockstep(["plan", "ft.yaml", "--out", "ft.plan"]).run().await.ends_with(0);
    lab.lockstep(["apply", "ft.plan"]).run().await.ends_with(0).says(["101"]);
    assert_eq!(lab.calls_of("CreateSecondaryVMEx_Task").len(), VMS.len());
    // What was to do is done, so the same plan is no longer about this world.
    lab.mock().forget_calls();
    lab.lockstep(["apply", "ft.plan"]).run().await.ends_with(4).says(["has changed"]);
    assert!(lab.changes().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn drift_is_told_per_object_and_by_exit_code() {
    let lab = Lab::of("ft-ready").await;
    lab.write("hosts.yaml", HOST_SETTINGS);
    let look = |words: Vec<&str>| lab.lockstep([]).words(words).run();
    look(vec!["drift", "hosts.yaml"]).await.ends_with(2).says(["not as declared: ", "declared is"]);
    lab.lockstep(["apply", "hosts.yaml", "--yes"]).run().await.ends_with(0);
    let listed = lab.lockstep(["runs", "--output", "json"]).run().await;
    let listed: Value = serde_json::from_str(&listed.ends_with(0).stdout).unwrap();
    let run = listed["runs"][0]["id"].as_str().unwrap();
    lab.mock().forget_calls();
    look(vec!["drift", "hosts.yaml"]).await.ends_with(0).says(["Drift: 0 objects not as declared"]);
    look(vec!["drift", "--run", run]).await.ends_with(0);
    assert!(lab.changes().is_empty(), "{:?}", lab.changes());

    let off =
        "tasks:\n  - service: { host: esx1.lab.local, name: ssh, policy: off, running: false }\n";
    lab.write("else.yaml", off);
    lab.lockstep(["apply", "else.yaml", "--yes"]).run().await.ends_with(0);
    lab.mock().forget_calls();
    let drift = look(vec!["drift", "--run", run, "--output", "json"]).await;
    let told: Value = serde_json::from_str(&drift.ends_with(2).stdout).unwrap();
    let subjects = told["subjects"].as_array().unwrap();
    assert!(told["drifted"] == true && !subjects.is_empty(), "{told}");
    for subject in subjects {
        let sentence = subject["sentence"].as_str().unwrap();
        assert!(subject["task"] == "ssh" && sentence.contains("declared is"), "{told}");
    }
    assert!(lab.changes().is_empty(), "{:?}", lab.changes());

    lab.write("hosts.yaml", &format!("{HOST_SETTINGS}# changed\n"));
    look(vec!["drift", "--run", run]).await.ends_with(1).says(["was changed since that run"]);
    look(vec!["drift"]).await.ends_with(1);
    let nobody = lab.lockstep(["drift", "hosts.yaml"]).variable("LOCKSTEP_USERNAME", "nobody");
    nobody.run().await.ends_with(7);
    assert_eq!(lab.mock().sessions(), 0);
}
