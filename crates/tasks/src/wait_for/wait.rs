//! Waits until a condition is met, in the time of the run's clock.

use std::time::Duration;

use orchestrator::{Delivery, StepOutcome, StepScope, TaskError};
use vim25::MoRef;

use super::look::{Sight, look};
use super::plan::words;
use super::spec::{Condition, Spec};
use crate::declared::On;
use crate::world::{VsphereReader, VsphereWorld};

pub(super) async fn wait(
    spec: &Spec,
    on: On<'_, VsphereReader>,
    hands: Option<On<'_, VsphereWorld>>,
    scope: &StepScope,
) -> Result<StepOutcome, TaskError> {
    let started = scope.clock().monotonic();
    let mut found = None;
    loop {
        let left = spec.timeout.saturating_sub(scope.clock().monotonic().saturating_sub(started));
        let seen = tokio::select! {
            biased;
            () = scope.cancelled().cancelled() => return Err(stopped(spec)),
            seen = see(&spec.condition, &mut found, on, hands.map(|hands| (hands, left))) => match seen {
                // A server that another task brings up.
                Err(error) => match error.waits_for() {
                    Some(waits_for) => Sight::NotYet(format!("not before {waits_for}")),
                    None => return Err(error),
                },
                Ok(seen) => seen,
            },
        };
        let waited = scope.clock().monotonic().saturating_sub(started);
        match seen {
            // To wait changes nothing.
            Sight::Met(proof) => {
                spec.met.keep(&proof);
                return Ok(StepOutcome::already_done(proof));
            }
            Sight::Blocked(why) => {
                return Err(error(spec).caused_by(why.cause).hint(why.fix));
            }
            Sight::NotYet(instead) if waited >= spec.timeout => return Err(late(spec, instead)),
            Sight::NotYet(instead) => {
                let text = format!("waiting for {}: {instead}", words(waited.max(spec.interval)));
                scope.progress(None, if waited.is_zero() { instead } else { text });
            }
        }
        // The last look is at the very end.
        let pause = spec.interval.min(spec.timeout.saturating_sub(waited));
        tokio::select! {
            biased;
            () = scope.cancelled().cancelled() => return Err(stopped(spec)),
            () = scope.clock().sleep(pause) => {}
        }
    }
}

/// Looks once; into a guest only with hands, as that starts something there, and for the time that is left.
async fn see(
    condition: &Condition,
    found: &mut Option<MoRef>,
    on: On<'_, VsphereReader>,
    hands: Option<(On<'_, VsphereWorld>, Duration)>,
) -> Result<Sight, TaskError> {
    match (condition, hands) {
        (Condition::Guest(guest), Some((hands, left))) => guest.look(hands, left).await,
        _ => look(condition, found, on).await,
    }
}

fn error(spec: &Spec) -> TaskError {
    let what = format!("cannot wait until {}, on", spec.condition);
    TaskError::new("wait-timed-out", what, spec.condition.subject())
}

fn late(spec: &Spec, instead: String) -> TaskError {
    error(spec)
        .caused_by(format!("after {}: {instead}", words(spec.timeout)))
        .hint("look at what keeps it; apply again to go on waiting, or set a longer `timeout`")
}

fn stopped(spec: &Spec) -> TaskError {
    let what = format!("nobody waits any longer until {}, on", spec.condition);
    TaskError::cancelled(what, spec.condition.subject(), Delivery::NotSent)
}

#[cfg(test)]
#[path = "wait_tests.rs"]
mod tests;
