//! Plans, applies and states against the empty mock.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use crate::bench::{Bench, CANARY, lockstep};

const PLAYBOOK: &str = "tasks:\n  - id: lab\n    tags: base\n    datacenter: { name: Lab }\n";

#[tokio::test]
async fn plan_reads_and_apply_makes_it_true_once() {
    let bench = Bench::new().await;
    bench.write("lab.yaml", PLAYBOOK);
    let plan = bench.run(&["plan", "lab.yaml", "--detailed-exitcode"]).await;
    assert_eq!(plan.code, Some(2), "{plan:?}");
    assert!(plan.out.contains("Plan: 1 to create") && plan.err.is_empty(), "{plan:?}");
    assert!(!bench.changed());

    let apply = bench.run(&["apply", "lab.yaml", "--yes"]).await;
    assert_eq!(apply.code, Some(0), "{apply:?}");
    assert!(apply.out.contains("everything is as declared"), "{apply:?}");
    assert!(apply.err.contains("Plan: 1 to create"), "{apply:?}");
    assert_eq!(bench.calls("CreateDatacenter"), 1);

    let again = bench.run(&["apply", "lab.yaml", "--yes", "--output", "jsonl"]).await;
    assert_eq!(again.code, Some(0), "{again:?}");
    let last: serde_json::Value = serde_json::from_str(again.out.lines().last().unwrap()).unwrap();
    assert_eq!((&last["type"], &last["counts"]["unchanged"]), (&"run_finished".into(), &1.into()));
    assert_eq!(bench.calls("CreateDatacenter"), 1);
    let plan = bench.run(&["plan", "lab.yaml", "--detailed-exitcode", "--tags", "base"]).await;
    assert_eq!(plan.code, Some(0), "{plan:?}");
    assert_eq!(bench.mock.sessions(), 0);
}

#[tokio::test]
async fn a_plan_is_a_json_document_if_asked_for() {
    let bench = Bench::new().await;
    bench.write("lab.yaml", PLAYBOOK);
    let plan = bench.run(&["plan", "lab.yaml", "--output", "json"]).await;
    let document: serde_json::Value = serde_json::from_str(&plan.out).unwrap();
    assert_eq!(document["tasks"][0]["plan"]["items"][0]["action"], "create");
    let lines = bench.run(&["plan", "lab.yaml", "--output", "jsonl"]).await;
    assert!(lines.out.lines().last().unwrap().contains("\"plan_finished\""), "{lines:?}");
}

#[tokio::test]
async fn status_of_nothing_is_fine_and_an_unknown_vm_is_not() {
    let bench = Bench::new().await;
    let all = bench.run(&["status"]).await;
    assert_eq!((all.code, &*all.out), (Some(0), "0 protected, 0 not protected.\n"), "{all:?}");
    let none = bench.run(&["status", "db-1"]).await;
    assert_eq!((none.code, &*none.err), (Some(1), "error: no VM `db-1`\n"));
    assert_eq!(bench.mock.sessions(), 0);
}

#[tokio::test]
async fn no_trace_shows_the_password() {
    let bench = Bench::new().await;
    bench.write("lab.yaml", PLAYBOOK);
    let ended = bench.run(&["apply", "lab.yaml", "--yes", "-vv", "--trace", "trace.log"]).await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.err.contains("password (not shown), from GOVC_URL"), "{}", ended.err);
    let trace = std::fs::read_to_string(bench.path("trace.log")).unwrap();
    assert!(trace.contains("CreateDatacenter") && trace.contains("Login"), "{trace}");
    assert!(!trace.contains(CANARY), "{trace}");
}

#[test]
fn the_mock_keeps_its_start_contract() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = lockstep(folder.path());
    command.args(["mock", "-l", "127.0.0.1:0", "--model", "empty"]).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let line = lines.next().unwrap().unwrap();
    let pid = child.id();
    assert!(line.starts_with("export GOVC_URL=https://user:pass@127.0.0.1:"), "{line}");
    assert!(line.ends_with(&format!("/sdk GOVC_SIM_PID={pid}")), "{line}");
    let killed = Command::new("kill").arg(pid.to_string()).status().unwrap();
    assert!(killed.success());
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert!(lines.next().is_none());
}
