//! JSON lines: the schema others parse.

use std::collections::BTreeSet;

use expect_test::expect;
use orchestrator::EventKind;
use report::{Consumer, JsonLines, write_plan_json};
use serde_json::Value;
use std::sync::Arc;

use crate::sample::{apply_events, plan, timed};

fn all_lines() -> String {
    let mut lines = JsonLines::new(Vec::new());
    let plan = timed(vec![(7, EventKind::PlanFinished { plan: Arc::new(plan()) })]);
    for event in apply_events().iter().chain(&plan) {
        lines.take(event).unwrap();
    }
    String::from_utf8(lines.into_inner()).unwrap()
}

#[test]
fn the_lines_are_as_they_always_were() {
    let mut shown = String::new();
    let mut seen = BTreeSet::new();
    for line in all_lines().lines() {
        let value: Value = serde_json::from_str(line).unwrap();
        // One of each type is enough to see its shape.
        if seen.insert(value["type"].to_string()) {
            shown += &format!("{}\n", shortened(&value));
        }
    }
    expect![[r#"
        {"v":1,"type":"run_started","ts":"2026-11-22T14:03:11.000Z","elapsed_ms":0,"run":"run-1","seq":1,"mode":"apply","program":"lockstep 0.1.0","servers":[{"name":"default","product":"VMware vCenter Server 8.0.3 build-24022515","instance":"a6f2c7e1"}],"tasks":[{"id":"protect","capability":"fault_tolerance","needs":[],"tags":[]}]}
        {"v":1,"type":"task_started","ts":"2026-11-22T14:03:11.000Z","elapsed_ms":0,"run":"run-1","seq":2,"task":"protect"}
        {"v":1,"type":"observe_retried","ts":"2026-11-22T14:03:11.005Z","elapsed_ms":5,"run":"run-1","seq":3,"task":"protect","attempt":1,"failure":{"code":"busy","what":"cannot turn on Fault Tolerance for virtual machine","object":"db-2","causes":["the host does not answer","connection refused"],"fix":"check the host's network, then apply again","delivery":"not_sent","transient":true},"pause_ms":1000}
        {"v":1,"type":"task_planned","ts":"2026-11-22T14:03:12.100Z","elapsed_ms":1100,"run":"run-1","seq":4,"task":"protect","plan":{"items":[{"action":"after_apply","subject":"db-1","waits_for":"hosts `esx1` and `esx2` join cluster `Lockstep`"},{"action":"blocked","subject":"sap-1","failure":{"code":"ft-vm-has-snapshot","what":"cannot turn on Fault Tolerance","causes":["the virtual machine has a snapshot, and Fault Tolerance cannot copy one"],"fix":"remove the snapshots in the vSphere Client or with `govc snapshot.remove`","transient":false}},{"action":"unchanged","subject":"web-0","detail":"protected"}],"notes":[],"tables":[{"title":"FT capacity","columns":["cluster","FT VMs per host","FT vCPUs per host","wanted","verdict"],"rows":[["Lockstep","4","8","8 VMs, 16 vCPUs","short by 4 VMs: set das.maxftvmsperhost"]]}]}}
        {"v":1,"type":"step_started","ts":"2026-11-22T14:03:12.100Z","elapsed_ms":1100,"run":"run-1","seq":5,"task":"protect","subject":"db-1","step":"turn on Fault Tolerance","attempt":1,"queued_ms":40,"takes":[{"limit":"host","instance":"esx1"},{"limit":"host","instance":"esx2"}]}
        {"v":1,"type":"step_progress","ts":"2026-11-22T14:03:12.150Z","elapsed_ms":1150,"run":"run-1","seq":7,"task":"protect","subject":"db-1","step":"turn on Fault Tolerance","percent":10,"text":"copying memory"}
        {"v":1,"type":"step_retried","ts":"2026-11-22T14:03:14.000Z","elapsed_ms":3000,"run":"run-1","seq":9,"task":"protect","subject":"db-2","step":"turn on Fault Tolerance","attempt":1,"failure":{"code":"busy","what":"cannot turn on Fault Tolerance for virtual machine","object":"db-2","causes":["the host does not answer","connection refused"],"fix":"check the host's network, then apply again","delivery":"not_sent","transient":true},"pause_ms":2000}
        {"v":1,"type":"notice","ts":"2026-11-22T14:04:01.000Z","elapsed_ms":50000,"run":"run-1","seq":12,"task":"protect","subject":"db-2","step":"turn on Fault Tolerance","text":"waiting for a migration by CORP\\anna"}
        {"v":1,"type":"step_finished","ts":"2026-11-22T14:04:13.100Z","elapsed_ms":62100,"run":"run-1","seq":13,"task":"protect","subject":"db-1","step":"turn on Fault Tolerance","status":"changed","proof":["protected, secondary on `esx2`"],"took_ms":61000}
        {"v":1,"type":"step_failed","ts":"2026-11-22T14:04:16.000Z","elapsed_ms":65000,"run":"run-1","seq":14,"task":"protect","subject":"db-2","step":"turn on Fault Tolerance","failure":{"code":"busy","what":"cannot turn on Fault Tolerance for virtual machine","object":"db-2","causes":["the host does not answer","connection refused"],"fix":"check the host's network, then apply again","delivery":"unknown","transient":true},"took_ms":61000}
        {"v":1,"type":"stopping","ts":"2026-11-22T14:04:16.500Z","elapsed_ms":65500,"run":"run-1","seq":15,"running":1,"running_steps":1}
        {"v":1,"type":"subject_finished","ts":"2026-11-22T14:04:17.000Z","elapsed_ms":66000,"run":"run-1","seq":16,"task":"protect","subject":"db-1","status":"changed","proof":["as declared"]}
        {"v":1,"type":"task_finished","ts":"2026-11-22T14:04:17.000Z","elapsed_ms":66000,"run":"run-1","seq":19,"task":"protect","status":"unknown","took_ms":66000}
        {"v":1,"type":"run_finished","ts":"2026-11-22T14:04:17.000Z","elapsed_ms":66000,"run":"run-1","seq":20,"took_ms":9000000,"verdict":"failed","counts":{"changed":1,"unchanged":0,"failed":3,"blocked":1,"skipped":1,"unfinished":0,"unknown":1},"manual_steps":0,"tasks":[{"id":"esx3","capability":"host","needs":[],"tags":[],"status":"failed","failure":{"code":"unreachable","what":"cannot read host","object":"esx3","causes":["the host does not answer","connection refused"],"fix":"check the host's network, then apply again","delivery":"not_sent","transient":true},"manual_steps":0,"took_ms":12300},{"id":"protect","capability":"fault_tolerance","needs":[],"tags":[],"status":"failed","manual_steps":0,"took_ms":12300},{"id":"drill","capability":"drill","needs":["protect"],"tags":[],"status":"skipped","why":"it needs `protect`, which failed","manual_steps":0,"took_ms":0}],"failures":[{"status":"failed","failure":{"code":"ft-no-host","what":"cannot place the secondary of","causes":["the host does not answer","connection refused"],"fix":"check the host's network, then apply again","delivery":"not_sent","transient":true},"members":[{"task":"protect","subject":"db-7"},{"task":"protect","subject":"db-8"}]},{"status":"failed","failure":{"code":"unreachable","what":"cannot read host","object":"esx3","causes":["the host does not answer","connection refused"],"fix":"check the host's network, then apply again","delivery":"not_sent","transient":true},"members":[{"task":"esx3"}]},{"status":"blocked","failure":{"code":"ft-vm-has-snapshot","what":"cannot turn on Fault Tolerance","causes":["the virtual machine has a snapshot, and Fault Tolerance cannot copy one"],"fix":"remove the snapshots in the vSphere Client or with `govc snapshot.remove`","transient":false},"members":[{"task":"protect","subject":"sap-1"}]},{"status":"unknown","failure":{"code":"lost","what":"cannot follow work on","object":"db-9","causes":["the host does not answer","connection refused"],"fix":"check the host's network, then apply again","delivery":"unknown","transient":true},"members":[{"task":"protect","subject":"db-9"}]}]}
        {"v":1,"type":"plan_finished","ts":"2026-11-22T14:03:11.007Z","elapsed_ms":7,"run":"run-1","seq":1,"totals":{"create":1,"change":1,"after_apply":3,"unchanged":32,"blocked":2,"failed":1},"manual_steps":101,"tasks":[{"id":"cluster","capability":"cluster","needs":[],"tags":[],"manual_steps":10},{"id":"network","capability":"vmkernel","needs":["cluster"],"tags":[],"manual_steps":10},{"id":"esx3","capability":"host","needs":["cluster"],"tags":[],"failure":{"code":"unreachable","what":"cannot read host","object":"esx3","causes":["the host does not answer","connection refused"],"fix":"check the host's network, then apply again","delivery":"not_sent","transient":true},"manual_steps":10},{"id":"protect","capability":"fault_tolerance","needs":["esx3"],"tags":[],"held_up_by":["esx3"],"manual_steps":10}]}
    "#]].assert_eq(&shown);
}

/// The line without all but two of the long lists' entries.
fn shortened(value: &Value) -> String {
    let mut value = value.clone();
    if let Some(items) = value.pointer_mut("/plan/items").and_then(Value::as_array_mut) {
        *items = vec![items[0].clone(), items[3].clone(), items[5].clone()];
    }
    value.to_string()
}

#[test]
fn a_plan_as_one_document_has_what_is_to_do_in_each_task() {
    let mut out = Vec::new();
    write_plan_json(&mut out, &plan()).unwrap();
    let document: Value = serde_json::from_slice(&out).unwrap();
    let tasks = document["tasks"].as_array().unwrap();
    let shape = |task: &Value| match task["plan"]["items"].as_array() {
        Some(items) => format!("{}: {}", task["id"], items[0]["action"]),
        None => format!("{}: {}", task["id"], task["failure"]["code"]),
    };
    let shown: Vec<String> = tasks.iter().map(shape).collect();
    expect![[r#"
        "cluster": "create"
        "network": "update"
        "esx3": "unreachable"
        "protect": "after_apply""#]]
    .assert_eq(&shown.join("\n"));
    assert_eq!((&document["v"], &document["totals"]["blocked"]), (&1.into(), &2.into()));
}

#[test]
fn every_type_and_field_is_documented() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/events.md");
    let doc = std::fs::read_to_string(path).unwrap();
    let mut words = BTreeSet::new();
    for line in all_lines().lines() {
        collect(&serde_json::from_str(line).unwrap(), &mut words);
    }
    assert!(words.len() > 60, "{words:?}");
    let missing: Vec<&String> =
        words.iter().filter(|word| !doc.contains(&format!("`{word}`"))).collect();
    assert!(missing.is_empty(), "not in docs/events.md: {missing:?}");
}

/// Keys of all objects, and the values of those with a closed set of values.
fn collect(value: &Value, words: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                words.insert(key.clone());
                if let (
                    "type" | "status" | "action" | "verdict" | "mode" | "delivery",
                    Some(word),
                ) = (key.as_str(), value.as_str())
                {
                    words.insert(word.to_owned());
                }
                collect(value, words);
            }
        }
        Value::Array(values) => values.iter().for_each(|value| collect(value, words)),
        _ => {}
    }
}
