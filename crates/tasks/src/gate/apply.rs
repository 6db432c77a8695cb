//! Waits until somebody says that it was done, or the probe sees it.

use std::time::Duration;

use orchestrator::{Delivery, StepOutcome, StepScope, TaskError};

use super::observe::observe;
use super::plan::said;
use super::probe::{Probed, look};
use super::spec::Spec;
use crate::world::VsphereReader;

pub(super) async fn apply(
    spec: &Spec,
    task: &str,
    reader: &VsphereReader,
    scope: &StepScope,
) -> Result<StepOutcome, TaskError> {
    let seen = observe(spec, task, reader).await?;
    if let Some(reply) = &seen.reply {
        return Ok(StepOutcome::already_done(said(reply)));
    }
    if let Probed::Holds(proof) = seen.probed {
        return Ok(StepOutcome::already_done(proof));
    }
    scope.progress(None, format!("waiting for hands: {}", spec.text));
    let asked = async {
        match seen.way {
            Some(_) => reader.gates().ask(&seen.question).await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        biased;
        () = scope.cancelled().cancelled() => {
            Err(TaskError::cancelled("stopped waiting for hands at", task, Delivery::NotSent))
        }
        reply = asked => match reply? {
            reply if reply.yes => Ok(StepOutcome::changed(said(&reply))),
            reply => Err(refused(task, &reply.who, &reply.note)),
        },
        proof = watched(spec, reader, scope) => proof.map(StepOutcome::changed),
        () = late(spec.timeout, scope) => Err(too_late(spec, task)),
    }
}

/// Ends when the probe sees that it was done.
async fn watched(
    spec: &Spec,
    reader: &VsphereReader,
    scope: &StepScope,
) -> Result<String, TaskError> {
    let Some(probe) = &spec.probe else { return std::future::pending().await };
    let mut last = String::new();
    loop {
        scope.clock().sleep(spec.interval).await;
        match look(probe, reader).await? {
            Probed::Holds(proof) => return Ok(proof),
            Probed::NotYet(seen) if seen != last => {
                scope.progress(None, seen.clone());
                last = seen;
            }
            Probed::NotYet(_) | Probed::Nothing => {}
        }
    }
}

async fn late(timeout: Option<Duration>, scope: &StepScope) {
    match timeout {
        Some(timeout) => scope.clock().sleep(timeout).await,
        None => std::future::pending().await,
    }
}

fn refused(task: &str, who: &str, note: &str) -> TaskError {
    let cause = match note {
        "" => format!("{who} answered no"),
        note => format!("{who} answered no: {note}"),
    };
    TaskError::new("gate-refused", "cannot go on at gate", task)
        .caused_by(cause)
        .hint("do what the gate asks for, then apply again and answer yes")
}

fn too_late(spec: &Spec, task: &str) -> TaskError {
    let waited = spec.timeout.unwrap_or_default().as_secs();
    TaskError::new("gate-timeout", "nobody said in time that it was done at gate", task)
        .caused_by(format!("waited {waited} s for: {}", spec.text))
        .hint("do what the gate asks for and apply again, or allow a longer `timeout`")
}
