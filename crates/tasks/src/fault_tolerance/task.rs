//! `fault_tolerance` as a declaration that can be brought about.

use orchestrator::{Plan, StepOutcome, StepScope, TaskError};

use super::apply::apply;
use super::observe::observe;
use super::plan::{Step, manual_steps, new_pairs, plan};
use super::seen::Seen;
use super::select::read_list;
use super::spec::Spec;
use crate::declared::{Declared, On};
use crate::world::{VsphereReader, VsphereWorld};

impl Declared for Spec {
    type Seen = Seen;
    type Step = Step;
    const NEEDS_VCENTER: bool = true;

    async fn observe(&self, on: On<'_, VsphereReader>) -> Result<Seen, TaskError> {
        let listed = match &self.select.file {
            Some(file) => read_list(&on.world.file(file))?,
            None => Vec::new(),
        };
        observe(self, &listed, on.reader().await?, &on.known()).await
    }

    fn plan(&self, connection: &str, seen: &Seen) -> Plan<Step> {
        plan(self, connection, seen)
    }

    fn announce(&self, on: On<'_, VsphereReader>, seen: &Seen) {
        on.tell(|known| known.pairs.extend(new_pairs(self, seen)));
    }

    async fn apply(
        &self,
        on: On<'_, VsphereWorld>,
        step: &Step,
        scope: &StepScope,
    ) -> Result<StepOutcome, TaskError> {
        apply(step, on.writer().await?, self.within, scope).await
    }

    fn manual_steps(&self, _seen: &Seen, plan: &Plan<Step>) -> u32 {
        manual_steps(plan)
    }
}
