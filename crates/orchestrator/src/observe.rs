//! One look of a task at the world, repeated when reading fails in a way that passes.

use crate::caught::caught;
use crate::erased::Look;
use crate::event::{Emitter, EventKind};
use crate::failure::Failure;
use crate::graph::TaskNode;
use crate::retry::Retries;
use crate::task::World;

/// Observes and plans one task.
pub(crate) async fn look_with_retry<W: World>(
    node: &TaskNode<W>,
    reader: &W::Reader,
    emitter: &Emitter,
    retries: &Retries,
) -> Result<Look, Failure> {
    let mut attempt = 1;
    loop {
        let looked = caught(node.task.look(reader)).await;
        let looked = looked.map_err(|panic| {
            Failure::bug("observing and planning", node.head.id.as_str(), panic)
        })?;
        let error = match looked {
            Ok(look) if look.plan.items.is_empty() => return Err(empty_plan(node)),
            Ok(look) => return Ok(look),
            Err(error) => error,
        };
        let failure = Failure::from(&error);
        let Some(pause) = retries.after_read(&error, attempt) else {
            return Err(failure);
        };
        let task = node.head.id.clone();
        emitter.emit(EventKind::ObserveRetried { task, failure, attempt, pause });
        emitter.clock().sleep(pause).await;
        attempt += 1;
    }
}

fn empty_plan<W: World>(node: &TaskNode<W>) -> Failure {
    Failure::bug("planning", node.head.id.as_str(), "the plan says nothing at all".to_owned())
}
