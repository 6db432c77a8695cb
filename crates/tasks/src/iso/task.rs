//! `iso` as a declaration that can be brought about.

use orchestrator::{Plan, StepOutcome, StepScope, TaskError};

use super::apply::apply;
use super::observe::{Seen, observe};
use super::plan::{Step, manual_steps, plan};
use super::spec::Spec;
use crate::declared::{Declared, On};
use crate::world::{VsphereReader, VsphereWorld};

impl Declared for Spec {
    type Seen = Seen;
    type Step = Step;

    async fn observe(&self, on: On<'_, VsphereReader>) -> Result<Seen, TaskError> {
        observe(self, on).await
    }

    fn plan(&self, _connection: &str, seen: &Seen) -> Plan<Step> {
        plan(self, seen)
    }

    async fn apply(
        &self,
        on: On<'_, VsphereWorld>,
        step: &Step,
        scope: &StepScope,
    ) -> Result<StepOutcome, TaskError> {
        apply(self, on, step, scope).await
    }

    fn manual_steps(&self, seen: &Seen, _plan: &Plan<Self::Step>) -> u32 {
        manual_steps(self, seen)
    }
}
