//! The journal from outside: read while a run goes on and after it was killed; without one nothing is changed.

use std::path::Path;

use e2e::Lab;
use serde_json::Value;

use crate::playbooks::SOFTWARE_FT;

const PLAYBOOK: &str = "tasks:\n  - datacenter: { name: Berlin }\n";
const TURN_ON: &str = "CreateSecondaryVMEx_Task";

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_killed_in_the_middle_is_readable_and_another_goes_on_without_doing_anything_twice() {
    let lab = Lab::of("seed-lab").await;
    lab.write("ft.yaml", SOFTWARE_FT);
    let mut run = lab.lockstep(["apply", "ft.yaml", "--yes", "--output", "jsonl"]).start();
    run.until_line(["\"step_progress\"", "\"task\":\"protect\""]).await;
    run.kill();
    lab.leaves_sessions();
    assert_eq!(run.finish().await.code, None);

    let listed = lab.lockstep(["runs", "--output", "json"]).run().await;
    let runs = json(&listed.ends_with(0).stdout);
    let killed = &runs["runs"][0];
    assert_eq!((&killed["state"], &killed["ended"]), (&"killed".into(), &Value::Null));
    assert!(killed["open_steps"].as_u64() > Some(0), "{killed}");
    assert_eq!(killed["words"][0], "apply");
    let id = killed["id"].as_str().unwrap();

    let shown = json(&lab.lockstep(["runs", "show", id, "--output", "json"]).run().await.stdout);
    assert_eq!(shown["intact"], true);
    let steps = shown["steps"].as_array().unwrap();
    let at_work = steps.iter().filter(|step| step["outcome"] == "open");
    let references = at_work.flat_map(|step| step["vim_tasks"].as_array().unwrap());
    let server = lab.mock().address().to_string();
    let known =
        |reference: &Value| reference.as_str().unwrap().starts_with(&format!("{server} Task:"));
    assert!(references.clone().count() > 0 && references.clone().all(known), "{shown}");
    let text = lab.lockstep(["runs", "show"]).run().await;
    text.ends_with(0).says([id, "killed", "Under way, no end is known", "Task:"]);
    lab.lockstep(["runs", "watch", id])
        .run()
        .await
        .ends_with(1)
        .says(["has ended without saying so"]);

    let again = lab.lockstep(["apply", "ft.yaml", "--yes"]).run().await;
    again.ends_with(0).says([id, "was killed with"]);
    assert_eq!(lab.calls_of(TURN_ON).len(), 8, "each VM was asked for once");
    lab.lockstep(["runs"]).run().await.ends_with(0).says(["killed", "done", "ft.yaml", &server]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_process_sees_every_event_of_a_run() {
    let lab = Lab::of("seed-lab").await;
    lab.write("ft.yaml", SOFTWARE_FT);
    let mut run = lab.lockstep(["apply", "ft.yaml", "--yes", "--output", "jsonl"]).start();
    run.until_line(["\"run_started\"", "\"mode\":\"apply\""]).await;
    let follower = lab.lockstep(["runs", "watch", "--output", "jsonl"]).start();
    let written = run.finish().await;
    let seen = follower.finish().await;
    written.ends_with(0);
    let lines = written.stdout.lines().skip_while(|line| !line.contains("\"mode\":\"apply\""));
    let lines: Vec<&str> = lines.collect();
    assert!(lines.len() > 100, "{}", written.text());
    assert_eq!(seen.ends_with(0).stdout.lines().collect::<Vec<_>>(), lines);
    let told = lab.lockstep(["runs", "watch", "last"]).run().await;
    told.ends_with(0).says(["protect/vm8", "done:", "ended: done"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plan_leaves_no_trace_and_no_run_is_no_mistake() {
    let lab = Lab::of("empty").await;
    lab.write("lab.yaml", PLAYBOOK);
    lab.lockstep(["plan", "lab.yaml"]).run().await.ends_with(0);
    lab.lockstep(["runs"]).run().await.ends_with(0).says(["No runs yet."]);
    lab.lockstep(["runs", "show"]).run().await.ends_with(1).says(["there is no run `last`"]);
    assert!(!lab.state_folder().exists());
}

/// Nothing was asked of the server, and both outputs say what is wrong with which file.
#[track_caller]
fn nothing_happened(lab: &Lab, why: &str) {
    assert!(lab.mock().calls().is_empty(), "{why}: {:?}", lab.mock().calls());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_journal_nothing_is_asked_of_any_server() {
    let lab = Lab::of("empty").await;
    lab.write("lab.yaml", PLAYBOOK);
    let apply = ["apply", "lab.yaml", "--yes"];
    // Nobody can make a folder here, not even root.
    let folder = lab.lockstep(apply).variable("LOCKSTEP_STATE_DIR", "/proc/self/lockstep");
    let outcome = folder.run().await;
    outcome.ends_with(9).says(["cannot make the folder", "LOCKSTEP_STATE_DIR", "Caused by:"]);
    nothing_happened(&lab, "no folder");

    let file = lab.state_folder().join("journal.db");
    let spoilt = async |contents: &[u8], said: &str| {
        std::fs::create_dir_all(lab.state_folder()).unwrap();
        std::fs::write(&file, contents).unwrap();
        let path = file.to_string_lossy().into_owned();
        lab.lockstep(apply).run().await.ends_with(9).says([said, &path, "hint:"]);
        lab.lockstep(["runs"]).run().await.ends_with(9).says([&*path]);
        nothing_happened(&lab, said);
    };
    spoilt(&[b'x'; 4096], "is no journal of Lockstep").await;
    std::fs::remove_file(&file).unwrap();
    std::fs::create_dir(&file).unwrap();
    lab.lockstep(apply).run().await.ends_with(9).says(["cannot open the journal"]);
    nothing_happened(&lab, "a folder in its place");
    std::fs::remove_dir(&file).unwrap();

    lab.lockstep(apply).run().await.ends_with(0);
    let mut damaged = std::fs::read(&file).unwrap();
    let half = damaged.len() / 2;
    damaged[half..].fill(0xa5);
    let calls = lab.mock().calls().len();
    std::fs::write(&file, damaged).unwrap();
    lab.lockstep(apply).run().await.ends_with(9).says(["is damaged", "move the file away"]);
    assert_eq!(lab.mock().calls().len(), calls);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_a_full_disk_nothing_is_begun_that_is_not_written_down() {
    let lab = Lab::of("seed-lab").await;
    lab.write("ft.yaml", SOFTWARE_FT);
    let words = ["apply", "ft.yaml", "--yes", "--output", "jsonl"];
    let outcome = lab.lockstep_on_full_disk(BLOCKS, words).run().await;
    outcome.ends_with(9);
    assert_eq!(lab.mock().sessions(), 0);
    let done = lab.calls_of("AddHost_Task").len() + lab.calls_of(TURN_ON).len();
    assert!((1..10).contains(&done), "{done} of 10 calls: choose another size");
    let end = json(outcome.stdout.lines().last().unwrap());
    assert_eq!(end["verdict"], "failed");
    let codes = end["failures"].as_array().unwrap().iter().map(|group| &group["failure"]["code"]);
    assert!(codes.into_iter().any(|code| code == "journal-failed"), "{end}");

    // What was done is in the journal, which can be read while the disk is still full.
    let show = ["runs", "show", "--output", "json"];
    let shown = json(&lab.lockstep_on_full_disk(0, show).run().await.ends_with(0).stdout);
    let intents = intents_of(&shown);
    assert!(intents >= done, "{done} calls, {intents} intents: {shown}");

    // With room again, the rest is done.
    lab.lockstep(["apply", "ft.yaml", "--yes"]).run().await.ends_with(0);
    assert_eq!(lab.calls_of(TURN_ON).len(), 8);
    assert!(Path::new(&lab.state_folder().join("journal.db")).exists());
}

/// Room for the journal's tables and some of the run.
const BLOCKS: u32 = 900;

fn intents_of(shown: &Value) -> usize {
    let steps = shown["steps"].as_array().unwrap().iter();
    steps
        .filter(|step| {
            step["task"] == "protect" || step["task"].as_str().unwrap().starts_with("host")
        })
        .count()
}
