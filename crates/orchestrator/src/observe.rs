//! One look of a task at the world, repeated when reading fails in a way that passes: [`look_with_retry`].

use crate::caught::caught;
use crate::erased::Look;
use crate::event::{Emitter, EventKind};
use crate::failure::Failure;
use crate::graph::TaskNode;
use crate::retry::Retries;
use crate::run::Cancel;
use crate::task::World;

/// A look that gave nothing.
pub(crate) struct NoLook {
    pub(crate) failure: Failure,
    /// What an earlier task has to do first.
    pub(crate) waits_for: Option<String>,
}

impl From<Failure> for NoLook {
    fn from(failure: Failure) -> Self {
        Self { failure, waits_for: None }
    }
}

/// Observes and plans one task. In an apply, which has a `cancel`, what is not there yet is waited for, and so is a
/// server that does not answer.
pub(crate) async fn look_with_retry<W: World>(
    node: &TaskNode<W>,
    reader: &W::Reader,
    emitter: &Emitter,
    retries: &Retries,
    cancel: Option<&Cancel>,
) -> Result<Look, NoLook> {
    let mut attempt = 1;
    loop {
        let looked = caught(node.task.look(reader)).await;
        let looked = looked.map_err(|panic| {
            Failure::bug("observing and planning", node.head.id.as_str(), panic)
        })?;
        let error = match looked {
            Ok(look) if look.plan.items.is_empty() => return Err(empty_plan(node).into()),
            Ok(look) => return Ok(look),
            Err(error) => error,
        };
        let failure = Failure::from(&error);
        let waits_for = error.waits_for().map(str::to_owned);
        if waits_for.is_some() && cancel.is_none() {
            return Err(NoLook { failure, waits_for });
        }
        let pause = match cancel {
            Some(cancel) if !cancel.is_stopping() => retries.after_patient_read(&error, attempt),
            _ => retries.after_read(&error, attempt),
        };
        let Some(pause) = pause else { return Err(failure.into()) };
        let task = node.head.id.clone();
        emitter.emit(EventKind::ObserveRetried { task, failure, attempt, pause });
        emitter.clock().sleep(pause).await;
        attempt += 1;
    }
}

fn empty_plan<W: World>(node: &TaskNode<W>) -> Failure {
    Failure::bug("planning", node.head.id.as_str(), "the plan says nothing at all".to_owned())
}
