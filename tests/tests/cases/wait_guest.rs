//! Waiting until a command in a guest prints what is declared.

use std::sync::Arc;
use std::time::Duration;

use e2e::Lab;
use mock_vcenter::behaviour::settings::Behaviour;
use mock_vcenter::disturb::{Kind, Rule};
use mock_vcenter::guest::{self, Guest, Program};
use mock_vcenter::store::Origin;

const TASK: &str = "  - wait_for:
      guest:
        vm: vm1
        password: { env: PLAIN }
        command: ft-state
        prints: 'state: duplex'
      interval: 100ms
      timeout: 5m
";

async fn lab(task: &str, state: &str) -> Lab {
    let mut behaviour = Behaviour::default();
    behaviour.guest.programs = vec![Program::printing("ft-state", state)];
    let lab = Lab::start(Lab::builder().model("esxi").behaviour(behaviour)).await;
    lab.write("wait.yaml", &format!("tasks:\n{task}"));
    lab
}

fn lockstep<const N: usize>(lab: &Lab, words: [&str; N]) -> e2e::Lockstep {
    lab.lockstep(words).variable("PLAIN", "ftServer")
}

/// In a minute of the mock's time, the guest of the first VM prints something else.
fn prints_in_a_minute(lab: &Lab, text: &'static str) {
    let vm = lab.mock().store().snapshot().of_kind("VirtualMachine")[0].clone();
    let done = lab.mock().store().commit(&Origin::default(), |tx| {
        guest::ensure(tx, &vm)?;
        let vm = vm.clone();
        tx.after(Duration::from_secs(60), move |tx| {
            let guest = Guest::edit(tx, &vm)?;
            let mut programs = vec![Program::printing("ft-state", text)];
            programs.extend(guest.programs.iter().cloned());
            guest.programs = Arc::new(programs);
            Ok(())
        });
        Ok(())
    });
    done.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wait_ends_when_the_guest_prints_it_whatever_restarts_meanwhile() {
    let lab = lab(TASK, "state: simplex").await;
    let mut run = lockstep(&lab, ["apply", "wait.yaml", "--yes", "--output", "jsonl"]).start();
    run.until_line(["step_progress", "state: simplex"]).await;
    let away = Kind::Fault { fault: "GuestOperationsUnavailable".to_owned(), message: None };
    lab.mock().disturb(Rule::new(away).on("StartProgramInGuest").times(2));
    lab.mock().disturb(Rule::new(Kind::Unavailable).on("ValidateCredentialsInGuest").times(2));
    prints_in_a_minute(&lab, "Unit 0\nState:  duplex\n");
    let outcome = run.finish().await;
    outcome.ends_with(0).says(["it prints `State: duplex`", "\"unchanged\":1"]);
    let made = lab.changes().iter().filter(|it| it.method == "CreateTemporaryFileInGuest").count();
    let gone = lab.changes().iter().filter(|it| it.method == "DeleteFileInGuest").count();
    assert!(made > 1 && made == gone, "{made} files are made and {gone} deleted");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wait_for_a_guest_ends_at_its_deadline_with_what_was_printed_last() {
    let lab = lab(&TASK.replace("5m", "1s"), "state: simplex").await;
    lockstep(&lab, ["apply", "wait.yaml", "--yes"]).run().await.ends_with(3).says([
        "cannot wait until `ft-state` prints `state: duplex` in the guest",
        "after 1 s: it prints `state: simplex`",
        "apply again to go on waiting",
    ]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plan_starts_nothing_in_the_guest_and_a_wrong_password_ends_the_wait() {
    let lab = lab(TASK, "state: duplex").await;
    lockstep(&lab, ["plan", "wait.yaml"]).run().await.ends_with(0).says([
        "wait until `ft-state` prints `state: duplex` in the guest",
        "not known before the command is run",
    ]);
    lockstep(&lab, ["plan", "wait.yaml", "--detailed-exitcode"]).run().await.ends_with(2);
    lockstep(&lab, ["drift", "wait.yaml"]).run().await.ends_with(2);
    assert!(lab.changes().is_empty(), "{:?}", lab.changes());
    let wrong = lab.lockstep(["apply", "wait.yaml", "--yes"]).variable("PLAIN", "not-it");
    wrong.run().await.ends_with(3).says(["the password is not taken", "correct `username`"]);
    assert!(lab.changes().is_empty(), "{:?}", lab.changes());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn waiting_for_a_guest_keeps_the_contract() {
    use crate::appliance::{any_task, appliance, at_once, host_world, kept};
    let mock = appliance(at_once()).await;
    let folder = tempfile::tempdir().unwrap();
    let (world, client) = host_world(&mock, folder.path()).await;
    let task = TASK
        .replace("PLAIN", "FIRST")
        .replace("ft-state", "whoami")
        .replace("state: duplex", "root");
    let kept = kept(&mock, &world, &any_task(&task)).await;
    assert_eq!(kept.steps.len(), 1, "{kept:?}");
    client.close().await.unwrap();
    mock.stop().await;
}
