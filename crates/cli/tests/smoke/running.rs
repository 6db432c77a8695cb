//! Plans, applies and states against the empty mock.

use std::io::BufRead as _;
use std::process::{Command, Stdio};
use std::time::Duration;

use mock_vcenter::clock::Pace;
use mock_vcenter::disturb::{Kind, Rule};
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStderr};

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

const TWO: &str = "tasks:\n  - { id: a, datacenter: { name: A } }\n  - { id: b, needs: a, datacenter: { name: B } }\n";

/// Applies against a server that answers the first change only when its clock moves.
async fn applying(bench: &Bench) -> (Child, Lines<BufReader<ChildStderr>>) {
    bench.write("lab.yaml", TWO);
    bench.mock.disturb(Rule::new(Kind::Delay { millis: 60_000 }).on("CreateDatacenter").times(1));
    let mut child = bench.start(&["apply", "lab.yaml", "--yes"]);
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    until(&mut lines, "started").await;
    // One timer is that of the session, the other one holds the answer back.
    while bench.mock.clock().pending() < 2 {
        tokio::task::yield_now().await;
    }
    (child, lines)
}

async fn until(lines: &mut Lines<BufReader<ChildStderr>>, part: &str) {
    while let Some(line) = lines.next_line().await.unwrap() {
        // The first line says that the run has started, the other one is that of the step.
        if line.contains(part) && !line.contains("apply of") {
            return;
        }
    }
    panic!("no line has `{part}`");
}

fn send(signal: &str, child: &Child) {
    let pid = child.id().unwrap().to_string();
    assert!(Command::new("kill").args([signal, &pid]).status().unwrap().success());
}

#[tokio::test]
async fn the_first_interrupt_finishes_what_runs_and_starts_nothing() {
    let bench = Bench::with_clock(Pace::Stepped).await;
    let (mut child, mut lines) = applying(&bench).await;
    send("-INT", &child);
    until(&mut lines, "stopping: nothing new is started").await;
    bench.mock.clock().advance(Duration::from_secs(60));
    assert_eq!(child.wait().await.unwrap().code(), Some(6));
    assert_eq!((bench.calls("CreateDatacenter"), bench.mock.sessions()), (1, 0));
}

#[tokio::test]
async fn the_second_interrupt_and_sigterm_stop_waiting_and_log_out() {
    for signals in [&["-INT", "-INT"][..], &["-TERM"]] {
        let bench = Bench::with_clock(Pace::Stepped).await;
        let (mut child, mut lines) = applying(&bench).await;
        send(signals[0], &child);
        // Two equal signals at once may arrive as one.
        until(&mut lines, "stopping").await;
        signals[1..].iter().for_each(|signal| send(signal, &child));
        assert_eq!(child.wait().await.unwrap().code(), Some(8), "{signals:?}");
        assert_eq!(bench.mock.sessions(), 0, "{signals:?}");
    }
}

#[test]
fn the_mock_keeps_its_start_contract() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = lockstep(folder.path());
    command.args(["mock", "-l", "127.0.0.1:0", "--model", "empty"]).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut lines = std::io::BufReader::new(child.stdout.take().unwrap()).lines();
    let line = lines.next().unwrap().unwrap();
    let pid = child.id();
    assert!(line.starts_with("export GOVC_URL=https://user:pass@127.0.0.1:"), "{line}");
    assert!(line.ends_with(&format!("/sdk GOVC_SIM_PID={pid}")), "{line}");
    let killed = Command::new("kill").arg(pid.to_string()).status().unwrap();
    assert!(killed.success());
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert!(lines.next().is_none());
}
