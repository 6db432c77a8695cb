//! Programs in a guest that take longer than they may.

use e2e::{Lab, Outcome};
use mock_vcenter::behaviour::settings::Behaviour;
use mock_vcenter::guest::Program;

/// Seconds of the mock's clock that no test lasts.
const FOR_EVER: u64 = 30 * 86400;

async fn apply(task: &str) -> (Lab, Outcome) {
    let mut behaviour = Behaviour::default();
    behaviour.guest.programs = vec![Program::printing("slow", "").taking(FOR_EVER)];
    let lab = Lab::start(Lab::builder().model("esxi").behaviour(behaviour)).await;
    lab.write("slow.yaml", &format!("tasks:\n{task}"));
    let run = lab.lockstep(["apply", "slow.yaml", "--yes"]).variable("PLAIN", "ftServer");
    let outcome = run.run().await;
    (lab, outcome)
}

fn count(lab: &Lab, method: &str) -> usize {
    lab.changes().iter().filter(|call| call.method == method).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_command_that_is_only_looked_at_is_ended_and_leaves_no_file() {
    let task = "  - wait_for:
      guest: { vm: vm1, password: { env: PLAIN }, command: slow, prints: done }
      interval: 100ms
      timeout: 1s
";
    let (lab, outcome) = apply(task).await;
    outcome.ends_with(3).says(["after 1 s: it takes longer than 2 s"]);
    assert!(count(&lab, "StartProgramInGuest") > 0);
    assert_eq!(count(&lab, "TerminateProcessInGuest"), count(&lab, "StartProgramInGuest"));
    assert_eq!(count(&lab, "DeleteFileInGuest"), count(&lab, "CreateTemporaryFileInGuest"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_program_that_changes_something_goes_on_and_the_admin_is_told_so() {
    let task = "  - guest:
      vm: vm1
      password: { env: PLAIN }
      run:
        - { program: /bin/sh, arguments: -c slow, creates: /done, timeout: 1s }
";
    let (lab, outcome) = apply(task).await;
    outcome.ends_with(3).says([
        "it was not done within 1s and still runs as process",
        "wait for its end, or end it in the guest",
    ]);
    assert_eq!(count(&lab, "StartProgramInGuest"), 1);
    assert_eq!(count(&lab, "TerminateProcessInGuest"), 0);
}
