//! `time` as a declaration about hosts.

use orchestrator::{StepOutcome, StepScope, TaskError};
use vsphere::{Reader, Writer};

use super::apply::set_clock;
use super::observe::{Seen, read};
use super::plan::{Step, plan_host};
use super::spec::Spec;
use crate::per_host::{Found, HostPlan, NamedHosts, PerHost};
use crate::{firewall, service};

/// No steps by hand: the document does not set the time.
impl PerHost for Spec {
    type Part = Seen;
    type Step = Step;
    const VERB: &'static str = "set the time of";

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
            Step::Clock(step) => set_clock(step, writer, scope).await,
            Step::Open(step) => firewall::set(step, writer, scope).await,
            Step::Service(step) => service::set(step, writer, scope).await,
            Step::Restart { manager, host } => {
                service::restart((manager, host, service::NTP), writer).await
            }
        }
    }
}
