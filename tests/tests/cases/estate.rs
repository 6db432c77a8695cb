//! An estate of a hundred virtual machines, a fifth of them with a problem of their own: the good ones are
//! protected, the others are told by cause with what to do, and a second run changes nothing.

use std::collections::{BTreeMap, BTreeSet};

use e2e::Lab;
use mock_vcenter::clock::Pace;
use serde_json::Value;

use crate::playbooks::BATCH_FT;

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

/// More at once than anybody would dare, so that it is through soon.
const LIMITS: [&str; 3] = ["vcenter=64", "cluster=16", "host=4"];

/// The last line of a run in JSON lines.
fn summary(stdout: &str) -> Value {
    let line = stdout.lines().last().expect("the run printed nothing");
    let value: Value = serde_json::from_str(line).unwrap();
    assert_eq!(value["type"], "run_finished", "{line}");
    value
}

/// VMs that the summary lists as not done, by code; each with cause and fix.
fn failures(summary: &Value) -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for group in summary["failures"].as_array().unwrap() {
        let failure = &group["failure"];
        assert!(failure["causes"].as_array().is_some_and(|causes| !causes.is_empty()), "{group}");
        assert!(failure["fix"].as_str().is_some_and(|fix| !fix.is_empty()), "{group}");
        assert_eq!(group["status"], "blocked", "{group}");
        let members = group["members"].as_array().unwrap().iter();
        let members = members.map(|one| one["subject"].as_str().unwrap().to_owned());
        found.entry(failure["code"].as_str().unwrap().to_owned()).or_default().extend(members);
    }
    found
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_thousand_vms_eight_hundred_are_protected_and_two_hundred_listed_by_cause_with_fix() {
    let model = "estate:vms=1000,hosts=100,clusters=10,flawed=50,unfit_hosts=5,unfit_clusters=1";
    let lab = Lab::start(Lab::builder().model(model).clock(Pace::Scaled(100.0))).await;
    lab.write("batch.yaml", BATCH_FT);
    let words = ["apply", "batch.yaml", "--yes", "--partial", "--output", "jsonl"];
    let words: Vec<&str> =
        words.into_iter().chain(LIMITS.iter().flat_map(|limit| ["--limit", limit])).collect();
    let words: [&str; 12] = words.try_into().unwrap();
    let applied = lab.lockstep(words).run().await;
    applied.ends_with(4);
    let first = summary(&applied.stdout);
    assert_eq!(first["counts"]["changed"], 800, "{}", first["counts"]);
    assert_eq!(first["counts"]["blocked"], 200, "{}", first["counts"]);
    assert_eq!(lab.protected().len(), 800, "what the server itself knows");
    let told = failures(&first);
    let all: BTreeSet<&String> = told.values().flatten().collect();
    assert_eq!(all.len(), 200);
    assert!(all.iter().all(|vm| !lab.protected().contains(*vm)));
    for code in [
        "ft-vm-has-snapshot",
        "ft-too-many-vcpus",
        "ft-too-much-memory",
        "ft-device",
        "ft-nested-hv",
        "ft-suspended",
        "ft-linked-clone",
        "ft-disk-too-big",
        "ft-flash-cache",
        "ft-incompatible-vm",
        "ft-restart-disabled",
        "ft-no-vmotion",
        "ft-no-logging",
        "ft-host-inactive",
        "ft-ha-agent",
        "ft-host-unfit",
        "ft-ha-off",
    ] {
        assert!(told.contains_key(code), "{code} of {:?}", told.keys());
    }
    assert!(told.contains_key("ft-host-rule") || told.contains_key("ft-no-fitting-host"));
    let made = lab.calls_of("CreateSecondaryVMEx_Task");
    assert!(made.len() == 800 && made.iter().all(|call| call.fault.is_none()), "{}", made.len());

    lab.mock().forget_calls();
    let again = lab.lockstep(words).run().await;
    again.ends_with(4);
    assert!(lab.changes().is_empty(), "{:?}", lab.changes());
    let again = summary(&again.stdout);
    assert_eq!(again["counts"]["unchanged"], 800, "{}", again["counts"]);
    assert_eq!(failures(&again), told);
    assert_eq!(lab.mock().sessions(), 0);
}

/// Calls of a plan that read the inventory: what follows a first page is the same call, and counted apart.
async fn reads_of_a_plan(vms: u32) -> (usize, usize, usize) {
    let model = format!("estate:vms={vms},hosts=40,clusters=4,flawed={}", vms / 10);
    let lab = Lab::of(&model).await;
    lab.write("batch.yaml", BATCH_FT);
    lab.lockstep(["plan", "batch.yaml", "--output", "json"]).run().await.ends_with(4);
    let count = |method: &str| lab.calls_of(method).len();
    let reads = count("RetrievePropertiesEx");
    (reads, count("ContinueRetrievePropertiesEx"), count("QueryFaultToleranceCompatibilityEx"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plan_reads_an_estate_in_as_many_calls_however_big_it_is() {
    let (few, _, asked) = reads_of_a_plan(100).await;
    assert!((1..=100).contains(&asked), "vCenter is asked about a few VMs one by one: {asked}");
    let (many, pages, asked) = reads_of_a_plan(2500).await;
    assert_eq!(asked, 0, "and about many right before each is turned on");
    assert_eq!(many, few, "calls do not grow with the number of VMs");
    assert!(many <= 12, "{many} calls");
    // Pages of a thousand: names, the VMs, and all VMs of the clusters.
    assert!(pages <= 3 * 3, "{pages} pages");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_in_the_way_is_changed_only_on_request_and_only_once() {
    let lab = Lab::of("flawed").await;
    let task = |remedies: &str| {
        format!(
            "tasks:\n  - fault_tolerance:\n      vms: [client-cdrom, host-floppy, hot-plug]\n      \
             remediate: [{remedies}]\n"
        )
    };
    lab.write("ft.yaml", &task(""));
    let words = ["apply", "ft.yaml", "--yes", "--partial"];
    lab.lockstep(["plan", "ft.yaml"]).run().await.ends_with(4).says(["`remediate: [cdrom]`"]);
    lab.write("ft.yaml", &task("cdrom, floppy, hot_plug, memory_reservation"));
    let planned = lab.lockstep(["plan", "ft.yaml"]).run().await;
    planned.ends_with(4).says([
        "disconnect a CD drive that is a device of the host or client",
        "disconnect a floppy drive that is a device of the host or client",
        "reserve all memory of `client-cdrom`",
        "ft-remedy-needs-power-off",
        "power it off and apply again",
    ]);
    assert!(lab.changes().is_empty());
    lab.lockstep(words).run().await.ends_with(4);
    assert_eq!(lab.protected(), ["client-cdrom", "host-floppy"].map(str::to_owned).into());
    // Two drives, and two reservations.
    assert_eq!(lab.calls_of("ReconfigVM_Task").len(), 4);
    lab.mock().forget_calls();
    lab.lockstep(words).run().await.ends_with(4);
    assert!(lab.changes().is_empty(), "{:?}", lab.changes());
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
