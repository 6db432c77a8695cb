//! Runs a playbook: starts each task when what it needs went well, and adds up how it went.
//!
//! [`apply_run`] only decides which task may start. What happens inside a task is in `apply_task.rs`.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;

use crate::apply_task::{TaskRun, apply_task};
use crate::approval::{Approval, Basis};
use crate::at_work::AtWork;
use crate::book::Book;
use crate::event::{Emitter, EventKind, RunMode, TaskId};
use crate::graph::TaskGraph;
use crate::retry::Retries;
use crate::run::{ApplyOptions, Cancel, RunContext};
use crate::shared_looks::SharedLooks;
use crate::summary::{RunSummary, Status, TaskResult};
use crate::task::World;
use crate::tokens::TokenPool;

/// What all tasks of an apply share.
pub(crate) struct Shared<W: World> {
    pub(crate) graph: Arc<TaskGraph<W>>,
    pub(crate) world: Arc<W>,
    pub(crate) emitter: Arc<Emitter>,
    pub(crate) retries: Retries,
    pub(crate) pool: Arc<TokenPool>,
    pub(crate) cancel: Cancel,
    pub(crate) book: Arc<Book>,
    pub(crate) at_work: Arc<AtWork>,
    pub(crate) step_deadline: Option<Duration>,
    pub(crate) approval: Arc<dyn Approval>,
}

/// Applies every task, each when the ones it needs went well, independent ones in parallel.
///
/// Ends when nothing runs any more, or, after a hard cancel, when nothing is waited for any more. Dropping
/// the future stops waiting at once, without a summary.
pub async fn apply_run<W: World>(
    graph: Arc<TaskGraph<W>>,
    world: Arc<W>,
    context: &RunContext,
    options: ApplyOptions,
) -> RunSummary {
    // A journal that fails stops the run as Ctrl-C does, but it was not the operator who stopped it.
    let cancel = options.cancel.child();
    let shared = Arc::new(Shared {
        emitter: context.emitter(),
        retries: Retries::new(&context.retry, context.seed),
        pool: TokenPool::new(options.limits),
        at_work: Arc::default(),
        book: Book::new(options.journal, options.open, cancel.soft.clone()),
        cancel,
        step_deadline: options.step_deadline,
        approval: options.approval,
        graph,
        world,
    });
    let tasks = shared.graph.heads();
    let facts = Arc::clone(&context.facts);
    shared.emitter.emit(EventKind::RunStarted { mode: RunMode::Apply, tasks, facts });
    context.outside.open(&shared.emitter);
    let results = Schedule::of(&shared).finish().await;
    context.outside.shut();
    let stopped = options.cancel.is_stopping();
    let took = shared.emitter.elapsed();
    let mut summary = RunSummary::of(context.run.clone(), results, stopped, took);
    if let Some(failure) = shared.book.broken() {
        summary = summary.halted_by(failure);
    }
    shared.emitter.emit(EventKind::RunFinished { summary: Arc::new(summary.clone()) });
    summary
}

/// Which tasks wait, run, and ended.
struct Schedule<'a, W: World> {
    shared: &'a Arc<Shared<W>>,
    started: Vec<bool>,
    ended: Vec<Option<TaskResult>>,
    running: JoinSet<(usize, TaskResult)>,
}

impl<'a, W: World> Schedule<'a, W> {
    fn of(shared: &'a Arc<Shared<W>>) -> Self {
        let tasks = shared.graph.nodes().len();
        Self {
            shared,
            started: vec![false; tasks],
            ended: (0..tasks).map(|_| None).collect(),
            running: JoinSet::new(),
        }
    }

    async fn finish(mut self) -> Vec<TaskResult> {
        let cancel = &self.shared.cancel;
        let mut told = false;
        loop {
            self.start_what_can();
            self.shared.at_work.tasks(self.running.len());
            if self.running.is_empty() {
                break;
            }
            tokio::select! {
                biased;
                () = cancel.stopping(), if !told => {
                    told = true;
                    self.shared.at_work.stop(&self.shared.emitter);
                }
                Some(joined) = self.running.join_next() => {
                    if let Ok((place, result)) = joined {
                        self.ended[place] = Some(result);
                    }
                }
            }
        }
        let heads = self.shared.graph.nodes().iter().map(|node| node.head.clone());
        let stopped = "the run was stopped before it started";
        let unfinished = |head| TaskResult::not_tried(head, Status::Unfinished, stopped.to_owned());
        heads.zip(self.ended).map(|(head, end)| end.unwrap_or_else(|| unfinished(head))).collect()
    }

    fn start_what_can(&mut self) {
        for place in 0..self.started.len() {
            if self.started[place] || self.shared.cancel.is_stopping() {
                continue;
            }
            let needs = self.shared.graph.needs_of(place);
            let bad = needs.iter().find_map(|&need| {
                self.ended[need].as_ref().filter(|result| !result.status.is_good())
            });
            if let Some(bad) = bad {
                let why = skip_reason(&bad.head.id, bad.status);
                self.skip(place, why);
            } else if self.shared.graph.predecessors_of(place).all(|one| self.ended[one].is_some())
            {
                self.start(place);
            }
        }
    }

    fn start(&mut self, place: usize) {
        self.started[place] = true;
        let basis = if self.made_before(place) { Basis::Made } else { Basis::Found };
        let shared = Arc::clone(self.shared);
        let run = TaskRun { shared, place, looks: SharedLooks::default(), basis };
        self.running.spawn(async move { (place, apply_task(Arc::new(run)).await) });
    }

    /// Whether anything was changed by the tasks that this one needs, and those that they need.
    fn made_before(&self, place: usize) -> bool {
        self.shared.graph.needs_of(place).iter().any(|&need| {
            let unchanged = |result: &TaskResult| result.status == Status::Unchanged;
            !self.ended[need].as_ref().is_some_and(unchanged) || self.made_before(need)
        })
    }

    fn skip(&mut self, place: usize, why: String) {
        self.started[place] = true;
        let head = self.shared.graph.nodes()[place].head.clone();
        self.shared.emitter.emit(EventKind::TaskFinished {
            task: head.id.clone(),
            status: Status::Skipped,
            why: Some(why.clone()),
            took: Duration::ZERO,
        });
        self.ended[place] = Some(TaskResult::not_tried(head, Status::Skipped, why));
    }
}

fn skip_reason(need: &TaskId, status: Status) -> String {
    let how = match status {
        Status::Failed => "failed",
        Status::Blocked => "is blocked",
        Status::Skipped => "was skipped",
        Status::Unfinished => "was not finished",
        _ => "ended with an unknown outcome",
    };
    format!("it needs `{need}`, which {how}")
}
