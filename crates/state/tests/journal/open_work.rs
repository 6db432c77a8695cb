//! What a later run is told of work whose end nobody saw; sessions that were left open; requests to stop.

use orchestrator::{Call, Delivery, Failure, Journal as _, StepEnd, StepOutcome, TaskError};
use state::SessionRecord;

use crate::bench::{Bench, intent, second, start};

fn call(subject: &str) -> Call {
    Call {
        object: format!("vc:443 VirtualMachine:{subject}"),
        work: "PowerOnVM_Task".to_owned(),
        at: "2026-11-22T14:00:00Z".to_owned(),
    }
}

#[tokio::test]
async fn calls_without_a_known_end_are_open_until_somebody_settles_them() {
    let bench = Bench::new();
    let run = bench.begin("r1").await;
    for ordinal in 1..=4 {
        run.intend(intent(ordinal)).await.unwrap();
        run.calling(ordinal, call(&format!("vm-{ordinal}"))).await.unwrap();
    }
    run.intend(intent(5)).await.unwrap();
    run.started(2, "vc:443 Task:task-2".to_owned()).await.unwrap();
    let failed = |delivery| {
        let error = TaskError::new("x", "cannot", "vm").delivery(delivery);
        StepEnd::Failed(Failure::from(&error))
    };
    run.ended(3, failed(Delivery::Unknown)).await.unwrap();
    run.ended(4, failed(Delivery::Answered)).await.unwrap();
    run.ended(5, StepEnd::Done(StepOutcome::changed("done"))).await.unwrap();

    let open = bench.reader().open_work("r1").unwrap();
    let told: Vec<_> =
        open.iter().map(|work| (work.ordinal, work.reference.as_deref(), &work.call)).collect();
    let calls = [call("vm-1"), call("vm-2"), call("vm-3")];
    let expected =
        [(1, None, &calls[0]), (2, Some("vc:443 Task:task-2"), &calls[1]), (3, None, &calls[2])];
    assert_eq!(told, expected);
    assert_eq!((&*open[0].at.subject, open[0].run.as_str()), ("vm1", "r1"));
    assert_eq!(bench.reader().run("r1").unwrap().unwrap().open, 2);

    let later = bench.begin("r2").await;
    for work in &open {
        later.settled(work, "it has ended".to_owned()).await.unwrap();
    }
    assert!(bench.reader().open_work("r1").unwrap().is_empty());
    assert_eq!(bench.reader().run("r1").unwrap().unwrap().open, 0);
    let settled = bench.reader().intents("r1").unwrap()[1].settled.clone().unwrap();
    assert_eq!((&*settled.by, &*settled.how), ("r2", "it has ended"));
}

#[tokio::test]
async fn sessions_are_known_until_they_end_and_a_run_hears_of_requests_to_stop() {
    let bench = Bench::new();
    let journal = bench.journal();
    let session = |digest: &str| SessionRecord {
        server: "vc:443".to_owned(),
        digest: digest.to_owned(),
        holder: start("x").holder,
        at: second(100),
    };
    for digest in ["aa", "bb"] {
        journal.session_opened(session(digest)).await.unwrap();
    }
    journal.sessions_ended(vec!["aa".to_owned()]).await.unwrap();
    assert_eq!(bench.reader().sessions().unwrap(), [session("bb")]);

    bench.begin_in(&journal, "r1").await;
    assert_eq!(bench.reader().stop_asked("r1").unwrap(), None);
    journal.ask_to_stop("r1".to_owned(), "bob".to_owned(), second(101)).await.unwrap();
    assert_eq!(bench.reader().stop_asked("r1").unwrap().as_deref(), Some("bob"));
}
