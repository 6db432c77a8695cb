//! What is tried again, how often, and that nothing is done twice blindly.

use std::time::Duration;

use expect_test::expect;
use orchestrator::{ApplyOptions, EventKind, Limits, Status, Token};

use crate::show;
use crate::toy::{Act, Sets, Toys, apply, node};

/// Status, tries, writes, reads.
type Outcome = (Status, usize, usize, u32);

/// Runs one subject with these acts.
async fn outcome(acts: &[Act]) -> Outcome {
    let world = Toys::with(&[]);
    let task = Sets::to(&[("v", "1")]).acts("v", acts);
    let (summary, events) = apply(&world, vec![node("t", task)], ApplyOptions::default()).await;
    let tries = events.iter().filter(|event| matches!(event.kind, EventKind::StepStarted { .. }));
    let state = world.state();
    (summary.tasks[0].status, tries.count(), state.writes.len(), state.reads)
}

#[tokio::test(start_paused = true)]
async fn tries_follow_from_delivery_and_classification_alone() {
    use Act::{Busy, LostAnswer, LostRequest, NotSent, Refused};
    // acts of the call -> how it ends, tries, writes, looks at the world
    let table: &[(&[Act], Outcome)] = &[
        (&[], (Status::Changed, 1, 1, 2)),
        // A refusal is final.
        (&[Refused], (Status::Failed, 1, 0, 2)),
        // Never sent: again, without looking.
        (&[NotSent, NotSent], (Status::Changed, 3, 1, 2)),
        (&[NotSent; 9], (Status::Failed, 4, 0, 2)),
        // Passing: look, then again.
        (&[Busy], (Status::Changed, 2, 1, 3)),
        (&[Busy; 9], (Status::Failed, 4, 0, 5)),
        // The answer was lost after it worked: looking shows it, nothing is done twice.
        (&[LostAnswer], (Status::Changed, 1, 1, 3)),
        (&[LostRequest], (Status::Changed, 2, 1, 3)),
        (&[LostRequest; 9], (Status::Unknown, 4, 0, 5)),
        // With the tries used up, the last look still finds the truth.
        (&[LostRequest, LostRequest, LostRequest, LostAnswer], (Status::Changed, 4, 1, 5)),
    ];
    for (acts, expected) in table {
        assert_eq!(outcome(acts).await, *expected, "{acts:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn every_further_try_is_an_event_with_a_growing_pause() {
    let task = Sets::to(&[("v", "1")]).acts("v", &[Act::NotSent, Act::Busy, Act::LostRequest]);
    let (_, events) = apply(&Toys::with(&[]), vec![node("t", task)], ApplyOptions::default()).await;
    expect![[r#"
        0.0   start Apply of 1
        0.0   t: look
        0.0   t: planned 1
        0.0   t/v: try 1
        0.0   t/v: Some(50)
        0.0   t/v: later: cannot set `v`
        0.8   t/v: try 2
        0.8   t/v: Some(50)
        0.8   t/v: later: cannot set `v`
        2.6   t/v: try 3
        2.6   t/v: Some(50)
        2.6   t/v: later: cannot set `v`
        6.5   t/v: try 4
        6.5   t/v: Some(50)
        6.5   t/v: Changed { proof: "v is 1" }
        6.5   t/v: changed
        6.5   t: changed
        6.5   end Done
    "#]]
    .assert_eq(&show::events(&events));
}

#[tokio::test(start_paused = true)]
async fn reads_are_repeated_and_a_lost_last_look_is_said() {
    let world = Toys::with(&[]);
    let flaky = Sets::to(&[("a", "1")]).reads(&[Act::LostAnswer, Act::NotSent, Act::Busy]);
    let blind = Sets::to(&[("b", "1")]).reads(&[Act::Refused]);
    let (summary, _) =
        apply(&world, vec![node("flaky", flaky), node("blind", blind)], ApplyOptions::default())
            .await;
    assert_eq!(show::statuses(&summary), [Status::Changed, Status::Failed]);

    let task = Sets::to(&[("c", "1")]).reads_after(1, Act::Refused);
    let (summary, _) = apply(&world, vec![node("t", task)], ApplyOptions::default()).await;
    expect![[r#"
        Failed
        t unknown (toy-broken cannot read `everything`: the toy is broken)
          c unknown (not-verified its steps ended, but nobody could verify `c`)
    "#]]
    .assert_eq(&show::summary(&summary));
}

#[tokio::test(start_paused = true)]
async fn a_step_past_its_deadline_is_looked_at_and_not_repeated() {
    let world = Toys::with(&[]);
    let task = Sets::to(&[("slow", "1"), ("quick", "1")]).takes("slow", 3600).takes("quick", 5);
    let options =
        ApplyOptions { step_deadline: Some(Duration::from_secs(60)), ..ApplyOptions::default() };
    let (summary, _) = apply(&world, vec![node("t", task)], options).await;
    expect![[r#"
        Failed
        t unknown
          slow unknown (deadline-exceeded cannot finish in time the work on `slow`: it took longer than 60 s)
          quick changed
    "#]].assert_eq(&show::summary(&summary));
    assert_eq!(summary.took.as_secs(), 60);
}

#[tokio::test(start_paused = true)]
async fn what_was_begun_keeps_all_that_it_took_until_its_end_is_known() {
    let host = |name: &str| Token::new("host", name);
    // The second try does not know where the work loads the other host; the third does.
    let task = Sets::to(&[("pair", "1"), ("next", "1")])
        .on("pair", 9, &[host("a"), host("b")])
        .acts("pair", &[Act::LostRequest, Act::LostRequest])
        .fewer_after(2, "pair", &[host("a")])
        .on("next", 1, &[host("b")]);
    let limits = Limits::default().kind("host", std::num::NonZeroU32::MIN);
    let options = ApplyOptions { limits, ..ApplyOptions::default() };
    let (_, events) = apply(&Toys::with(&[]), vec![node("t", task)], options).await;
    let order = events.iter().filter_map(|event| match &event.kind {
        EventKind::StepStarted { at, attempt, .. } => Some(format!("{} {attempt}", at.subject)),
        _ => None,
    });
    assert_eq!(order.collect::<Vec<_>>(), ["pair 1", "pair 2", "pair 3", "next 1"]);
}
