//! `fault_tolerance` as the engine sees it.

use orchestrator::{Plan, StepOutcome, StepScope, Task, TaskError};
use playbook::TaskInstance;

use super::apply::apply;
use super::observe::observe;
use super::plan::{Step, manual_steps, plan};
use super::seen::Seen;
use super::spec::Spec;
use crate::world::{VsphereReader, VsphereWorld};

/// A task that protects virtual machines.
#[derive(Debug)]
pub(crate) struct FaultToleranceTask {
    connection: String,
    spec: Spec,
}

impl From<&TaskInstance> for FaultToleranceTask {
    fn from(instance: &TaskInstance) -> Self {
        Self { connection: instance.connection.clone(), spec: Spec::from(&instance.args) }
    }
}

impl Task<VsphereWorld> for FaultToleranceTask {
    type Observed = Seen;
    type Step = Step;

    async fn observe(&self, reader: &VsphereReader) -> Result<Seen, TaskError> {
        let known = reader.forecast().of(&self.connection);
        observe(&self.spec, reader.endpoint(&self.connection).await?, &known).await
    }

    fn plan(&self, seen: &Seen) -> Plan<Step> {
        plan(&self.spec, &self.connection, seen).plan
    }

    fn announce(&self, seen: &Seen, reader: &VsphereReader) {
        let pairs = plan(&self.spec, &self.connection, seen).pairs;
        reader.forecast().tell(&self.connection, |known| known.pairs.extend(pairs));
    }

    async fn apply(
        &self,
        step: &Step,
        world: &VsphereWorld,
        scope: &StepScope,
    ) -> Result<StepOutcome, TaskError> {
        apply(step, world.writer(&self.connection).await?, self.spec.within, scope).await
    }

    fn manual_steps(&self, seen: &Seen) -> u32 {
        manual_steps(&self.plan(seen))
    }
}
