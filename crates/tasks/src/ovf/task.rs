//! `ovf` as a declaration that can be brought about.

use orchestrator::{Item, Plan, StepOutcome, StepScope, TaskError};

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

    fn announce(&self, on: On<'_, VsphereReader>, seen: &Seen) {
        let is_coming = plan(self, seen).items.iter().any(|item| match item {
            Item::Step(step) => matches!(step.step, Step::Deploy { .. }),
            Item::AfterApply { .. } => true,
            _ => false,
        });
        if is_coming {
            on.tell(|known| known.vms.push(self.name.clone()));
        }
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
