//! Gates: who waits, and what was answered.

use state::{GateAnswer, GateKey};

use crate::bench::{Bench, second};

fn key(task: &str, digest: &str) -> GateKey {
    GateKey {
        playbook: "/lab/lab.yaml".to_owned(),
        task: task.to_owned(),
        digest: digest.to_owned(),
    }
}

fn answer(key: &GateKey, yes: bool, note: &str) -> GateAnswer {
    GateAnswer {
        run: "r1".to_owned(),
        key: key.clone(),
        yes,
        note: note.to_owned(),
        who: "anna".to_owned(),
        at: second(7),
    }
}

#[tokio::test]
async fn the_last_answer_counts_and_another_text_is_another_question() {
    let bench = Bench::new();
    let journal = bench.journal();
    let reader = bench.reader();
    let drives = key("drives", "a");
    assert_eq!(reader.answer(&drives).unwrap(), None);
    journal.answer(answer(&drives, false, "locked rack")).await.unwrap();
    let last = answer(&drives, true, "");
    journal.answer(last.clone()).await.unwrap();
    assert_eq!(reader.answer(&drives).unwrap(), Some(last));
    for other in [key("drives", "b"), key("cables", "a")] {
        assert_eq!(reader.answer(&other).unwrap(), None);
    }
}

#[tokio::test]
async fn who_waits_is_seen_until_it_waits_no_more() {
    let bench = Bench::new();
    let run = bench.begin("r1").await;
    let (drives, cables) = (key("drives", "a"), key("cables", "b"));
    let first = run.waits(drives.clone(), "pull the drives".to_owned()).await.unwrap();
    let second = run.waits(cables, "plug the cables".to_owned()).await.unwrap();
    let reader = bench.reader();
    let waiting = reader.waiting().unwrap();
    assert_eq!(waiting.len(), 2);
    assert!(waiting.contains(&first) && waiting.contains(&second));
    run.waits_no_more(&drives);
    // What is asked for later is written later.
    run.waits(second.key.clone(), second.text.clone()).await.unwrap();
    assert_eq!(reader.waiting().unwrap().len(), 1);
    run.finish("failed").await.unwrap();
    assert!(reader.waiting().unwrap().is_empty());
}
