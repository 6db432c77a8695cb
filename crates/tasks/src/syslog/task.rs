//! `syslog` as a declaration about hosts.

use orchestrator::{Item, StepOutcome, StepScope, TaskError};
use vsphere::{Reader, Writer};

use super::observe::{Seen, read};
use super::plan::{Step, plan_host};
use super::spec::Spec;
use crate::ledger::OPEN_FIREWALL;
use crate::per_host::{Found, HostPlan, NamedHosts, PerHost};
use crate::{advanced_options, firewall, service};

impl PerHost for Spec {
    type Part = Seen;
    type Step = Step;
    const VERB: &'static str = "set the log of";

    fn hosts(&self) -> &NamedHosts {
        &self.hosts
    }

    async fn read(&self, found: &Found, reader: &Reader) -> Result<Option<Seen>, TaskError> {
        read(self, found, reader).await
    }

    fn plan_host(&self, name: &str, seen: &Seen) -> HostPlan<Step> {
        plan_host(self, name, seen).into()
    }

    async fn apply_step(
        &self,
        step: &Step,
        writer: &Writer,
        scope: &StepScope,
    ) -> Result<StepOutcome, TaskError> {
        match step {
            Step::Open(step) => firewall::set(step, writer, scope).await,
            Step::Set(step) => advanced_options::set(step, writer, scope).await,
            Step::Reload { manager, host } => {
                service::restart((manager, host, service::LOG), writer).await
            }
        }
    }

    /// The document only opens the firewall.
    fn by_hand(&self, items: Option<&[Item<Step>]>) -> u32 {
        let opens = |item: &Item<Step>| matches!(item, Item::Step(step) if matches!(step.step, Step::Open(_)));
        let open = items.is_none_or(|items| items.iter().any(opens));
        if self.firewall && open { OPEN_FIREWALL } else { 0 }
    }
}
