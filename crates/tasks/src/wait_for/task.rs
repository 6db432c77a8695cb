//! `wait_for` as a declaration that can be brought about, by patience.

use orchestrator::{Plan, StepOutcome, StepScope, TaskError};

use super::look::{Sight, look};
use super::plan::{Wait, plan};
use super::spec::{Condition, Spec};
use super::wait::wait;
use crate::declared::{Declared, On};
use crate::world::{VsphereReader, VsphereWorld};

impl Declared for Spec {
    type Seen = Sight;
    type Step = Wait;

    async fn observe(&self, on: On<'_, VsphereReader>) -> Result<Sight, TaskError> {
        match &self.condition {
            Condition::Guest(_) => Ok(self.met.sight()),
            condition => look(condition, &mut None, on).await,
        }
    }

    fn plan(&self, _connection: &str, seen: &Sight) -> Plan<Wait> {
        plan(self, seen)
    }

    async fn apply(
        &self,
        on: On<'_, VsphereWorld>,
        _step: &Wait,
        scope: &StepScope,
    ) -> Result<StepOutcome, TaskError> {
        wait(self, on.looking(), Some(on), scope).await
    }
}
