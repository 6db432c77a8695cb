//! What an apply does: order, limits, proof, and what follows from a failure.

use std::num::NonZeroU32;

use expect_test::expect;
use orchestrator::{
    ApplyOptions, EventKind, GraphError, Limits, Rollout, Status, StopRule, TaskGraph,
};

use crate::show;
use crate::toy::{Act, Sets, Toys, apply, node, plan};

#[tokio::test(start_paused = true)]
async fn tasks_follow_their_needs_and_a_second_apply_changes_nothing() {
    let world = Toys::with(&[]);
    let nodes = || {
        vec![
            node("cluster", Sets::to(&[("c", "1")]).takes("c", 10)),
            node("hosts", Sets::to(&[("h1", "1"), ("h2", "1")]).after("c").takes("h1", 5))
                .needs(["cluster"]),
            node("other", Sets::to(&[("o", "1")]).takes("o", 2)),
        ]
    };
    let (first, events) = apply(&world, nodes(), ApplyOptions::default()).await;
    expect![[r#"
        0.0   start Apply of 3
        0.0   cluster: look
        0.0   cluster: planned 1
        0.0   other: look
        0.0   other: planned 1
        0.0   cluster/c: try 1
        0.0   cluster/c: Some(50)
        0.0   other/o: try 1
        0.0   other/o: Some(50)
        2.0   other/o: Changed { proof: "o is 1" }
        2.0   other/o: changed
        2.0   other: changed
        10.0  cluster/c: Changed { proof: "c is 1" }
        10.0  cluster/c: changed
        10.0  cluster: changed
        10.0  hosts: look
        10.0  hosts: planned 2
        10.0  hosts/h1: try 1
        10.0  hosts/h1: Some(50)
        10.0  hosts/h2: try 1
        10.0  hosts/h2: Some(50)
        10.0  hosts/h2: Changed { proof: "h2 is 1" }
        15.0  hosts/h1: Changed { proof: "h1 is 1" }
        15.0  hosts/h1: changed
        15.0  hosts/h2: changed
        15.0  hosts: changed
        15.0  end Done
    "#]]
    .assert_eq(&show::events(&events));
    assert_eq!((first.counts.changed, first.manual_steps), (4, 20));
    assert_eq!(world.state().writes.len(), 4);

    let (second, _) = apply(&world, nodes(), ApplyOptions::default()).await;
    assert_eq!((second.counts.unchanged, second.manual_steps), (4, 0));
    assert_eq!(world.state().writes.len(), 4);
}

#[tokio::test(start_paused = true)]
async fn a_failure_stays_with_its_subject_and_skips_what_needs_the_task() {
    let world = Toys::with(&[("same", "1")]);
    let both = [("good", "1"), ("bad", "1"), ("locked", "1"), ("same", "1")];
    let nodes = vec![
        node("mixed", Sets::to(&both).acts("bad", &[Act::Refused]).forbidden("locked")),
        node("next", Sets::to(&[("n", "1")])).needs(["mixed"]),
        node("far", Sets::to(&[("f", "1")])).needs(["next"]),
        node("bug", Sets::to(&[("b", "1"), ("fine", "1")]).acts("b", &[Act::Panic])),
        node("liar", Sets::to(&[("l", "1")]).acts("l", &[Act::Lie])),
        node("half", Sets::to(&[("h", "1"), ("i", "1")]).half_forbidden("h")),
        node("silent", Sets::to(&[])),
        node("lonely", Sets::to(&[("w", "1")]).after("nothing")),
    ];
    let (summary, _) = apply(&world, nodes, ApplyOptions::default()).await;
    expect![[r#"
        Failed
        mixed failed
          good changed
          bad failed (toy-broken cannot set `bad`: the toy is broken)
          locked blocked (forbidden cannot set the value: it is locked)
          same unchanged
        next skipped (it needs `mixed`, which failed)
        far skipped (it needs `next`, which was skipped)
        bug failed
          b failed (internal-bug stopped unexpectedly while working on `b`: toy exploded)
          fine changed
        liar failed
          l failed (still-differs all steps went well, but something still differs on `l`: still to do: set l (value is not set, not 1))
        half blocked
          h blocked (half cannot set the value: half of it is locked)
          i changed
        silent failed (internal-bug stopped unexpectedly while planning `silent`: the plan says nothing at all)
        lonely blocked
          w blocked (missing cannot set the value: what it needs is not there)
    "#]]
    .assert_eq(&show::summary(&summary));
    assert!(!world.state().values.contains_key("h"), "nothing is done to what is blocked");
    // Of `mixed`, `bug` and `half` one value each got done.
    assert_eq!(summary.manual_steps, 5 + 5 + 5);
    let c = summary.counts;
    assert_eq!((c.changed, c.unchanged, c.failed, c.blocked, c.skipped), (3, 1, 4, 3, 2));
}

#[tokio::test(start_paused = true)]
async fn failures_are_grouped_by_cause() {
    let names: Vec<String> = (0..6).map(|number| format!("vm{number}")).collect();
    let wants: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "1")).collect();
    let mut task = Sets::to(&wants).forbidden("vm5");
    for name in &names[..4] {
        task = task.acts(name, &[Act::Refused]);
    }
    let (summary, _) =
        apply(&Toys::with(&[]), vec![node("t", task)], ApplyOptions::default()).await;
    let groups: Vec<String> = summary
        .failures
        .iter()
        .map(|group| {
            let members: Vec<&str> =
                group.members.iter().map(|member| member.subject.as_str()).collect();
            format!("{} {} {}", group.status.as_str(), group.failure.code, members.join(","))
        })
        .collect();
    assert_eq!(groups, ["failed toy-broken vm0,vm1,vm2,vm3", "blocked forbidden vm5"]);
}

#[tokio::test(start_paused = true)]
async fn limits_hold_at_every_instant_and_across_tasks() {
    let world = Toys::with(&[]);
    let names: Vec<String> = (0..20).map(|number| format!("vm{number}")).collect();
    let task = |names: &[String], host: &str| {
        let wants: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "1")).collect();
        let mut task = Sets::to(&wants).token("vcenter", "vc").token("host", host);
        for name in names {
            task = task.takes(name, 10);
        }
        task
    };
    let nodes =
        vec![node("slow", task(&names[..10], "esx1")), node("wide", task(&names[10..], "esx2"))];
    let number = |number| NonZeroU32::new(number).unwrap();
    let limits = Limits::default()
        .kind("vcenter", number(5))
        .kind("host", number(1))
        .instance(orchestrator::Token::new("host", "esx2"), number(4));
    let options = ApplyOptions { limits, ..ApplyOptions::default() };
    let (summary, _) = apply(&world, nodes, options).await;
    assert_eq!(show::statuses(&summary), [Status::Changed, Status::Changed]);
    let peak = world.state().peak.clone();
    assert_eq!((peak["vc"], peak["esx1"], peak["esx2"]), (5, 1, 4));
    // Ten one after another on the slow host; the others never wait for it.
    assert_eq!(summary.took.as_secs(), 100);
    assert_eq!(summary.tasks[1].took.as_secs(), 30);
}

