//! `vmkernel` as a declaration about hosts.

use orchestrator::{Item, StepOutcome, StepScope, TaskError};
use vsphere::{Reader, Writer};

use super::apply::apply;
use super::observe::{Adapters, read};
use super::plan::{Step, plan_host};
use super::spec::Spec;
use crate::declared::On;
use crate::forecast::ServiceToCome;
use crate::ledger::EDIT_VMKERNEL;
use crate::per_host::{Found, HostPlan, NamedHosts, PerHost};
use crate::world::VsphereReader;

impl PerHost for Spec {
    type Part = Adapters;
    type Step = Step;
    const VERB: &'static str = "configure";

    fn hosts(&self) -> &NamedHosts {
        &self.hosts
    }

    async fn read(&self, found: &Found, reader: &Reader) -> Result<Option<Adapters>, TaskError> {
        read(found, reader).await
    }

    fn plan_host(&self, name: &str, adapters: &Adapters) -> HostPlan<Step> {
        plan_host(self, name, adapters).into()
    }

    fn announce_host(&self, on: On<'_, VsphereReader>, name: &str) {
        let coming = |nic_type| ServiceToCome { host: name.to_owned(), nic_type };
        let services = self.services.iter().copied().map(coming);
        on.tell(|known| known.services.extend(services));
    }

    async fn apply_step(
        &self,
        step: &Step,
        writer: &Writer,
        scope: &StepScope,
    ) -> Result<StepOutcome, TaskError> {
        apply(self, step, writer, scope).await
    }

    /// By hand all traffic of an adapter is edited at once.
    fn by_hand(&self, items: Option<&[Item<Step>]>) -> u32 {
        let open = items.is_none_or(|items| items.iter().any(|item| matches!(item, Item::Step(_))));
        if open { EDIT_VMKERNEL } else { 0 }
    }
}
