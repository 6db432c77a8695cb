//! What was approved before: it is asked about each task after its first look, and what is refused is not begun.

use std::sync::{Arc, Mutex};

use orchestrator::{ApplyOptions, Approval, Basis, Failure, PlanView, Status, TaskError, TaskId};

use crate::toy::{Sets, Toys, apply, node};

/// Refuses one task and remembers what it was asked.
#[derive(Debug, Default)]
struct Refuses(&'static str, Mutex<Vec<(String, Basis)>>);

impl Approval for Refuses {
    fn check(&self, task: &TaskId, plan: &PlanView, basis: Basis) -> Result<(), Box<Failure>> {
        assert!(!plan.items.is_empty());
        self.1.lock().unwrap().push((task.to_string(), basis));
        match task.as_str() == self.0 {
            true => Err(Box::new(Failure::from(&TaskError::new("stale", "not as planned", "")))),
            false => Ok(()),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_task_that_is_not_approved_is_blocked_and_so_is_what_needs_it() {
    let world = Toys::with(&[("done", "1")]);
    let approval = Arc::new(Refuses("second", Mutex::default()));
    let options = ApplyOptions { approval: approval.clone(), ..ApplyOptions::default() };
    let nodes = vec![
        node("done", Sets::to(&[("done", "1")])),
        node("first", Sets::to(&[("a", "1")])).needs(["done"]),
        node("middle", Sets::to(&[("done", "1")])).needs(["first"]),
        node("second", Sets::to(&[("b", "1")])).needs(["middle"]),
        node("third", Sets::to(&[("c", "1")])).needs(["second"]),
    ];
    let (summary, _) = apply(&world, nodes, options).await;
    let status = |place: usize| summary.tasks[place].status;
    assert_eq!(
        (status(1), status(3), status(4)),
        (Status::Changed, Status::Blocked, Status::Skipped)
    );
    assert_eq!(summary.failures[0].failure.code, "stale");
    assert_eq!(world.state().writes, ["a=1"]);
    // What a task rests on counts through tasks that themselves changed nothing.
    let asked = approval.1.lock().unwrap().clone();
    let made: Vec<&str> =
        asked.iter().filter(|(_, basis)| *basis == Basis::Made).map(|(task, _)| &**task).collect();
    assert_eq!((asked.len(), made), (4, vec!["middle", "second"]));
}
