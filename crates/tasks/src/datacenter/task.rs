//! `datacenter` as the engine sees it.

use orchestrator::{Plan, StepOutcome, StepScope, Task, TaskError};
use playbook::TaskInstance;

use super::apply::apply;
use super::observe::{Seen, observe};
use super::plan::{Step, plan};
use super::spec::Spec;
use crate::world::{VsphereReader, VsphereWorld};

/// A task that makes a datacenter exist.
#[derive(Debug)]
pub(crate) struct DatacenterTask {
    connection: String,
    spec: Spec,
}

impl From<&TaskInstance> for DatacenterTask {
    fn from(instance: &TaskInstance) -> Self {
        Self { connection: instance.connection.clone(), spec: Spec::from(&instance.args) }
    }
}

impl Task<VsphereWorld> for DatacenterTask {
    type Observed = Seen;
    type Step = Step;

    async fn observe(&self, reader: &VsphereReader) -> Result<Seen, TaskError> {
        observe(&self.spec, reader.endpoint(&self.connection).await?).await
    }

    fn plan(&self, seen: &Seen) -> Plan<Step> {
        plan(&self.spec, &self.connection, seen)
    }

    fn announce(&self, seen: &Seen, reader: &VsphereReader) {
        if seen.path.is_none() {
            let name = self.spec.name.clone();
            reader.forecast().tell(&self.connection, |known| known.datacenters.push(name));
        }
    }

    async fn apply(
        &self,
        _step: &Step,
        world: &VsphereWorld,
        scope: &StepScope,
    ) -> Result<StepOutcome, TaskError> {
        apply(&self.spec, world.writer(&self.connection).await?, scope).await
    }

    /// The document starts with a datacenter that is there.
    fn manual_steps(&self, _seen: &Seen) -> u32 {
        0
    }
}
