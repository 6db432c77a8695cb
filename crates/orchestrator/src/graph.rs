//! The tasks of a playbook and what needs what.
//!
//! [`TaskGraph`] is checked when made: ids are unique, needs exist, and there is no circle. Its order is
//! topological and, among tasks that are free to go, the order in which they were given.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::erased::ErasedTask;
use crate::event::{TaskHead, TaskId};
use crate::task::World;

/// One task with its place in the graph.
pub struct TaskNode<W: World> {
    /// Its id and what it needs.
    pub head: TaskHead,
    /// Tasks that must have ended before, however they ended.
    pub after: Vec<TaskId>,
    /// The task itself.
    pub task: Arc<dyn ErasedTask<W>>,
}

/// Tasks in an order in which each comes after what it needs.
pub struct TaskGraph<W: World> {
    nodes: Vec<TaskNode<W>>,
    needs: Vec<Vec<usize>>,
    after: Vec<Vec<usize>>,
}

/// Why tasks do not form a graph.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GraphError {
    /// Two tasks have one id.
    #[error("two tasks have the id `{0}`")]
    DuplicateId(TaskId),
    /// A task needs one that is not there.
    #[error("task `{task}` needs `{need}`, which does not exist")]
    UnknownNeed {
        /// The task.
        task: TaskId,
        /// What it needs.
        need: TaskId,
    },
    /// Tasks need each other in a circle.
    #[error("tasks need each other in a circle: {}", circle(.0))]
    Circle(Vec<TaskId>),
}

impl<W: World> TaskNode<W> {
    /// A task without needs and tags.
    pub fn new(
        id: impl Into<TaskId>,
        capability: impl Into<String>,
        task: Arc<dyn ErasedTask<W>>,
    ) -> Self {
        let head = TaskHead {
            id: id.into(),
            capability: capability.into(),
            needs: Vec::new(),
            tags: Vec::new(),
        };
        Self { head, after: Vec::new(), task }
    }

    /// Adds tasks that must have gone well before.
    #[must_use]
    pub fn needs<I: Into<TaskId>>(mut self, needs: impl IntoIterator<Item = I>) -> Self {
        self.head.needs.extend(needs.into_iter().map(Into::into));
        self
    }

    /// Adds tasks that must have ended before, however they ended.
    #[must_use]
    pub fn after<I: Into<TaskId>>(mut self, others: impl IntoIterator<Item = I>) -> Self {
        self.after.extend(others.into_iter().map(Into::into));
        self
    }

    /// Adds tags.
    #[must_use]
    pub fn tags<T: Into<String>>(mut self, tags: impl IntoIterator<Item = T>) -> Self {
        self.head.tags.extend(tags.into_iter().map(Into::into));
        self
    }
}

impl<W: World> TaskGraph<W> {
    /// Checks and orders the tasks.
    ///
    /// # Errors
    /// When ids repeat, a need does not exist, or tasks need each other in a circle.
    pub fn new(nodes: Vec<TaskNode<W>>) -> Result<Self, GraphError> {
        let needs = resolve(&nodes, |node| &node.head.needs)?;
        let after = resolve(&nodes, |node| &node.after)?;
        let before = needs.iter().zip(&after).map(|(needs, after)| [&needs[..], after].concat());
        let order = topological(&nodes, &before.collect::<Vec<_>>())?;
        let mut place = vec![0; nodes.len()];
        for (new, &old) in order.iter().enumerate() {
            place[old] = new;
        }
        let moved = |places: &[Vec<usize>]| {
            order.iter().map(|&old| places[old].iter().map(|&one| place[one]).collect()).collect()
        };
        let (needs, after) = (moved(&needs), moved(&after));
        let mut taken: Vec<Option<TaskNode<W>>> = nodes.into_iter().map(Some).collect();
        let nodes = order.iter().filter_map(|&old| taken[old].take()).collect();
        Ok(Self { nodes, needs, after })
    }

    /// The tasks in order.
    #[must_use]
    pub fn nodes(&self) -> &[TaskNode<W>] {
        &self.nodes
    }

    /// The places in [`nodes`](Self::nodes) of what a task needs; always before its own.
    #[must_use]
    pub fn needs_of(&self, place: usize) -> &[usize] {
        &self.needs[place]
    }

    /// The places of the tasks that must have ended before a task; always before its own.
    pub(crate) fn predecessors_of(&self, place: usize) -> impl Iterator<Item = usize> {
        self.needs[place].iter().chain(&self.after[place]).copied()
    }

    pub(crate) fn heads(&self) -> Vec<TaskHead> {
        self.nodes.iter().map(|node| node.head.clone()).collect()
    }
}

/// The places of the tasks that each task names.
fn resolve<W: World>(
    nodes: &[TaskNode<W>],
    named: impl Fn(&TaskNode<W>) -> &[TaskId],
) -> Result<Vec<Vec<usize>>, GraphError> {
    let mut places = BTreeMap::new();
    for (place, node) in nodes.iter().enumerate() {
        if places.insert(&node.head.id, place).is_some() {
            return Err(GraphError::DuplicateId(node.head.id.clone()));
        }
    }
    let find = |task: &TaskId, need: &TaskId| {
        places
            .get(need)
            .copied()
            .ok_or_else(|| GraphError::UnknownNeed { task: task.clone(), need: need.clone() })
    };
    let of =
        |node: &TaskNode<W>| named(node).iter().map(|need| find(&node.head.id, need)).collect();
    nodes.iter().map(of).collect()
}

fn topological<W: World>(
    nodes: &[TaskNode<W>],
    needs: &[Vec<usize>],
) -> Result<Vec<usize>, GraphError> {
    let mut placed = vec![false; nodes.len()];
    let mut order = Vec::with_capacity(nodes.len());
    while order.len() < nodes.len() {
        let free =
            (0..nodes.len()).find(|&at| !placed[at] && needs[at].iter().all(|&need| placed[need]));
        let Some(free) = free else {
            let path = find_circle(needs, &placed);
            let ids = path.into_iter().map(|at| nodes[at].head.id.clone()).collect();
            return Err(GraphError::Circle(ids));
        };
        placed[free] = true;
        order.push(free);
    }
    Ok(order)
}

/// Follows needs that were not placed until one repeats; there is one, as nothing was free.
fn find_circle(needs: &[Vec<usize>], placed: &[bool]) -> Vec<usize> {
    let mut path: Vec<usize> = Vec::new();
    let mut at = placed.iter().position(|placed| !placed);
    while let Some(here) = at {
        if let Some(first) = path.iter().position(|&seen| seen == here) {
            return path.split_off(first);
        }
        path.push(here);
        at = needs[here].iter().copied().find(|&need| !placed[need]);
    }
    path
}

fn circle(ids: &[TaskId]) -> String {
    let mut names: Vec<String> = ids.iter().map(|id| format!("`{id}`")).collect();
    names.extend(names.first().cloned());
    names.join(" needs ")
}
