//! `cluster` as a declaration that can be brought about.

use orchestrator::{Item, Plan, StepOutcome, StepScope, TaskError};

use super::apply::apply;
use super::observe::{Seen, observe};
use super::plan::{Step, manual_steps, plan};
use super::spec::{Evc, Spec};
use crate::declared::{Declared, On};
use crate::forecast::ClusterToCome;
use crate::world::{VsphereReader, VsphereWorld};

impl Declared for Spec {
    type Seen = Seen;
    type Step = Step;
    const NEEDS_VCENTER: bool = true;

    async fn observe(&self, on: On<'_, VsphereReader>) -> Result<Seen, TaskError> {
        observe(self, on.reader().await?, &on.known()).await
    }

    fn plan(&self, connection: &str, seen: &Seen) -> Plan<Step> {
        plan(self, connection, seen)
    }

    fn announce(&self, on: On<'_, VsphereReader>, seen: &Seen) {
        let plan = plan(self, on.connection, seen);
        if plan.is_blocked() {
            return;
        }
        let there = seen.cluster.as_ref();
        let options = there.map(|cluster| cluster.options.clone()).unwrap_or_default();
        let evc_mode = match &self.evc {
            Some(Evc::Mode(mode)) => Some(mode.clone()),
            Some(Evc::Disabled) => None,
            None => there.and_then(|cluster| cluster.evc.current.clone()),
        };
        let coming = ClusterToCome {
            datacenter: seen.datacenter.name().to_owned(),
            name: self.name.clone(),
            exists: there.is_some(),
            ha: self.ha(),
            caps: self.caps(&options),
            evc_mode,
            changes: plan.items.iter().any(|item| matches!(item, Item::Step(_))),
        };
        on.tell(|known| known.clusters.push(coming));
    }

    async fn apply(
        &self,
        on: On<'_, VsphereWorld>,
        step: &Step,
        scope: &StepScope,
    ) -> Result<StepOutcome, TaskError> {
        apply(self, step, on.writer().await?, scope).await
    }

    fn manual_steps(&self, seen: &Seen, _plan: &Plan<Self::Step>) -> u32 {
        manual_steps(self, seen)
    }
}
