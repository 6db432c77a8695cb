//! What a plan says, and that it changes nothing.

use std::sync::Arc;

use expect_test::expect;
use orchestrator::{ApplyOptions, GraphError, Item, Status, TaskGraph};

use crate::show;
use crate::toy::{Act, Sets, Toys, apply, node, plan};

/// Ids with what each needs.
type Needs<'a> = &'a [(&'a str, &'a [&'a str])];

fn nodes_needing(needs: Needs<'_>) -> Result<String, GraphError> {
    let nodes = needs
        .iter()
        .map(|(id, needs)| node(id, Sets::to(&[])).needs(needs.iter().map(ToString::to_string)));
    let graph = TaskGraph::new(nodes.collect())?;
    Ok(graph.nodes().iter().map(|node| node.head.id.to_string()).collect::<Vec<_>>().join(" "))
}

#[test]
fn the_order_respects_needs_and_else_keeps_the_order_given() {
    let order = nodes_needing(&[("d", &["b", "c"]), ("a", &[]), ("c", &["a"]), ("b", &[])]);
    assert_eq!(order.unwrap(), "a c b d");
}

#[test]
fn what_is_not_a_graph_is_refused_by_name() {
    let table: &[(Needs<'_>, &str)] = &[
        (&[("a", &[]), ("a", &[])], "two tasks have the id `a`"),
        (&[("a", &["x"])], "task `a` needs `x`, which does not exist"),
        (&[("a", &["a"])], "tasks need each other in a circle: `a` needs `a`"),
        (
            &[("ok", &[]), ("z", &["b"]), ("a", &["c", "ok"]), ("b", &["a"]), ("c", &["b"])],
            "tasks need each other in a circle: `b` needs `a` needs `c` needs `b`",
        ),
    ];
    for (needs, message) in table {
        assert_eq!(nodes_needing(needs).unwrap_err().to_string(), *message);
    }
}

#[tokio::test(start_paused = true)]
async fn a_plan_shows_everything_and_writes_nothing() {
    let world = Toys::with(&[("old", "1"), ("same", "1")]);
    let nodes = vec![
        node("makes", Sets::to(&[("new", "1"), ("old", "2"), ("same", "1")])),
        node("follows", Sets::to(&[("x", "1")]).after("new")).needs(["makes"]),
        node("stuck", Sets::to(&[("y", "1")]).forbidden("y")),
        node("held", Sets::to(&[("z", "1")])).needs(["stuck"]),
        node("held-too", Sets::to(&[("zz", "1")])).needs(["held"]),
        node("unread", Sets::to(&[("u", "1")]).reads(&[Act::Busy, Act::Refused])),
        node("explodes", Sets::to(&[("e", "1")]).reads(&[Act::Panic])),
    ];
    let (plan, events) = plan(&world, nodes).await;
    assert!(world.state().writes.is_empty());
    let held: Vec<String> = plan
        .tasks
        .iter()
        .filter(|task| !task.held_up_by.is_empty())
        .map(|task| format!("{} by {}", task.head.id, task.held_up_by[0]))
        .collect();
    assert_eq!(held, ["held by stuck", "held-too by held"]);
    expect![[r#"
        0.0   start Plan of 7
        0.0   makes: look
        0.0   makes: planned 3
        0.0   follows: look
        0.0   follows: planned 1
        0.0   stuck: look
        0.0   stuck: planned 1
        0.0   held: look
        0.0   held: planned 1
        0.0   held-too: look
        0.0   held-too: planned 1
        0.0   unread: look
        0.0   unread: look failed 1
        0.8   explodes: look
        0.8   end PlanTotals { create: 3, change: 1, after_apply: 1, unchanged: 1, blocked: 1, failed: 2, manual_steps: 30 }
    "#]]
    .assert_eq(&show::events(&events));
    let failures: Vec<String> = plan
        .tasks
        .iter()
        .filter_map(|task| task.outcome.as_ref().err())
        .map(|failure| format!("{} {failure}: {}", failure.code, failure.root_cause()))
        .collect();
    assert_eq!(
        failures,
        [
            "toy-broken cannot read `everything`: the toy is broken",
            "internal-bug stopped unexpectedly while observing and planning `explodes`: toy exploded",
        ]
    );
    let numbers: Vec<u64> = events.iter().map(|event| event.seq).collect();
    assert_eq!(numbers, (1..=events.len() as u64).collect::<Vec<_>>());
    assert_eq!(Arc::strong_count(&world), 1);
}

#[tokio::test(start_paused = true)]
async fn what_an_earlier_task_brings_up_is_decided_later_in_a_plan_and_waited_for_in_an_apply() {
    let world = Toys::with(&[]);
    let nodes = || {
        let late = Sets::to(&[("b", "1")]).reads(&[Act::NotYet]);
        vec![node("builds", Sets::to(&[("a", "1")])), node("uses", late).needs(["builds"])]
    };
    let (plan, _) = plan(&world, nodes()).await;
    let items = &plan.tasks[1].outcome.as_ref().unwrap().items;
    assert_eq!(*items, [Item::after_apply("uses", "`builds` is done")]);
    assert_eq!((plan.totals.after_apply, plan.totals.failed), (1, 0));
    let (summary, _) = apply(&world, nodes(), ApplyOptions::default()).await;
    assert_eq!(world.state().writes, ["a=1", "b=1"]);
    assert_eq!(summary.tasks[1].status, Status::Changed);
}
