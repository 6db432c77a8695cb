//! `wait_for` as a declaration that can be brought about, by patience.

use orchestrator::{Plan, StepOutcome, StepScope, TaskError, World};

use super::look::{Sight, look};
use super::plan::{Wait, plan};
use super::spec::Spec;
use super::wait::wait;
use crate::declared::{Declared, On};
use crate::world::{VsphereReader, VsphereWorld};

impl Declared for Spec {
    type Seen = Sight;
    type Step = Wait;

    async fn observe(&self, on: On<'_, VsphereReader>) -> Result<Sight, TaskError> {
        look(&self.condition, &mut None, on).await
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
        let looking = On { task: on.task, connection: on.connection, world: on.world.reader() };
        wait(self, looking, scope).await
    }
}
