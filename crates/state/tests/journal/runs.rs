//! What a run writes is read back, while it goes on and after it ended.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use orchestrator::{
    Call, Delivery, Failure, Journal as _, OpenWork, StepEnd, StepOutcome, TaskError,
};
use state::{Chain, IntentEnd, JournalReader};

use crate::bench::{Bench, intent, second, start};

fn mode(path: &Path) -> u32 {
    path.metadata().unwrap().permissions().mode() & 0o777
}

#[tokio::test]
async fn a_run_is_readable_while_it_is_written_and_afterwards() {
    let bench = Bench::new();
    assert!(JournalReader::open(&bench.path()).unwrap().is_none(), "reading makes no journal");
    let run = bench.begin("r1").await;
    let reader = bench.reader();
    run.event(1, r#"{"type":"run_started"}"#.to_owned());
    for ordinal in [1, 2] {
        run.intend(intent(ordinal)).await.unwrap();
    }
    run.started(1, "vc:443 Task:task-7".to_owned()).await.unwrap();
    bench.pass(5);
    run.ended(1, StepEnd::Done(StepOutcome::changed("it runs"))).await.unwrap();

    let found = reader.run("r1").unwrap().unwrap();
    assert_eq!((&found.start, found.ended, found.intents, found.open), (&start("r1"), None, 2, 1));
    assert_eq!(reader.unfinished().unwrap(), std::slice::from_ref(&found));
    let intents = reader.intents("r1").unwrap();
    assert_eq!((&*intents[0].subject, &*intents[0].task, intents[0].attempt), ("vm1", "ft", 1));
    assert_eq!(intents[0].vim_tasks, ["vc:443 Task:task-7"]);
    let end =
        IntentEnd { outcome: "changed".to_owned(), detail: "it runs".to_owned(), at: second(105) };
    assert_eq!((&intents[0].end, &intents[1].end), (&Some(end), &None));
    assert_eq!(intents[0].at, second(100));

    run.event(2, r#"{"type":"run_finished"}"#.to_owned());
    run.finish("done").await.unwrap();
    let found = reader.run("r1").unwrap().unwrap();
    assert_eq!((found.ended, found.verdict.as_deref()), (Some(second(105)), Some("done")));
    assert_eq!(reader.verify(&found).unwrap(), Chain::Intact);
    let seqs = |after| reader.events("r1", after, 9).unwrap().iter().map(|one| one.seq).collect();
    let (all, rest): (Vec<u64>, Vec<u64>) = (seqs(0), seqs(1));
    assert_eq!((all, rest), (vec![1, 2], vec![2]));
    assert_eq!(reader.last_event("r1", "run_finished").unwrap().unwrap().seq, 2);
    assert!(reader.unfinished().unwrap().is_empty());
    assert!(reader.run("r2").unwrap().is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_is_intact_at_every_moment_that_somebody_looks() {
    let bench = Bench::new();
    let run = bench.begin("r1").await;
    let reader = bench.reader();
    let writing = tokio::spawn(async move {
        for ordinal in 1..=100 {
            run.intend(intent(ordinal)).await.unwrap();
            run.event(ordinal, "{}".to_owned());
            run.ended(ordinal, StepEnd::Done(StepOutcome::changed("it runs"))).await.unwrap();
        }
        run.finish("done").await.unwrap();
    });
    loop {
        let over = writing.is_finished();
        let found = reader.run("r1").unwrap().unwrap();
        assert_eq!(reader.verify(&found).unwrap(), Chain::Intact);
        if over {
            break;
        }
    }
    writing.await.unwrap();
}

#[tokio::test]
async fn the_files_are_readable_by_their_owner_alone() {
    let bench = Bench::new();
    let run = bench.begin("r1").await;
    run.event(1, "{}".to_owned());
    run.intend(intent(1)).await.unwrap();
    let folder = bench.path().parent().unwrap().to_owned();
    assert_eq!(mode(&folder), 0o700);
    let files: Vec<_> = folder.read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(files.len() > 1, "there are files beside the journal: {files:?}");
    for file in files {
        assert_eq!(mode(&file), 0o600, "{}", file.display());
    }
}

#[tokio::test]
async fn two_processes_write_at_the_same_time() {
    let bench = Bench::new();
    let (one, two) = (bench.journal(), bench.journal());
    let (one, two) = (bench.begin_in(&one, "one").await, bench.begin_in(&two, "two").await);
    for ordinal in 1..20 {
        let written = tokio::join!(one.intend(intent(ordinal)), two.intend(intent(ordinal)));
        written.0.unwrap();
        written.1.unwrap();
    }
    let ids: Vec<_> =
        bench.reader().runs(9).unwrap().into_iter().map(|run| (run.start.id, run.open)).collect();
    assert_eq!(ids, [("two".to_owned(), 19), ("one".to_owned(), 19)]);
}

#[tokio::test]
async fn a_changed_or_missing_event_is_seen() {
    let tampering = [
        ("UPDATE events SET line = '{\"type\":\"nothing\"}' WHERE seq = 2", 2),
        ("DELETE FROM events WHERE seq = 1", 2),
        ("DELETE FROM events WHERE seq = 3", 3),
        ("UPDATE runs SET digest = 'another playbook'", 1),
    ];
    for (sql, at) in tampering {
        let bench = Bench::new();
        let run = bench.begin("r1").await;
        for seq in 1..=3 {
            run.event(seq, format!(r#"{{"seq":{seq}}}"#));
        }
        run.finish("done").await.unwrap();
        let by_hand = rusqlite::Connection::open(bench.path()).unwrap();
        assert_eq!(by_hand.execute(sql, []).unwrap(), 1);
        let reader = bench.reader();
        let found = reader.run("r1").unwrap().unwrap();
        assert_eq!(reader.verify(&found).unwrap(), Chain::BrokenAt(at), "{sql}");
    }
}

#[tokio::test]
async fn a_step_that_was_changed_by_hand_is_seen() {
    let tampering = [
        "UPDATE intents SET outcome = 'changed' WHERE ordinal = 2",
        "UPDATE intents SET subject = 'vm9' WHERE ordinal = 1",
        "UPDATE vim_tasks SET reference = 'vc:443 Task:task-8'",
        "UPDATE calls SET object = 'vc:443 VirtualMachine:vm-9'",
        "DELETE FROM calls",
        "UPDATE settlements SET how = 'it never ran'",
        "DELETE FROM notes WHERE seq = 6",
        "UPDATE notes SET line = replace(line, 'vm1', 'vm9')",
    ];
    for sql in [None].into_iter().chain(tampering.map(Some)) {
        let bench = Bench::new();
        let run = bench.begin("r1").await;
        run.event(1, "{}".to_owned());
        run.intend(intent(1)).await.unwrap();
        run.calling(1, call("vc:443 VirtualMachine:vm-1")).await.unwrap();
        run.started(1, "vc:443 Task:task-7".to_owned()).await.unwrap();
        run.ended(1, StepEnd::Done(StepOutcome::changed("it \"runs\" at 10 \u{b0}C")))
            .await
            .unwrap();
        run.intend(intent(2)).await.unwrap();
        let lost = TaskError::new("lost", "cannot see", "vm2").delivery(Delivery::Unknown);
        run.ended(2, StepEnd::Failed(Failure::from(&lost))).await.unwrap();
        let left = OpenWork {
            run: "r1".into(),
            ordinal: 2,
            at: intent(2).at,
            call: call("vc:443 VirtualMachine:vm-2"),
            reference: None,
        };
        run.settled(&left, "it ended".to_owned()).await.unwrap();
        run.finish("failed").await.unwrap();
        if let Some(sql) = sql {
            let by_hand = rusqlite::Connection::open(bench.path()).unwrap();
            assert!(by_hand.execute(sql, []).unwrap() > 0, "{sql}");
        }
        let reader = bench.reader();
        let found = reader.run("r1").unwrap().unwrap();
        let expected = if sql.is_none() { Chain::Intact } else { Chain::StepsChanged };
        assert_eq!(reader.verify(&found).unwrap(), expected, "{sql:?}");
    }
}

fn call(object: &str) -> Call {
    let at = "2026-11-22T14:00:00Z".to_owned();
    Call { object: object.to_owned(), work: "CreateSecondaryVMEx_Task".to_owned(), at }
}
