//! `firewall` as a declaration about hosts.

use orchestrator::{Item, StepOutcome, StepScope, TaskError};
use vsphere::{Reader, Writer};

use super::apply::set;
use super::observe::{Rulesets, read_rulesets};
use super::plan::{SetRuleset, plan_host};
use super::spec::Spec;
use crate::ledger::OPEN_FIREWALL;
use crate::per_host::{Found, HostPlan, NamedHosts, PerHost};

impl PerHost for Spec {
    type Part = Rulesets;
    type Step = SetRuleset;
    const VERB: &'static str = "set the firewall of";

    fn hosts(&self) -> &NamedHosts {
        &self.hosts
    }

    async fn read(&self, found: &Found, reader: &Reader) -> Result<Option<Rulesets>, TaskError> {
        read_rulesets(found, reader).await
    }

    fn plan_host(&self, name: &str, seen: &Rulesets) -> HostPlan<SetRuleset> {
        plan_host(self, name, seen)
    }

    async fn apply_step(
        &self,
        step: &SetRuleset,
        writer: &Writer,
        scope: &StepScope,
    ) -> Result<StepOutcome, TaskError> {
        set(step, writer, scope).await
    }

    /// By hand all rulesets of a host are ticked at once.
    fn by_hand(&self, items: Option<&[Item<SetRuleset>]>) -> u32 {
        let open = items.is_none_or(|items| items.iter().any(|item| matches!(item, Item::Step(_))));
        if open { OPEN_FIREWALL } else { 0 }
    }
}
