//! `datacenter` as a declaration that can be brought about.

use orchestrator::{Plan, StepOutcome, StepScope, TaskError};

use super::apply::apply;
use super::observe::{Seen, observe};
use super::plan::{Step, plan};
use super::spec::Spec;
use crate::declared::{Declared, On};
use crate::world::{VsphereReader, VsphereWorld};

/// No steps by hand: the document starts with a datacenter that is there.
impl Declared for Spec {
    type Seen = Seen;
    type Step = Step;
    const NEEDS_VCENTER: bool = true;

    async fn observe(&self, on: On<'_, VsphereReader>) -> Result<Seen, TaskError> {
        observe(self, on.reader().await?).await
    }

    fn plan(&self, connection: &str, seen: &Seen) -> Plan<Step> {
        plan(self, connection, seen)
    }

    fn announce(&self, on: On<'_, VsphereReader>, seen: &Seen) {
        if seen.path.is_none() {
            on.tell(|known| known.datacenters.push(self.name.clone()));
        }
    }

    async fn apply(
        &self,
        on: On<'_, VsphereWorld>,
        _step: &Step,
        scope: &StepScope,
    ) -> Result<StepOutcome, TaskError> {
        apply(self, on.writer().await?, scope).await
    }
}
