//! What goes wrong on the way: privileges, faults without words, lost sessions and answers, Ctrl-C.

use e2e::{Lab, PASSWORD};
use mock_vcenter::disturb::{Kind, Rule};
use mock_vcenter::session::Account;
use mock_vcenter::store::Origin;
use mock_vcenter::task::{TaskHazard, TaskHazards};
use serde_json::Value;

use crate::playbooks::{SOFTWARE_FT, VMS};

const PLAYBOOK: &str = "tasks:\n  - datacenter: { name: Lab }\n";

async fn disturbed(rule: Rule) -> Lab {
    let lab = Lab::of("empty").await;
    lab.write("lab.yaml", PLAYBOOK);
    lab.mock().disturb(rule);
    lab
}

fn fault(name: &str, message: &str) -> Kind {
    Kind::Fault { fault: name.to_owned(), message: Some(message.to_owned()) }
}

/// How many calls of a method were carried out.
fn done(lab: &Lab, method: &str) -> usize {
    lab.changes().iter().filter(|call| call.method == method).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_missing_privilege_is_named_with_its_object() {
    let account = Account::limited("reader", PASSWORD, ["Task.Create"]);
    let lab = Lab::start(Lab::builder().model("empty").account(account)).await;
    lab.write("lab.yaml", PLAYBOOK);
    let run = lab.lockstep(["apply", "lab.yaml", "--yes"]).variable("LOCKSTEP_USERNAME", "reader");
    run.run().await.ends_with(7).says([
        "cannot create datacenter `Lab`",
        "Datacenter.Create",
        "group-d1",
        "privilege",
    ]);
    assert!(lab.changes().is_empty());
    assert_eq!(lab.mock().sessions(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fault_that_we_have_no_words_for_is_shown_with_type_and_message() {
    let lab =
        disturbed(Rule::new(fault("VsanFault", "The moon is in the way.")).on("CreateDatacenter"))
            .await;
    let outcome = lab.lockstep(["apply", "lab.yaml", "--yes"]).run().await;
    outcome.ends_with(3).says([
        "cannot create datacenter `Lab`",
        "VsanFault",
        "The moon is in the way.",
    ]);
    assert_eq!(lab.mock().sessions(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_that_expires_is_opened_once_more_and_nothing_is_done_twice() {
    let lab = disturbed(Rule::new(Kind::ExpireSessions).on("CreateDatacenter").times(1)).await;
    lab.lockstep(["apply", "lab.yaml", "--yes"]).run().await.ends_with(0);
    assert_eq!(lab.calls_of("Login").len(), 2);
    assert_eq!(done(&lab, "CreateDatacenter"), 1);
    assert_eq!(lab.mock().sessions(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_answer_is_looked_into_and_not_asked_for_again() {
    let lab = disturbed(Rule::new(Kind::DropResponse).on("CreateDatacenter").times(1)).await;
    lab.lockstep(["apply", "lab.yaml", "--yes"]).run().await.ends_with(0);
    assert_eq!(lab.calls_of("CreateDatacenter").len(), 1);
    assert_eq!(lab.mock().sessions(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ctrl_c_while_planning_ends_at_once_and_logs_out() {
    let slow = Kind::Delay { millis: 3_600_000 };
    let lab = disturbed(Rule::new(slow).on("RetrievePropertiesEx")).await;
    let mut running = lab.lockstep(["plan", "lab.yaml", "--output", "jsonl"]).start();
    running.until_line(["task_started"]).await;
    running.interrupt();
    running.finish().await.ends_with(6).says(["stopped"]);
    assert_eq!(lab.mock().sessions(), 0);
}

/// A lab of two bare hosts and eight VMs, with the playbook for it.
async fn bare_lab(rule: Option<Rule>) -> Lab {
    let lab = Lab::of("seed-lab").await;
    lab.write("ft.yaml", SOFTWARE_FT);
    if let Some(rule) = rule {
        lab.mock().disturb(rule);
    }
    lab
}

/// The last line of a run in JSON lines.
fn last_line(stdout: &str) -> Value {
    let line = stdout.lines().last().expect("the run printed nothing");
    let value: Value = serde_json::from_str(line).unwrap();
    assert_eq!(value["type"], "run_finished", "{line}");
    value
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_answer_while_turning_on_ft_makes_no_second_secondary() {
    let method = "CreateSecondaryVMEx_Task";
    let lab = bare_lab(Some(Rule::new(Kind::DropResponse).on(method).nth(3))).await;
    lab.lockstep(["apply", "ft.yaml", "--yes"]).run().await.ends_with(0);
    let calls = lab.calls_of(method);
    let mut machines: Vec<_> = calls.iter().map(|call| &call.object).collect();
    machines.sort();
    machines.dedup();
    assert_eq!((calls.len(), machines.len()), (8, 8), "{calls:?}");
    assert_eq!(lab.mock().sessions(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sessions_that_expire_in_the_middle_of_a_run_do_not_harm_it() {
    let method = "CreateSecondaryVMEx_Task";
    let lab = bare_lab(Some(Rule::new(Kind::ExpireSessions).on(method).nth(2))).await;
    lab.mock().disturb(Rule::new(Kind::ExpireSessions).on("AddHost_Task").nth(1));
    lab.lockstep(["apply", "ft.yaml", "--yes"]).run().await.ends_with(0);
    assert_eq!(done(&lab, method), 8);
    assert_eq!(done(&lab, "AddHost_Task"), 2);
    assert_eq!(lab.calls_of("Login").len(), 3);
    assert_eq!(lab.mock().sessions(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ctrl_c_finishes_what_runs_starts_nothing_new_and_tells_what_was_not_done() {
    let lab = bare_lab(None).await;
    let words = ["apply", "ft.yaml", "--yes", "--output", "jsonl"];
    let mut running = lab.lockstep(words).start();
    running.until_line(["step_started", "\"protect\""]).await;
    running.interrupt();
    let outcome = running.finish().await;
    outcome.ends_with(6);
    let end = last_line(&outcome.stdout);
    assert_eq!(end["verdict"], "stopped");
    let started = done(&lab, "CreateSecondaryVMEx_Task");
    assert!((1..8).contains(&started), "{started} of 8 were started");
    let told: Vec<Value> =
        outcome.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for vm in VMS {
        let is_its_end =
            |line: &&Value| line["type"] == "subject_finished" && line["subject"] == vm;
        let ends = told.iter().filter(is_its_end).map(|line| line["status"].as_str().unwrap());
        let ends: Vec<_> = ends.collect();
        assert!(matches!(ends[..], ["changed" | "unfinished"]), "{vm} ended as {ends:?}");
    }
    assert_eq!(lab.mock().sessions(), 0);
    lab.lockstep(["apply", "ft.yaml", "--yes"]).run().await.ends_with(0);
    assert_eq!(done(&lab, "CreateSecondaryVMEx_Task"), 8);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_ctrl_c_stops_waiting_and_logs_out() {
    let lab = bare_lab(None).await;
    lab.behaves(|behaviour| {
        behaviour.fault_tolerance.sync_seconds = Some(2000);
    });
    let words = ["apply", "ft.yaml", "--yes", "--output", "jsonl"];
    let mut running = lab.lockstep(words).start();
    running.until_line(["step_progress", "\"protect\""]).await;
    running.interrupt();
    running.until_line(["\"stopping\""]).await;
    running.interrupt();
    let outcome = running.finish().await;
    outcome.says(["Detached"]);
    assert!(matches!(outcome.code, Some(6 | 8)), "{}", outcome.text());
    assert_eq!(last_line(&outcome.stdout)["verdict"], "stopped");
    assert_eq!(lab.mock().sessions(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_vm_that_fails_keeps_no_other_and_is_named_at_the_end() {
    let strange = fault("VsanFault", "The moon is in the way.");
    let lab = bare_lab(Some(Rule::new(strange).on("CreateSecondaryVMEx_Task").nth(2))).await;
    let outcome = lab.lockstep(["apply", "ft.yaml", "--yes"]).run().await;
    outcome.ends_with(3).says([
        "cannot turn on Fault Tolerance",
        "VsanFault",
        "The moon is in the way.",
    ]);
    assert_eq!(done(&lab, "CreateSecondaryVMEx_Task"), 7);
    assert_eq!(lab.mock().sessions(), 0);
    lab.lockstep(["apply", "ft.yaml", "--yes"]).run().await.ends_with(0);
    assert_eq!(done(&lab, "CreateSecondaryVMEx_Task"), 8);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_that_fails_half_way_is_named_and_so_is_what_was_not_done_for_it() {
    let lab = bare_lab(None).await;
    let hazard = TaskHazard {
        description_id: Some("ClusterComputeResource.addHost".to_owned()),
        at_percent: 50,
        fault: Some("AgentInstallFailed".to_owned()),
        times: Some(1),
        ..TaskHazard::default()
    };
    let set = lab.mock().store().commit(&Origin::default(), |tx| {
        tx.edit::<TaskHazards>(&TaskHazards::id())?.0 = vec![hazard];
        Ok(())
    });
    set.unwrap();
    let outcome = lab.lockstep(["apply", "ft.yaml", "--yes"]).run().await;
    outcome.ends_with(3).says([
        "cannot add host",
        "AgentInstallFailed",
        "1 failed",
        "skipped",
        "needs",
    ]);
    assert_eq!(done(&lab, "CreateSecondaryVMEx_Task"), 0);
    assert_eq!(lab.mock().sessions(), 0);
    lab.lockstep(["apply", "ft.yaml", "--yes"]).run().await.ends_with(0);
    assert_eq!(done(&lab, "AddHost_Task"), 3);
    assert_eq!(lab.mock().sessions(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn status_tells_what_is_protected_by_its_exit_code_too() {
    let lab = bare_lab(None).await;
    lab.lockstep(["apply", "ft.yaml", "--yes"]).run().await.ends_with(0);
    let status = lab.lockstep(["status"]).run().await;
    status.ends_with(0).says(["8 protected, 0 not protected"]);
    let ready = Lab::of("ft-ready").await;
    ready.lockstep(["status", "*"]).run().await.ends_with(3).says(["0 protected, 8 not protected"]);
    assert_eq!((lab.mock().sessions(), ready.mock().sessions()), (0, 0));
}