#[tokio::test(start_paused = true)]
async fn a_step_whose_load_is_over_keeps_no_limit_from_the_next() {
    let world = Toys::with(&[]);
    let task = Sets::to(&[("vm1", "1"), ("vm2", "1"), ("vm3", "1")]).token("host", "esx1");
    let task = task.takes("vm1", 10).takes("vm2", 10).takes("vm3", 10).lingers(100);
    let limits = Limits::default().kind("host", NonZeroU32::MIN);
    let options = ApplyOptions { limits, ..ApplyOptions::default() };
    let (summary, _) = apply(&world, vec![node("t", task)], options).await;
    assert_eq!(show::statuses(&summary), [Status::Changed]);
    assert_eq!(world.state().peak["esx1"], 1);
    assert_eq!(summary.took.as_secs(), 130, "one after another, and all wait side by side");
}

#[tokio::test(start_paused = true)]
async fn what_goes_on_already_is_followed_from_the_start_and_leaves_no_room_for_new_work() {
    let world = Toys::with(&[]);
    let task = Sets::to(&[("new", "1"), ("found1", "1"), ("found2", "1")]).token("host", "esx1");
    let task = task.takes("new", 100).takes("found1", 10).takes("found2", 20);
    let task = task.under_way("found1").under_way("found2");
    let rollout = Rollout {
        canaries: vec!["new".to_owned()],
        growth: NonZeroU32::MIN,
        stop: StopRule::default(),
    };
    let limits = Limits::default().kind("host", NonZeroU32::MIN);
    let options = ApplyOptions { limits, ..ApplyOptions::default() };
    let nodes = vec![node("t", task.rollout(rollout))];
    let (summary, events) = apply(&world, nodes, options).await;
    assert_eq!(show::statuses(&summary), [Status::Changed]);
    let started = events.iter().filter_map(|event| match &event.kind {
        EventKind::StepStarted { at, .. } => Some((at.subject.as_str(), event.elapsed.as_secs())),
        _ => None,
    });
    assert_eq!(started.collect::<Vec<_>>(), [("found1", 0), ("found2", 0), ("new", 20)]);
}

#[tokio::test(start_paused = true)]
async fn what_waits_for_another_subject_of_the_same_task_gets_its_turn() {
    let world = Toys::with(&[]);
    let nodes = || vec![node("t", Sets::to(&[("base", "1"), ("top", "1")]).after("base"))];
    let (before, _) = plan(&world, nodes()).await;
    assert_eq!((before.totals.create, before.totals.after_apply), (1, 1));
    let (summary, _) = apply(&world, nodes(), ApplyOptions::default()).await;
    assert_eq!(show::statuses(&summary), [Status::Changed]);
    assert_eq!(world.state().writes, ["base=1", "top=1"]);
}

#[tokio::test(start_paused = true)]
async fn a_task_may_wait_for_the_end_of_others_however_they_end() {
    let world = Toys::with(&[]);
    let nodes = vec![
        node("first", Sets::to(&[("a", "1")]).acts("a", &[Act::Refused]).takes("a", 5)),
        node("second", Sets::to(&[("b", "1")])).after(["first"]),
        node("third", Sets::to(&[("c", "1")])).after(["second"]).needs(["first"]),
    ];
    let (summary, events) = apply(&world, nodes, ApplyOptions::default()).await;
    let statuses: Vec<Status> = summary.tasks.iter().map(|task| task.status).collect();
    assert_eq!(statuses, [Status::Failed, Status::Changed, Status::Skipped]);
    let shown = show::events(&events);
    assert!(shown.find("first: failed") < shown.find("second: look"), "{shown}");
}

#[test]
fn tasks_that_wait_for_each_other_are_refused_as_a_circle() {
    let nodes = vec![node("a", Sets::to(&[])).after(["b"]), node("b", Sets::to(&[])).needs(["a"])];
    assert!(matches!(TaskGraph::new(nodes), Err(GraphError::Circle(_))));
    let unknown = vec![node("a", Sets::to(&[])).after(["c"])];
    assert!(matches!(TaskGraph::new(unknown), Err(GraphError::UnknownNeed { .. })));
}
