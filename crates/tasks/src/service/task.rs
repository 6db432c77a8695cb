//! `service` as a declaration about hosts.

use orchestrator::{Item, StepOutcome, StepScope, TaskError};
use vsphere::{Reader, Writer};

use super::apply;
use super::names::SSH;
use super::observe::{Seen, read};
use super::plan::{Step, plan_host};
use super::spec::Spec;
use crate::advanced_options;
use crate::ledger::ENABLE_SSH;
use crate::per_host::{Found, HostPlan, NamedHosts, PerHost};

impl PerHost for Spec {
    type Part = Seen;
    type Step = Step;
    const VERB: &'static str = "set services of";

    fn hosts(&self) -> &NamedHosts {
        &self.hosts
    }

    async fn read(&self, found: &Found, reader: &Reader) -> Result<Option<Seen>, TaskError> {
        read(found, reader).await
    }

    fn plan_host(&self, name: &str, seen: &Seen) -> HostPlan<Step> {
        plan_host(self, name, seen)
    }

    async fn apply_step(
        &self,
        step: &Step,
        writer: &Writer,
        scope: &StepScope,
    ) -> Result<StepOutcome, TaskError> {
        match step {
            Step::Service(step) => apply::set(step, writer, scope).await,
            Step::Warning(step) => advanced_options::set(step, writer, scope).await,
        }
    }

    /// The document enables SSH at the host's console; other services are not on its list.
    fn by_hand(&self, items: Option<&[Item<Step>]>) -> u32 {
        let ssh = |item: &Item<Step>| {
            matches!(item, Item::Step(step)
                if matches!(&step.step, Step::Service(service) if service.key == SSH))
        };
        let enables = self.target.running == Some(true) && self.keys.iter().any(|key| key == SSH);
        let open = items.is_none_or(|items| items.iter().any(ssh));
        if enables && open { ENABLE_SSH } else { 0 }
    }
}
