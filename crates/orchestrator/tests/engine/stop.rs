//! What happens when the operator stops a run once, and twice.

use std::collections::BTreeSet;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use expect_test::expect;
use orchestrator::{ApplyOptions, Cancel, Rollout, RunSummary, StopRule, TaskNode};

use crate::show;
use crate::toy::{Act, Sets, Toys, apply, node};

/// Applies, and asks to stop at these seconds.
async fn stopped_at(world: &Arc<Toys>, nodes: Vec<TaskNode<Toys>>, seconds: &[u64]) -> RunSummary {
    let cancel = Cancel::default();
    let options = ApplyOptions { cancel: cancel.clone(), ..ApplyOptions::default() };
    let presses = async {
        let mut now = 0;
        for &second in seconds {
            tokio::time::sleep(Duration::from_secs(second - now)).await;
            now = second;
            cancel.escalate();
        }
        std::future::pending::<()>().await;
    };
    tokio::select! {
        (summary, _) = apply(world, nodes, options) => summary,
        () = presses => unreachable!("presses never end"),
    }
}

#[tokio::test(start_paused = true)]
async fn the_first_stop_waits_for_what_runs_and_starts_nothing_new() {
    let world = Toys::with(&[]);
    let task = Sets::to(&[("a", "1"), ("b", "1")]).takes("a", 30).takes("b", 30);
    let task = task.token("unheard-of", "one at a time");
    let early = Sets::to(&[("e", "1")]).takes("e", 500).stops_early();
    let liar = Sets::to(&[("l", "1")]).takes("l", 20).acts("l", &[Act::Lie]);
    let nodes = vec![
        node("t", task),
        node("liar", liar),
        node("early", early),
        node("next", Sets::to(&[("n", "1")])).needs(["t"]),
    ];
    let summary = stopped_at(&world, nodes, &[10]).await;
    expect![[r#"
        Stopped
        t unfinished
          a changed
          b unfinished (cancelled the run was stopped before this was done)
        liar failed
          l failed (still-differs all steps went well, but something still differs on `l`: still to do: set l (value is not set, not 1))
        early unfinished
          e unfinished (cancelled the run was stopped before this was done)
        next unfinished (the run was stopped before it started)
    "#]]
    .assert_eq(&show::summary(&summary));
    assert_eq!(summary.took.as_secs(), 30);
    assert_eq!(world.state().writes, ["a=1"]);
}

#[tokio::test(start_paused = true)]
async fn the_second_stop_waits_for_nothing_and_says_what_is_unknown() {
    let world = Toys::with(&[]);
    let task = Sets::to(&[("done", "1"), ("long", "1"), ("same", "1"), ("queued", "1")]);
    let task = task.takes("done", 1).takes("long", 100).takes("queued", 100);
    let task = task.token("vcenter", "vc");
    let nodes = vec![node("t", task), node("later", Sets::to(&[("l", "1")])).needs(["t"])];
    let summary = stopped_at(&world, nodes, &[10, 20]).await;
    expect![[r#"
        Stopped
        t unknown
          done unknown (not-verified its steps ended, but nobody could verify `done`)
          long unknown (cancelled nobody waited for the end of work on `long`)
          same unknown (not-verified its steps ended, but nobody could verify `same`)
          queued unknown (cancelled nobody waited for the end of work on `queued`)
        later unfinished (the run was stopped before it started)
    "#]]
    .assert_eq(&show::summary(&summary));
    assert_eq!(summary.took.as_secs(), 20);
}

/// Five subjects of which `s0` goes first.
fn after_a_canary() -> Sets {
    let wants = [("s0", "1"), ("s1", "1"), ("s2", "1"), ("s3", "1"), ("s4", "1")];
    let one = NonZeroU32::MIN;
    let stop = StopRule { failures: Some(one), ..StopRule::default() };
    let rollout = Rollout { canaries: vec!["s0".to_owned()], growth: one, stop };
    Sets::to(&wants).takes("s0", 100).rollout(rollout)
}

/// Why the subjects that were not begun were not, each word once.
fn why_not_begun(summary: &RunSummary) -> BTreeSet<String> {
    let all = summary.tasks.iter().flat_map(|task| &task.subjects);
    let failures = all.filter(|one| one.subject != "s0").filter_map(|one| one.failure.as_ref());
    failures.map(|failure| failure.code.clone()).collect()
}

#[tokio::test(start_paused = true)]
async fn who_waits_for_a_canary_when_the_run_is_stopped_is_stopped_and_not_held_back() {
    let ends: [fn(Sets) -> Sets; 3] = [
        |task| task.acts("s0", &[Act::Refused]),
        |task| task.acts("s0", &[Act::LostAnswer]),
        Sets::stops_early,
    ];
    for (how, end) in ends.into_iter().enumerate() {
        for presses in [&[10][..], &[10, 20]] {
            let world = Toys::with(&[]);
            let summary = stopped_at(&world, vec![node("t", end(after_a_canary()))], presses).await;
            let why = why_not_begun(&summary);
            assert_eq!(why, BTreeSet::from(["cancelled".to_owned()]), "{how}, {presses:?}");
        }
    }
    let world = Toys::with(&[]);
    let task = after_a_canary().takes("s0", 5).acts("s0", &[Act::Refused]);
    let slow = Sets::to(&[("slow", "1")]).takes("slow", 50);
    let summary = stopped_at(&world, vec![node("t", task), node("slow", slow)], &[10]).await;
    let why = why_not_begun(&summary);
    assert_eq!(why, BTreeSet::from(["held-back".to_owned()]), "it failed before the stop");
}
