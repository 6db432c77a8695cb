//! Going on with a run that was killed or stopped, stopping one from another terminal, and keeping two runs apart.

use e2e::{HOST_PASSWORD, Lab, Outcome, PASSWORD};
use mock_vcenter::clock::Pace;
use mock_vcenter::disturb::{Kind, Rule};
use mock_vcenter::store::Origin;
use mock_vcenter::task::VimTask;
use serde_json::Value;

use crate::playbooks::SOFTWARE_FT;

const TURN_ON: &str = "CreateSecondaryVMEx_Task";
const APPLY: [&str; 5] = ["apply", "ft.yaml", "--yes", "--output", "jsonl"];
/// One VM of a lab that is ready for it. Writes that somebody waits for: the session, the run, the intent, the call,
/// its reference.
const ONE_VM: &str = "tasks:\n  - id: protect\n    fault_tolerance:\n      vms: [vm1]\n      \
                      secondary: { datastore: shared1 }\n      warnings: accept\n";

/// A lab in which vim tasks take seconds.
async fn slow(model: &str, playbook: &str) -> Lab {
    let lab = Lab::start(Lab::builder().model(model).clock(Pace::Scaled(10.0))).await;
    lab.write("ft.yaml", playbook);
    lab
}

/// One in which the secondary is being made for so many seconds.
async fn making_for(seconds: u64) -> Lab {
    let lab = slow("ft-ready", ONE_VM).await;
    lab.behaves(|behaviour| {
        behaviour.fault_tolerance.create_seconds = seconds;
    });
    lab
}

fn calls(lab: &Lab, method: &str) -> usize {
    lab.calls_of(method).len()
}

async fn shown(lab: &Lab, run: &str) -> Value {
    let shown = lab.lockstep(["runs", "show", run, "--output", "json"]).run().await;
    serde_json::from_str(&shown.ends_with(0).stdout).unwrap()
}

async fn runs(lab: &Lab) -> Vec<Value> {
    let listed = lab.lockstep(["runs", "--output", "json"]).run().await;
    let listed: Value = serde_json::from_str(&listed.ends_with(0).stdout).unwrap();
    listed["runs"].as_array().unwrap().clone()
}

