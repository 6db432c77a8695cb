//! What goes wrong on the way: privileges, faults without words, lost sessions and answers, Ctrl-C.

use e2e::{Lab, PASSWORD};
use mock_vcenter::disturb::{Kind, Rule};
use mock_vcenter::session::Account;

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
    running.until_line("\"task_started\"").await;
    running.interrupt();
    running.finish().await.ends_with(6).says(["stopped"]);
    assert_eq!(lab.mock().sessions(), 0);
}
