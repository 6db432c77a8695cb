//! Gates from end to end: who answers, what is remembered, and that nothing is asked where nobody can answer.

use e2e::{Lab, Lockstep, Outcome};
use serde_json::Value;

const TWO: &str = "tasks:\n  - id: drives\n    gate: { text: Pull the drives, checklist: [left, right], \
                   manual_steps: 4 }\n  - id: lab\n    needs: drives\n    datacenter: { name: Berlin }\n";

async fn lab_with(playbook: &str) -> Lab {
    let lab = Lab::of("empty").await;
    lab.write("lab.yaml", playbook);
    lab
}

/// An apply that waits for answers from elsewhere.
fn waiting(lab: &Lab) -> Lockstep {
    lab.lockstep(["apply", "lab.yaml", "--yes", "--output", "jsonl", "--wait-for-gates"])
}

fn last(outcome: &Outcome) -> Value {
    serde_json::from_str(outcome.stdout.lines().last().unwrap()).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_nobody_can_answer_the_plan_says_how_to_and_nothing_is_changed() {
    let lab = lab_with(TWO).await;
    let said =
        ["cannot ask whether `drives` was done", "--gate-answers", "lockstep gate answer drives"];
    lab.lockstep(["plan", "lab.yaml"]).run().await.ends_with(4).says(said);
    lab.lockstep(["apply", "lab.yaml", "--yes"]).run().await.ends_with(4).says(said);
    assert!(lab.changes().is_empty());
    let plan = lab.lockstep(["plan", "lab.yaml", "--wait-for-gates"]).run().await;
    plan.ends_with(0)
        .says(["Pull the drives", "by `lockstep gate answer drives` from another shell"]);
    lab.lockstep(["gate", "list"]).run().await.ends_with(0).says(["No run waits"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_yes_from_another_shell_lets_the_run_go_on_and_is_not_asked_for_again() {
    let lab = lab_with(TWO).await;
    let mut run = waiting(&lab).start();
    run.until_line(["\"step_progress\"", "Pull the drives"]).await;
    let listed = until_listed(&lab).await;
    assert_eq!((&listed["gate"], &listed["text"]), (&"drives".into(), &"Pull the drives".into()));
    let id = listed["run"].as_str().unwrap();

    let unknown = lab.lockstep(["gate", "answer", "cables", "--yes"]).run().await;
    unknown.ends_with(1).says(["no run waits with gate `cables`", "lockstep gate list"]);
    lab.lockstep(["gate", "answer", "drives"]).run().await.ends_with(1).says(["--yes"]);
    let note = "in the left drawer";
    let answer =
        lab.lockstep(["gate", "answer", id, "drives", "--yes", "--note", note]).run().await;
    answer.ends_with(0).says(["answered `drives`", id]);
    let done = run.finish().await;
    done.ends_with(0).says(["answered yes by", "in the left drawer"]);
    assert_eq!(last(&done)["manual_steps"], 4);
    lab.lockstep(["gate", "list"]).run().await.ends_with(0).says(["No run waits"]);

    let again = lab.lockstep(["apply", "lab.yaml", "--yes", "--output", "jsonl"]).run().await;
    assert_eq!(last(again.ends_with(0))["counts"]["unchanged"], 2);
    // Another text is another question.
    lab.write("lab.yaml", &TWO.replace("Pull the drives", "Pull all drives"));
    lab.lockstep(["plan", "lab.yaml"]).run().await.ends_with(4);
}

async fn until_listed(lab: &Lab) -> Value {
    // The step says that it waits right before the journal does.
    for _ in 0..100 {
        let listed = lab.lockstep(["gate", "list", "--output", "json"]).run().await;
        let listed: Value = serde_json::from_str(&listed.ends_with(0).stdout).unwrap();
        if let Some(gate) = listed["gates"].get(0) {
            return gate.clone();
        }
    }
    panic!("no gate is listed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_no_fails_the_task_with_the_note_and_is_asked_again_the_next_time() {
    let lab = lab_with(TWO).await;
    let mut run = waiting(&lab).start();
    run.until_line(["\"step_progress\"", "Pull the drives"]).await;
    until_listed(&lab).await;
    let words = ["gate", "answer", "drives", "--no", "--note", "the rack is locked"];
    lab.lockstep(words).run().await.ends_with(0);
    run.finish().await.ends_with(3).says(["answered no: the rack is locked", "gate-refused"]);
    assert!(lab.changes().is_empty());
    lab.lockstep(["plan", "lab.yaml", "--wait-for-gates"])
        .run()
        .await
        .says(["Plan: 1 to create, 1 to change"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn prepared_answers_are_given_and_unless_once_asked_for_each_time() {
    let each_time = TWO.replace("manual_steps: 4", "once: false");
    let lab = lab_with(&each_time).await;
    lab.write("yes.yaml", "gates:\n  drives: { answer: yes, note: all eight }\n");
    lab.write("no.yaml", "gates:\n  drives: { answer: no, note: no key }\n");
    lab.write("odd.yaml", "gates:\n  drivse: yes\n");
    let apply = async |answers: &str| {
        let words = ["apply", "lab.yaml", "--yes", "--gate-answers", answers];
        lab.lockstep(words).run().await
    };
    apply("odd.yaml").await.ends_with(1).says(["`drivse`, which is no gate", "`drives`"]);
    apply("no.yaml").await.ends_with(3).says(["answered no: no key"]);
    assert!(lab.changes().is_empty());
    let plan = ["plan", "lab.yaml", "--gate-answers", "yes.yaml"];
    lab.lockstep(plan).run().await.ends_with(0).says(["yes, by `yes.yaml`"]);
    assert!(lab.changes().is_empty());
    for _ in 0..2 {
        apply("yes.yaml").await.ends_with(0).says(["answered yes by `yes.yaml`: all eight"]);
    }
    lab.lockstep(["plan", "lab.yaml"]).run().await.ends_with(4);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_probe_sees_by_itself_that_it_was_done() {
    let lab = Lab::of("seed-lab").await;
    let address = lab.mock().address().to_string();
    let spare = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let coming = spare.local_addr().unwrap();
    drop(spare);
    let probes = format!(
        "tasks:\n  - id: port\n    gate: {{ text: a, probe: {{ tcp: \"{address}\" }} }}\n  - id: page\n    \
         gate: {{ text: b, probe: {{ https: \"https://{address}/\" }} }}\n  - id: name\n    gate:\n      text: c\n      \
         probe: {{ property: {{ connection: default, object: Datacenter, path: name, equals: Datacenter }} }}\n  \
         - id: coming\n    gate: {{ text: d, probe: {{ tcp: \"{coming}\" }}, interval: 1s }}\n  - id: never\n    \
         gate: {{ text: e, probe: {{ property: {{ connection: default, object: Datacenter, path: name, equals: \
         Other }} }}, interval: 1s, timeout: 2s }}\n"
    );
    lab.write("lab.yaml", &probes);
    let plan = lab.lockstep(["plan", "lab.yaml"]).run().await;
    plan.ends_with(0).says([
        "2 to change",
        "3 unchanged",
        "as soon as",
        "`name` of `Datacenter` is `Other`",
    ]);
    let mut run = lab.lockstep(["apply", "lab.yaml", "--yes", "--output", "jsonl"]).start();
    run.until_line(["\"step_progress\"", "\"task\":\"coming\""]).await;
    let listener = std::net::TcpListener::bind(coming).unwrap();
    let outcome = run.finish().await;
    drop(listener);
    outcome.ends_with(3).says(["gate-timeout", "accepts connections"]);
    let end = last(&outcome);
    assert_eq!(
        (&end["counts"]["changed"], &end["counts"]["failed"]),
        (&1.into(), &1.into()),
        "{end}"
    );
    assert!(lab.changes().is_empty());
    assert_eq!(lab.mock().sessions(), 0);
}
