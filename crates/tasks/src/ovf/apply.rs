//! Does one step.

use orchestrator::{StepOutcome, StepScope, TaskError};

use super::after;
use super::deploy::deploy;
use super::plan::Step;
use super::spec::Spec;
use crate::declared::On;
use crate::world::VsphereWorld;

pub(super) async fn apply(
    spec: &Spec,
    on: On<'_, VsphereWorld>,
    step: &Step,
    scope: &StepScope,
) -> Result<StepOutcome, TaskError> {
    match step {
        Step::Deploy { package } => deploy(spec, on, package, scope).await,
        Step::PowerOn => after::power_on(spec, on, scope).await,
        Step::AwaitGuest => after::await_guest(spec, on, scope).await,
    }
}
