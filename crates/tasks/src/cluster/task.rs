//! `cluster` as the engine sees it.

use orchestrator::{Item, Plan, StepOutcome, StepScope, Task, TaskError};
use playbook::TaskInstance;

use super::apply::apply;
use super::observe::{Seen, observe};
use super::plan::{Step, manual_steps, plan};
use super::spec::{Evc, Spec};
use crate::forecast::ClusterToCome;
use crate::world::{VsphereReader, VsphereWorld};

/// A task that makes a cluster exist and settles it.
#[derive(Debug)]
pub(crate) struct ClusterTask {
    connection: String,
    spec: Spec,
}

impl From<&TaskInstance> for ClusterTask {
    fn from(instance: &TaskInstance) -> Self {
        Self { connection: instance.connection.clone(), spec: Spec::from(&instance.args) }
    }
}

impl Task<VsphereWorld> for ClusterTask {
    type Observed = Seen;
    type Step = Step;

    async fn observe(&self, reader: &VsphereReader) -> Result<Seen, TaskError> {
        let known = reader.forecast().of(&self.connection);
        observe(&self.spec, reader.endpoint(&self.connection).await?, &known).await
    }

    fn plan(&self, seen: &Seen) -> Plan<Step> {
        plan(&self.spec, &self.connection, seen)
    }

    fn announce(&self, seen: &Seen, reader: &VsphereReader) {
        let plan = self.plan(seen);
        if plan.is_blocked() {
            return;
        }
        let there = seen.cluster.as_ref();
        let options = there.map(|cluster| cluster.options.clone()).unwrap_or_default();
        let evc_mode = match &self.spec.evc {
            Some(Evc::Mode(mode)) => Some(mode.clone()),
            Some(Evc::Disabled) => None,
            None => there.and_then(|cluster| cluster.evc.current.clone()),
        };
        let coming = ClusterToCome {
            datacenter: seen.datacenter.name().to_owned(),
            name: self.spec.name.clone(),
            exists: there.is_some(),
            ha: self.spec.ha(),
            caps: self.spec.caps(&options),
            evc_mode,
            changes: plan.items.iter().any(|item| matches!(item, Item::Step(_))),
        };
        reader.forecast().tell(&self.connection, |known| known.clusters.push(coming));
    }

    async fn apply(
        &self,
        step: &Step,
        world: &VsphereWorld,
        scope: &StepScope,
    ) -> Result<StepOutcome, TaskError> {
        apply(&self.spec, step, world.writer(&self.connection).await?, scope).await
    }

    fn manual_steps(&self, seen: &Seen) -> u32 {
        manual_steps(&self.spec, seen)
    }
}
