//! The plan of a whole playbook: what `lockstep plan` shows.
//!
//! [`plan_run`] gets only the reading half of the world, so nothing it calls can change anything.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::caught::caught;
use crate::erased::Look;
use crate::event::{Emitter, EventKind, RunId, RunMode, TaskHead, TaskId};
use crate::failure::Failure;
use crate::graph::{TaskGraph, TaskNode};
use crate::observe::{NoLook, look_with_retry};
use crate::plan::{ChangeKind, Item, PlanView};
use crate::retry::Retries;
use crate::run::RunContext;
use crate::task::World;

/// The plan of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunPlan {
    /// The run.
    pub run: RunId,
    /// Its tasks in the order of the graph.
    pub tasks: Vec<TaskPlan>,
    /// Numbers.
    pub totals: PlanTotals,
}

/// The plan of one task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskPlan {
    /// The task.
    pub head: TaskHead,
    /// What is to do, or why that could not be found out.
    pub outcome: Result<PlanView, Failure>,
    /// Needed tasks that are blocked or failed, so that this one would be skipped.
    pub held_up_by: Vec<TaskId>,
    /// Steps by hand from here to what is declared.
    pub manual_steps: u32,
}

/// Numbers of a plan: steps to create and to change, and subjects for the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PlanTotals {
    /// Steps that make something.
    pub create: usize,
    /// Steps that change something.
    pub change: usize,
    /// Subjects that are decided after an earlier task was applied.
    pub after_apply: usize,
    /// Subjects that are as declared.
    pub unchanged: usize,
    /// Subjects that are blocked.
    pub blocked: usize,
    /// Tasks that could not be observed.
    pub failed: usize,
    /// Steps by hand from here to what is declared.
    pub manual_steps: u32,
}

impl RunPlan {
    /// Whether an apply would do something.
    #[must_use]
    pub fn has_changes(&self) -> bool {
        self.totals.create + self.totals.change + self.totals.after_apply > 0
    }

    /// Whether an apply is known not to reach everything declared.
    #[must_use]
    pub fn has_problems(&self) -> bool {
        self.totals.blocked + self.totals.failed > 0
    }
}

/// Observes and plans every task in order. Changes nothing; a task that cannot be observed does not keep
/// the others from being planned.
pub async fn plan_run<W: World>(
    graph: &TaskGraph<W>,
    reader: &W::Reader,
    context: &RunContext,
) -> RunPlan {
    let emitter = context.emitter();
    let retries = Retries::new(&context.retry, context.seed);
    let facts = Arc::clone(&context.facts);
    emitter.emit(EventKind::RunStarted { mode: RunMode::Plan, tasks: graph.heads(), facts });
    context.outside.open(&emitter);
    let mut tasks: Vec<TaskPlan> = Vec::new();
    let mut held_up = BTreeSet::new();
    for (place, node) in graph.nodes().iter().enumerate() {
        let is_last = place + 1 == graph.nodes().len();
        let mut task = plan_task(node, is_last, reader, &emitter, &retries).await;
        let held = graph.needs_of(place).iter().filter(|need| held_up.contains(*need));
        task.held_up_by = held.map(|&need| tasks[need].head.id.clone()).collect();
        if !task.held_up_by.is_empty() || task.is_stuck() {
            held_up.insert(place);
        }
        tasks.push(task);
    }
    context.outside.shut();
    let totals = PlanTotals::of(&tasks);
    let plan = RunPlan { run: context.run.clone(), tasks, totals };
    emitter.emit(EventKind::PlanFinished { plan: Arc::new(plan.clone()) });
    plan
}

async fn plan_task<W: World>(
    node: &TaskNode<W>,
    is_last: bool,
    reader: &W::Reader,
    emitter: &Emitter,
    retries: &Retries,
) -> TaskPlan {
    let head = node.head.clone();
    emitter.emit(EventKind::TaskStarted { task: head.id.clone() });
    let looked = look_with_retry(node, reader, emitter, retries, None).await;
    let (outcome, manual_steps) = match looked {
        Ok(look) => {
            // Behind the last nobody listens.
            let announced = if is_last { Ok(()) } else { announce(node, &look, reader).await };
            let Look { plan, manual_steps, .. } = &look;
            announced
                .map_or_else(|failure| (Err(failure), 0), |()| (Ok(plan.view()), *manual_steps))
        }
        Err(NoLook { waits_for: Some(waits_for), .. }) => {
            (Ok(PlanView::after_apply(head.id.as_str(), waits_for)), 0)
        }
        Err(none) => (Err(none.failure), 0),
    };
    if let Ok(plan) = &outcome {
        let plan = Arc::new(plan.clone());
        emitter.emit(EventKind::TaskPlanned { task: head.id.clone(), plan });
    }
    TaskPlan { head, outcome, held_up_by: Vec::new(), manual_steps }
}

async fn announce<W: World>(
    node: &TaskNode<W>,
    look: &Look,
    reader: &W::Reader,
) -> Result<(), Failure> {
    let announced = Box::pin(async { node.task.announce(look, reader) });
    let bug = |panic| Failure::bug("announcing what it will make", node.head.id.as_str(), panic);
    caught(announced).await.map_err(bug)
}

impl TaskPlan {
    fn is_stuck(&self) -> bool {
        self.outcome.as_ref().map_or(true, PlanView::is_blocked)
    }
}

impl PlanTotals {
    fn of(tasks: &[TaskPlan]) -> Self {
        let mut totals = Self::default();
        for task in tasks {
            totals.manual_steps += task.manual_steps;
            match &task.outcome {
                Ok(plan) => plan.items.iter().for_each(|item| totals.add(item)),
                Err(_) => totals.failed += 1,
            }
        }
        totals
    }

    fn add(&mut self, item: &Item<()>) {
        let count = match item {
            Item::InSync { .. } => &mut self.unchanged,
            Item::AfterApply { .. } => &mut self.after_apply,
            Item::Blocked { .. } => &mut self.blocked,
            Item::Step(step) if step.kind == ChangeKind::Create => &mut self.create,
            Item::Step(_) => &mut self.change,
        };
        *count += 1;
    }
}
