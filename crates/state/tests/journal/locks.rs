//! Locks: one holder per server, free when given back, when its process has ended, or when its lease ran out; who
//! lost one writes nothing more.

use std::sync::Arc;
use std::time::Duration;

use orchestrator::{Journal as _, StepEnd, StepOutcome};
use state::{BeginError, CODE_LOCK_LOST, Chain, Lease, RunJournal, RunStart, Unlock};

use crate::bench::{Bench, intent, second, start};

fn lease(dead: &'static [u32]) -> Lease {
    Lease {
        length: Duration::from_secs(60),
        has_ended: Arc::new(move |holder| dead.contains(&holder.pid)),
    }
}

fn of(id: &str, pid: u32, servers: &[&str]) -> RunStart {
    let mut start = start(id);
    start.holder.pid = pid;
    start.servers = servers.iter().map(|server| server.to_string()).collect();
    start
}

async fn begin(bench: &Bench, start: RunStart, lease: &Lease) -> Result<RunJournal, BeginError> {
    bench.journal().begin_alone(start, bench.clock(), lease).await
}

#[tokio::test]
async fn a_second_run_on_a_server_is_told_who_holds_it_and_leaves_no_trace() {
    let (bench, lease) = (Bench::new(), lease(&[]));
    let first = begin(&bench, of("one", 1, &["vc1:443", "vc2:443"]), &lease).await.unwrap();
    let refused = begin(&bench, of("two", 2, &["vc3:443", "vc2:443"]), &lease).await;
    let Err(BeginError::Locked(lock)) = refused else { panic!("{refused:?}") };
    assert_eq!((&*lock.scope, &*lock.run, lock.holder.pid), ("vc2:443", "one", 1));
    assert_eq!((&*lock.command, lock.taken), ("apply lab.yaml", second(100)));
    assert!(bench.reader().run("two").unwrap().is_none());
    assert_eq!(bench.reader().locks().unwrap().len(), 2, "vc3 was not taken");
    begin(&bench, of("elsewhere", 3, &["vc4:443"]), &lease).await.unwrap();
    first.finish("done").await.unwrap();
    begin(&bench, of("two", 2, &["vc3:443", "vc2:443"]), &lease).await.unwrap();
}

#[tokio::test]
async fn the_lock_of_a_process_that_ended_is_free_at_once() {
    let bench = Bench::new();
    begin(&bench, of("one", 1, &["vc"]), &lease(&[])).await.unwrap();
    assert!(begin(&bench, of("two", 2, &["vc"]), &lease(&[])).await.is_err());
    begin(&bench, of("two", 2, &["vc"]), &lease(&[1])).await.unwrap();
    assert_eq!(bench.reader().locks().unwrap()[0].run, "two");
}

#[tokio::test]
async fn a_lease_that_is_renewed_holds_and_one_that_is_not_runs_out() {
    let (bench, lease) = (Bench::new(), lease(&[]));
    let first = begin(&bench, of("one", 1, &["vc"]), &lease).await.unwrap();
    bench.pass(50);
    first.renew(&lease).await.unwrap();
    bench.pass(50);
    assert!(begin(&bench, of("two", 2, &["vc"]), &lease).await.is_err());
    bench.pass(11);
    begin(&bench, of("two", 2, &["vc"]), &lease).await.unwrap();
}

#[tokio::test]
async fn who_stood_still_past_the_lease_and_was_overtaken_writes_no_intent() {
    let (bench, lease) = (Bench::new(), lease(&[]));
    let slow = begin(&bench, of("slow", 1, &["vc"]), &lease).await.unwrap();
    slow.intend(intent(1)).await.unwrap();
    bench.pass(61);
    let quick = begin(&bench, of("quick", 2, &["vc"]), &lease).await.unwrap();
    let error = slow.intend(intent(2)).await.expect_err("it has lost its lock");
    assert_eq!(error.code, CODE_LOCK_LOST);
    slow.renew(&lease).await.unwrap();
    slow.intend(intent(3)).await.expect_err("renewing does not take it back");
    // What was begun before is told of, and the run hears that it must stop.
    let ended = slow.ended(1, StepEnd::Done(StepOutcome::changed("done"))).await;
    assert_eq!(ended.unwrap_err().code, CODE_LOCK_LOST);
    quick.intend(intent(1)).await.unwrap();
    // How it ended can be written all the same, and does not free what is not its own.
    slow.finish("failed").await.unwrap();
    let intents = bench.reader().intents("slow").unwrap();
    assert_eq!((intents.len(), intents[0].end.is_some()), (1, true));
    assert_eq!(bench.reader().locks().unwrap()[0].run, "quick");
    let run = bench.reader().run("slow").unwrap().unwrap();
    assert_eq!(bench.reader().verify(&run).unwrap(), Chain::Intact);
}

#[tokio::test]
async fn a_lock_is_taken_away_with_a_reason_that_is_kept() {
    let (bench, lease) = (Bench::new(), lease(&[]));
    let run = begin(&bench, of("one", 1, &["vc"]), &lease).await.unwrap();
    let unlock = Unlock {
        scope: "vc".to_owned(),
        run: "one".to_owned(),
        who: "bob".to_owned(),
        reason: "the jump host burnt down".to_owned(),
        at: second(100),
    };
    bench.journal().unlock(unlock.clone()).await.unwrap();
    assert!(bench.reader().locks().unwrap().is_empty());
    assert_eq!(bench.reader().unlocks().unwrap(), [unlock]);
    assert_eq!(run.intend(intent(1)).await.unwrap_err().code, CODE_LOCK_LOST);
}
