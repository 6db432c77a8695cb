//! `console` as a declaration that can be brought about.

use orchestrator::{Plan, StepOutcome, StepScope, TaskError};

use super::apply::{apply, observe};
use super::plan::{Seen, Step, plan};
use super::spec::Spec;
use crate::declared::{Declared, On};
use crate::world::{VsphereReader, VsphereWorld};

impl Declared for Spec {
    type Seen = Seen;
    type Step = Step;

    async fn observe(&self, on: On<'_, VsphereReader>) -> Result<Seen, TaskError> {
        observe(self, on.reader().await?).await
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
        apply(self, step, on.writer().await?, on.world, scope).await
    }

    fn manual_steps(&self, seen: &Seen, _plan: &Plan<Self::Step>) -> u32 {
        let needed = matches!(seen, Seen::Vm { needed: true, .. });
        u32::try_from(if needed { self.keys.len() } else { 0 }).unwrap_or(u32::MAX)
    }
}
