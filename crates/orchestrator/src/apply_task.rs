//! Applies one task: look, run the steps of each subject, look again, and conclude.
//!
//! Subjects run in parallel (see `lane.rs`). A subject that could not be decided at first, and can after
//! others were done, gets its turn in a further round; each subject gets one turn.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use tokio::task::JoinSet;

use crate::apply_run::Shared;
use crate::approval::Basis;
use crate::batch::Batch;
use crate::conclude::Conclusion;
use crate::erased::{ErasedStep, Look};
use crate::event::{EventKind, TaskHead, TaskId};
use crate::failure::Failure;
use crate::graph::TaskNode;
use crate::lane::{Lane, LaneEnd, run_lane};
use crate::observe::look_with_retry;
use crate::plan::{Item, Plan};
use crate::rollout::Rollout;
use crate::shared_looks::SharedLooks;
use crate::summary::{Status, TaskResult};
use crate::task::World;

/// More rounds than any task needs; a bound against subjects that appear without end.
const ROUNDS: usize = 8;

/// One task of a run while it is applied.
pub(crate) struct TaskRun<W: World> {
    pub(crate) shared: Arc<Shared<W>>,
    pub(crate) place: usize,
    pub(crate) looks: SharedLooks,
    pub(crate) basis: Basis,
}

impl<W: World> TaskRun<W> {
    pub(crate) fn node(&self) -> &TaskNode<W> {
        &self.shared.graph.nodes()[self.place]
    }

    pub(crate) fn head(&self) -> &TaskHead {
        &self.node().head
    }

    pub(crate) fn id(&self) -> TaskId {
        self.head().id.clone()
    }

    /// Observes and plans; `None` when nobody wants to wait for it any more.
    pub(crate) async fn look(&self) -> Option<Result<Look, Failure>> {
        let Shared { world, emitter, retries, cancel, .. } = &*self.shared;
        let look = look_with_retry(self.node(), world.reader(), emitter, retries, Some(cancel));
        let look = cancel.hard.run_until_cancelled(look).await?;
        Some(look.map_err(|none| none.failure))
    }

    /// The same for a single subject: those who ask at the same time share one look, since it costs as much as
    /// the task is big.
    pub(crate) async fn shared_look(&self) -> Option<Result<Arc<Look>, Failure>> {
        self.looks.fresh(|| self.look()).await
    }
}

/// Applies one task and says how it went.
pub(crate) async fn apply_task<W: World>(run: Arc<TaskRun<W>>) -> TaskResult {
    let shared = &run.shared;
    let start = shared.emitter.elapsed();
    shared.emitter.emit(EventKind::TaskStarted { task: run.id() });
    let mut result = match run.look().await {
        Some(Ok(first)) => apply_plan(&run, first).await,
        Some(Err(failure)) => TaskResult::failed(run.head().clone(), failure),
        None => TaskResult::not_tried(
            run.head().clone(),
            Status::Unfinished,
            "the run was stopped while it was observed".to_owned(),
        ),
    };
    result.took = shared.emitter.elapsed().saturating_sub(start);
    report(&run, &result);
    result
}

async fn apply_plan<W: World>(run: &Arc<TaskRun<W>>, first: Look) -> TaskResult {
    let emitter = &run.shared.emitter;
    let plan = Arc::new(first.plan.view());
    emitter.emit(EventKind::TaskPlanned { task: run.id(), plan: Arc::clone(&plan) });
    if let Err(failure) = run.shared.approval.check(&run.id(), &plan, run.basis) {
        let refused = TaskResult::failed(run.head().clone(), *failure);
        return TaskResult { status: Status::Blocked, ..refused };
    }
    let mut ends: BTreeMap<String, LaneEnd> = BTreeMap::new();
    let before = first.manual_steps;
    let mut last = Some(Ok(first));
    for _ in 0..ROUNDS {
        let Some(Ok(look)) = &last else { break };
        let lanes = lanes_of(&look.plan, &ends);
        if lanes.is_empty() || run.shared.cancel.is_stopping() {
            break;
        }
        ends.extend(run_lanes(run, look.plan.rollout.as_ref(), lanes).await);
        last = run.look().await;
    }
    let stopped = run.shared.cancel.is_stopping();
    Conclusion { head: run.head(), first: &plan, manual_steps: before, ends, last, stopped }.draw()
}

/// The steps of every subject that has not had its turn and is not blocked.
fn lanes_of(plan: &Plan<ErasedStep>, ends: &BTreeMap<String, LaneEnd>) -> Vec<Lane> {
    let mut lanes: Vec<Lane> = Vec::new();
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    let blocked = plan.items.iter().filter(|item| matches!(item, Item::Blocked { .. }));
    let blocked: BTreeSet<&str> = blocked.map(Item::subject).collect();
    for item in &plan.items {
        let Item::Step(step) = item else { continue };
        if ends.contains_key(&step.subject) || blocked.contains(step.subject.as_str()) {
            continue;
        }
        let place = *places.entry(&step.subject).or_insert_with(|| {
            lanes.push(Lane::of(&step.subject));
            lanes.len() - 1
        });
        lanes[place].steps.push_back(step.clone());
    }
    lanes
}

/// What goes on already is followed from the start; of what is new, canaries go first, then all others.
async fn run_lanes<W: World>(
    run: &Arc<TaskRun<W>>,
    rollout: Option<&Rollout>,
    lanes: Vec<Lane>,
) -> BTreeMap<String, LaneEnd> {
    let Shared { pool, emitter, cancel, .. } = &*run.shared;
    let batch = Arc::new(Batch::of(run.id(), (pool, emitter), cancel, rollout, &lanes));
    let follows = |lane: &Lane| lane.steps.front().is_some_and(|step| step.under_way);
    let (mut under_way, new): (Vec<Lane>, Vec<Lane>) = lanes.into_iter().partition(follows);
    for lane in &mut under_way {
        lane.held = lane.steps.front().map(|step| pool.take_now(&step.limits));
    }
    let (canaries, others) = batch.split(new);
    let first = canaries.len();
    let begun = async {
        let mut ends = run_together(run, &batch, canaries).await;
        batch.canaries_ended(&ends);
        batch.begin_waves(first);
        ends.extend(run_together(run, &batch, others).await);
        ends
    };
    let (mut ends, begun) = tokio::join!(run_together(run, &batch, under_way), begun);
    ends.extend(begun);
    ends
}

async fn run_together<W: World>(
    run: &Arc<TaskRun<W>>,
    batch: &Arc<Batch>,
    lanes: Vec<Lane>,
) -> BTreeMap<String, LaneEnd> {
    let mut running = JoinSet::new();
    for lane in lanes {
        running.spawn(run_lane(Arc::clone(run), Arc::clone(batch), lane));
    }
    let mut ends = BTreeMap::new();
    while let Some(joined) = running.join_next().await {
        if let Ok((subject, end)) = joined {
            ends.insert(subject, end);
        }
    }
    ends
}

fn report<W: World>(run: &TaskRun<W>, result: &TaskResult) {
    let emitter = &run.shared.emitter;
    for subject in &result.subjects {
        let result = subject.clone();
        emitter.emit(EventKind::SubjectFinished { task: run.id(), result });
    }
    emitter.emit(EventKind::TaskFinished {
        task: run.id(),
        status: result.status,
        why: result.why.clone().or_else(|| result.failure.as_ref().map(ToString::to_string)),
        took: result.took,
    });
}