/// The id that a run ends with telling.
fn told_to_resume(outcome: &Outcome) -> String {
    let text = outcome.text();
    let (_, after) = text.split_once("lockstep resume ").expect("no command to go on");
    after.split_whitespace().next().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_run_is_resumed_with_its_own_options_and_nothing_is_done_twice() {
    let lab = Lab::of("seed-lab").await;
    lab.write("ft.yaml", SOFTWARE_FT);
    let mut run = lab.lockstep(APPLY).start();
    run.until_line(["\"step_progress\"", "\"task\":\"protect\""]).await;
    run.kill();
    run.finish().await;
    assert_eq!(lab.mock().sessions(), 1, "the killed process could not log out");
    let killed = runs(&lab).await[0]["id"].as_str().unwrap().to_owned();

    let elsewhere = lab.folder().join("elsewhere");
    std::fs::create_dir(&elsewhere).unwrap();
    let resumed = lab.lockstep(["resume", "last"]).folder(&elsewhere).run().await;
    let last = resumed.ends_with(0).stdout.lines().last().unwrap();
    assert!(last.contains("\"run_finished\""), "it was begun with JSON lines: {last}");
    assert_eq!(calls(&lab, TURN_ON), 8);
    assert_eq!(calls(&lab, "AddHost_Task"), 2);
    assert_eq!(lab.mock().sessions(), 0, "the session of the killed process was ended");

    let found = shown(&lab, "last").await;
    assert_eq!(
        (&found["run"]["resumes"], &found["intact"]),
        (&killed.as_str().into(), &true.into())
    );
    let old = shown(&lab, &killed).await;
    let open = old["steps"].as_array().unwrap().iter().filter(|step| step["outcome"] == "open");
    let settled = open.map(|step| step["settled"].as_str().unwrap()).collect::<Vec<_>>();
    assert!(!settled.is_empty(), "{old}");
    let again = lab.lockstep(["apply", "ft.yaml", "--yes"]).run().await;
    assert!(!again.ends_with(0).text().contains("was killed"), "{}", again.text());
    lab.lockstep(["runs", "verify"]).run().await.ends_with(0).says(["intact"]);
    let done = lab.lockstep(["resume", "last"]).run().await;
    done.ends_with(1).says(["was done to its end", "lockstep apply"]);
    for words in runs(&lab).await.iter().map(|run| run["words"].to_string()) {
        assert!(!words.contains(PASSWORD) && !words.contains(HOST_PASSWORD), "{words}");
    }
}

/// Applies one VM until a crash at a write, and goes on by `words`.
async fn crashed(at: &str, words: [&str; 3]) -> (Lab, Outcome) {
    let lab = making_for(50).await;
    let crash = lab.lockstep(APPLY).variable("LOCKSTEP_CRASH_AT", at).run().await;
    assert_eq!(crash.code, None, "{}", crash.text());
    let outcome = lab.lockstep(words).run().await;
    (lab, outcome)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_vim_task_whose_reference_was_never_written_is_found_by_object_and_time() {
    for words in [["resume", "last", "--yes"], ["apply", "ft.yaml", "--yes"]] {
        let (lab, outcome) = crashed("5:before", words).await;
        outcome.ends_with(0).says([TURN_ON, "did not see its end", "waiting for"]);
        assert_eq!(calls(&lab, TURN_ON), 1, "{}", outcome.text());
        assert_eq!(lab.mock().sessions(), 0);
        let killed = runs(&lab).await[1]["id"].as_str().unwrap().to_owned();
        let old = shown(&lab, &killed).await;
        let settled = old["steps"][0]["settled"].as_str().unwrap();
        assert!(settled.contains("has ended") && settled.contains("Task:"), "{settled}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_that_was_written_down_and_never_sent_is_made_once() {
    let (lab, outcome) = crashed("4:after", ["resume", "last", "--yes"]).await;
    outcome.ends_with(0);
    assert_eq!(calls(&lab, TURN_ON), 1);
    let killed = runs(&lab).await[1]["id"].as_str().unwrap().to_owned();
    let settled = shown(&lab, &killed).await["steps"][0]["settled"].to_string();
    assert!(settled.contains("never got"), "{settled}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_vim_task_is_adopted_under_another_name_of_the_task_too() {
    let lab = slow("ft-ready", ONE_VM).await;
    let crash = lab.lockstep(APPLY).variable("LOCKSTEP_CRASH_AT", "5:after").run().await;
    assert_eq!(crash.code, None);
    lab.write("other.yaml", &ONE_VM.replace("id: protect", "id: shield"));
    lab.lockstep(["apply", "other.yaml", "--yes"]).run().await.ends_with(0);
    assert_eq!(calls(&lab, TURN_ON), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_session_that_a_dead_run_had_opened_anew_is_ended_too() {
    let lab = slow("ft-ready", ONE_VM).await;
    lab.mock().disturb(Rule::new(Kind::ExpireSessions).on(TURN_ON).times(1));
    let crash = lab.lockstep(APPLY).variable("LOCKSTEP_CRASH_AT", "5:after").run().await;
    assert_eq!((crash.code, lab.mock().sessions(), calls(&lab, "Login")), (None, 1, 2));
    lab.lockstep(["resume", "last", "--yes"]).run().await.ends_with(0);
    assert_eq!((calls(&lab, "TerminateSession"), lab.mock().sessions()), (1, 0));
    assert_eq!(calls(&lab, TURN_ON), 2, "it was refused once, before it was looked at");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_playbook_is_not_resumed_unless_told() {
    let lab = slow("ft-ready", ONE_VM).await;
    lab.lockstep(APPLY).variable("LOCKSTEP_CRASH_AT", "3:after").run().await;
    lab.write("ft.yaml", &format!("# Changed.\n{ONE_VM}"));
    let refused = lab.lockstep(["resume"]).run().await;
    refused.ends_with(1).says(["has changed since run", "--changed"]);
    assert!(lab.changes().iter().all(|call| call.method == "TerminateSession"));
    lab.lockstep(["resume", "--changed"]).run().await.ends_with(0);
    assert_eq!(calls(&lab, TURN_ON), 1);
    lab.lockstep(["resume", "nonesuch"]).run().await.ends_with(1).says(["there is no run"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_of_a_saved_plan_is_resumed_from_the_playbook_that_it_was_made_of() {
    let lab = slow("ft-ready", ONE_VM).await;
    lab.lockstep(["plan", "ft.yaml", "--out", "ft.plan"]).run().await.ends_with(0);
    lab.lockstep(["apply", "ft.plan"]).variable("LOCKSTEP_CRASH_AT", "5:after").run().await;
    assert_eq!(calls(&lab, TURN_ON), 1);
    lab.lockstep(["resume", "last", "--yes"]).run().await.ends_with(0);
    assert_eq!(calls(&lab, TURN_ON), 1);
    assert_eq!(lab.mock().sessions(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stopped_run_counts_down_tells_how_to_go_on_and_does() {
    let lab = slow("seed-lab", SOFTWARE_FT).await;
    let mut run = lab.lockstep(["apply", "ft.yaml", "--yes", "--output", "jsonl"]).start();
    run.until_line(["\"step_progress\"", "\"task\":\"protect\""]).await;
    run.interrupt();
    let stopped = run.finish().await;
    let id = told_to_resume(stopped.ends_with(6));
    let count = |line: &str| {
        let line: Value = serde_json::from_str(line).unwrap();
        (line["type"] == "stopping").then(|| line["running_steps"].as_u64().unwrap())
    };
    let counts: Vec<u64> = stopped.stdout.lines().filter_map(count).collect();
    assert!(counts.len() > 1 && counts.is_sorted_by(|a, b| a > b), "{counts:?}");
    assert_eq!(lab.mock().sessions(), 0);
    lab.lockstep(["resume", &id]).run().await.ends_with(0);
    assert_eq!(calls(&lab, TURN_ON), 8);
    assert_eq!(lab.mock().sessions(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_that_is_stopped_does_not_wait_for_what_it_only_follows() {
    let lab = slow("ft-ready", ONE_VM).await;
    let crash = lab.lockstep(APPLY).variable("LOCKSTEP_CRASH_AT", "5:after").run().await;
    assert_eq!(crash.code, None);
    let mut run = lab.lockstep(APPLY).start();
    run.until_line(["\"step_progress\"", "wait until `vm1` is protected", "synchronising"]).await;
    run.interrupt();
    run.finish().await.ends_with(6);
    assert_eq!(lab.mock().sessions(), 0);
    lab.lockstep(["resume", "last"]).run().await.ends_with(0);
    assert_eq!(calls(&lab, TURN_ON), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_detached_from_is_adopted_later() {
    let lab = making_for(50).await;
    let mut run = lab.lockstep(APPLY).start();
    run.until_line(["\"step_progress\"", "making the secondary"]).await;
    run.interrupt();
    run.until_line(["\"stopping\""]).await;
    run.interrupt();
    let detached = run.finish().await;
    let id = told_to_resume(detached.ends_with(8).says(["Detached"]));
    assert_eq!(lab.mock().sessions(), 0);
    let resumed = lab.lockstep(["resume", &id]).run().await;
    resumed.ends_with(0).says(["did not see its end", &id]);
    assert_eq!(calls(&lab, TURN_ON), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_terminal_stops_a_run_and_cancels_vim_tasks_only_when_asked_to() {
    let lab = slow("ft-ready", ONE_VM).await;
    let mut run = lab.lockstep(APPLY).start();
    run.until_line(["\"step_progress\"", "making the secondary"]).await;
    lab.lockstep(["cancel", "last"]).run().await.ends_with(0).says(["is asked to stop"]);
    let stopped = run.finish().await;
    // The step that was under way was waited for, and nothing was left to do.
    stopped.says(["asked this run to stop"]);
    assert_eq!(calls(&lab, "CancelTask"), 0);
    lab.lockstep(["cancel", "last"]).run().await.ends_with(1).says(["does not go on", "--tasks"]);

    let lab = making_for(600).await;
    let crash = lab.lockstep(APPLY).variable("LOCKSTEP_CRASH_AT", "5:after").run().await;
    assert_eq!(crash.code, None);
    let refused = lab.lockstep(["cancel", "last", "--tasks"]).run().await;
    refused.ends_with(3).says(["goes on", TURN_ON, "protect/vm1", "cannot cancel it"]);
    assert_eq!(calls(&lab, "CancelTask"), 0, "what cannot be cancelled is not asked for");
    let made = lab.mock().store().commit(&Origin::default(), |tx| {
        let tasks: Vec<_> = tx.view().of_kind("Task").to_vec();
        for task in tasks {
            tx.edit::<VimTask>(&task)?.info.cancelable = true;
        }
        Ok(())
    });
    made.unwrap();
    let cancelled = lab.lockstep(["cancel", "last", "--tasks"]).run().await;
    cancelled.ends_with(0).says(["cancelled", TURN_ON, "protect/vm1", "Task:"]);
    assert_eq!(calls(&lab, "CancelTask"), 1);
    assert_eq!(lab.mock().sessions(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_runs_never_change_one_vcenter_and_a_plan_is_not_locked_out() {
    let lab = slow("ft-ready", ONE_VM).await;
    let mut run = lab.lockstep(APPLY).start();
    run.until_line(["\"step_progress\"", "making the secondary"]).await;
    let server = lab.mock().address().to_string();
    let second = lab.lockstep(["apply", "ft.yaml", "--yes"]).run().await;
    second.ends_with(5).says([&server, "is locked", "process", "since", "lockstep apply ft.yaml"]);
    lab.lockstep(["plan", "ft.yaml"]).run().await.ends_with(0);
    lab.lockstep(["resume", "last"]).run().await.ends_with(5).says(["still goes on"]);
    lab.lockstep(["unlock"]).run().await.ends_with(0).says([&server, "locked", "process"]);
    lab.lockstep(["unlock", &server]).run().await.ends_with(5).says(["--force --reason"]);
    lab.lockstep(["unlock", &server, "--force"]).run().await.ends_with(1);
    let words = ["unlock", &server, "--force", "--reason", "it hangs"];
    lab.lockstep(words).run().await.ends_with(0).says(["is unlocked"]);
    let overtaken = run.finish().await;
    overtaken.ends_with(5).says(["cannot go on without its lock", "lockstep resume"]);
    lab.lockstep(["apply", "ft.yaml", "--yes"]).run().await.ends_with(0);
    assert_eq!(calls(&lab, TURN_ON), 1);
    lab.lockstep(["unlock"]).run().await.ends_with(0).says(["No locks."]);
    assert_eq!(lab.mock().sessions(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_that_has_joined_already_takes_the_secondaries_of_one_that_has_not() {
    let lab = Lab::of("seed-lab").await;
    // Those of the second host, in no cluster that the task names.
    let text = SOFTWARE_FT.replace("vm1, vm2, vm3, vm4, ", "");
    let (before, protect) = text.split_once("  - id: protect").unwrap();
    let protect = protect.replace("      cluster: \"{{ cluster }}\"\n", "");
    lab.write("ft.yaml", &format!("{before}  - id: protect{protect}"));
    lab.lockstep(["plan", "ft.yaml"]).run().await.ends_with(0);
    lab.write("half.yaml", &before.replace("esx1.lab.local, esx2.lab.local", "esx1.lab.local"));
    lab.lockstep(["apply", "half.yaml", "--yes"]).run().await.ends_with(0);
    lab.lockstep(["plan", "ft.yaml"]).run().await.ends_with(0).says(["0 blocked"]);
    lab.lockstep(["apply", "ft.yaml", "--yes"]).run().await.ends_with(0);
    assert_eq!(lab.protected().len(), 4);
}
