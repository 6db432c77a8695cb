//! An operation as tasks of the engine: [`operation_graph`].

use std::sync::Arc;
use std::time::Duration;

use orchestrator::{
    GraphError, Item, Plan, StepOutcome, StepScope, Task, TaskError, TaskGraph, TaskNode,
};

use super::apply::apply;
use super::observe::{Now, observe};
use super::order::{Operation, OperationOrder, Target};
use super::plan::{Case, Step, plan};
use super::record::{DrillRecord, DrillRecords};
use crate::fault_tolerance::apply::Work;
use crate::vim_work::settle_here;
use crate::world::{VsphereReader, VsphereWorld};

/// An operation on some pairs.
#[derive(Debug)]
struct OperationTask {
    operation: Operation,
    connection: String,
    targets: Vec<Target>,
    within: Duration,
    records: DrillRecords,
}

/// The tasks of an operation: one for all pairs, or of a drill one for each pair, which begins when the former is
/// protected again. What is noted about them is in the records that come with the graph.
///
/// # Errors
/// Never; the engine wants to be sure that ids are unique.
pub fn operation_graph(
    order: &OperationOrder,
) -> Result<(TaskGraph<VsphereWorld>, DrillRecords), GraphError> {
    let records = DrillRecords::default();
    let task = |targets: Vec<Target>| OperationTask {
        operation: order.operation,
        connection: order.connection.clone(),
        targets,
        within: order.within,
        records: records.clone(),
    };
    let node = |id: String, targets| {
        TaskNode::new(id, order.operation.command(), Arc::new(task(targets)) as _)
    };
    let targets = order.targets();
    let command = order.operation.command();
    if !order.operation.is_drill() {
        let graph = TaskGraph::new(vec![node(command.to_owned(), targets)])?;
        return Ok((graph, records));
    }
    let id = |number: usize| format!("{command}-{number}");
    let nodes = targets.into_iter().enumerate().map(|(at, target)| {
        let node = node(id(at + 1), vec![target]);
        match (at, order.keep_going) {
            (0, _) => node,
            (_, true) => node.after([id(at)]),
            (_, false) => node.needs([id(at)]),
        }
    });
    Ok((TaskGraph::new(nodes.collect())?, records))
}

impl Task<VsphereWorld> for OperationTask {
    type Observed = Vec<(Option<Now>, DrillRecord)>;
    type Step = Step;

    async fn observe(&self, reader: &VsphereReader) -> Result<Self::Observed, TaskError> {
        let reader = reader.endpoint(&self.connection).await?;
        let seen = observe(&self.targets, reader).await?;
        let noted = self.targets.iter().zip(seen).map(|(target, now)| {
            if let Some(now) = now.as_ref().filter(|now| now.is_protected()) {
                self.records.hosts(&target.subject, now.hosts.clone());
            }
            (now, self.records.of(&target.subject))
        });
        Ok(noted.collect())
    }

    fn plan(&self, seen: &Self::Observed) -> Plan<Step> {
        let items = self.targets.iter().zip(seen).map(|(target, (now, record))| {
            let (operation, connection) = (self.operation, self.connection.as_str());
            Case { operation, connection, target, record }.item(now.as_ref())
        });
        let items: Vec<Item<Step>> = items.collect();
        plan(items, self.operation)
    }

    async fn apply(
        &self,
        step: &Step,
        world: &VsphereWorld,
        scope: &StepScope,
    ) -> Result<StepOutcome, TaskError> {
        let writer = world.writer(&self.connection).await?;
        settle_here(writer, scope).await?;
        let (vm, name, within) = (&step.primary, step.subject.as_str(), self.within);
        let work = Work { vm, name, writer, within, scope };
        apply(step, &work, &self.records).await
    }
}
