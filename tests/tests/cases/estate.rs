//! An estate of a hundred virtual machines, a fifth of them with a problem of their own: the good ones are
//! protected, the others are told by cause with what to do, and a second run changes nothing.

use std::collections::BTreeSet;

use e2e::Lab;
use mock_vcenter::clock::Pace;
use serde_json::Value;

const TASK: &str = "tasks:\n  - id: protect\n    fault_tolerance:\n      vms: [\"vm-*\"]\n      \
                    secondary: { datastores: [\"c?-ds*\"] }\n";

/// Codes of blocks, each with its cause and fix, and the VMs that have one of them.
fn blocked(plan: &Value) -> (BTreeSet<String>, BTreeSet<String>) {
    let items = plan["tasks"][0]["plan"]["items"].as_array().unwrap();
    let blocked = items.iter().filter(|item| item["action"] == "blocked");
    let (mut codes, mut vms) = (BTreeSet::new(), BTreeSet::new());
    for item in blocked {
        let failure = &item["failure"];
        assert!(failure["causes"].as_array().is_some_and(|causes| !causes.is_empty()), "{item}");
        assert!(failure["fix"].as_str().is_some_and(|fix| !fix.is_empty()), "{item}");
        codes.insert(failure["code"].as_str().unwrap().to_owned());
        vms.insert(item["subject"].as_str().unwrap().to_owned());
    }
    (codes, vms)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_good_ones_of_a_hundred_vms_are_protected_and_the_others_are_told_with_cause_and_fix() {
    let model = "estate:vms=100,hosts=8,clusters=2,flawed=20";
    let lab = Lab::start(Lab::builder().model(model).clock(Pace::Scaled(1000.0))).await;
    lab.write("estate.yaml", TASK);
    let planned = lab.lockstep(["plan", "estate.yaml", "--output", "json"]).run().await;
    planned.ends_with(4);
    let (codes, vms) = blocked(&serde_json::from_str(&planned.stdout).unwrap());
    assert_eq!(vms.len(), 20, "{codes:?}");
    for code in
        ["ft-vm-has-snapshot", "ft-too-many-vcpus", "ft-device", "ft-nested-hv", "ft-suspended"]
    {
        assert!(codes.contains(code), "{code} of {codes:?}");
    }
    assert!(lab.changes().is_empty());
    // The inventory is read in bulk: only what vCenter thinks of each VM is asked one by one.
    let reads = lab.calls_of("RetrievePropertiesEx").len();
    assert!(reads < 25, "{reads} retrievals for a hundred VMs");

    let applied = lab.lockstep(["apply", "estate.yaml", "--yes", "--partial"]).run().await;
    applied.ends_with(4);
    assert_eq!(lab.calls_of("CreateSecondaryVMEx_Task").len(), 80, "{}", applied.text());
    assert!(lab.calls_of("CreateSecondaryVMEx_Task").iter().all(|call| call.fault.is_none()));

    lab.mock().forget_calls();
    lab.lockstep(["apply", "estate.yaml", "--yes", "--partial"]).run().await.ends_with(4);
    assert!(lab.changes().is_empty(), "{:?}", lab.changes());
    assert_eq!(lab.mock().sessions(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn vms_are_chosen_by_folder_cluster_host_and_list_and_exceptions_stay_out() {
    let lab = Lab::of("estate:vms=24,hosts=4,clusters=2").await;
    lab.write("list.csv", "name,owner\nvm-00001,me\nvm-00002,you\n");
    let table = [
        ("select: { folder: /Datacenter/vm/cluster1 }", 12),
        ("select: { cluster: cluster2 }", 12),
        ("select: { host: esx001.estate.local }", 6),
        ("select: { folder: cluster1, host: esx002.estate.local }", 0),
        ("select: { file: list.csv }", 2),
        ("select: { cluster: cluster1 }, except: [\"vm-0000*\"]", 7),
        ("vms: [vm-00002], select: { cluster: cluster1 }", 13),
    ];
    for (declared, number) in table {
        lab.write("select.yaml", &format!("tasks:\n  - fault_tolerance: {{ {declared} }}\n"));
        let words = ["plan", "select.yaml", "--output", "json"];
        let planned = lab.lockstep(words).run().await;
        planned.ends_with(if number == 0 { 4 } else { 0 });
        let plan: Value = serde_json::from_str(&planned.stdout).unwrap();
        let items = plan["tasks"][0]["plan"]["items"].as_array().unwrap();
        let made = items.iter().filter(|item| item["action"] == "create").count();
        assert_eq!(made, number, "{declared}: {plan}");
    }
    lab.write("select.yaml", "tasks:\n  - fault_tolerance: { select: { folder: cluster9 } }\n");
    lab.lockstep(["plan", "select.yaml"]).run().await.ends_with(4).says(["`cluster9`"]);
}
