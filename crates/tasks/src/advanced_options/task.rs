//! `advanced_options` as a declaration about hosts.

use orchestrator::{StepOutcome, StepScope, TaskError};
use vsphere::{Reader, Writer};

use super::observe::{Seen, read};
use super::plan::plan_host;
use super::setting::{SetOption, set};
use super::spec::Spec;
use crate::per_host::{Found, HostPlan, NamedHosts, PerHost};

impl PerHost for Spec {
    type Part = Seen;
    type Step = SetOption;
    const VERB: &'static str = "set options of";

    fn hosts(&self) -> &NamedHosts {
        &self.hosts
    }

    fn is_about_server(&self) -> bool {
        self.of_vcenter
    }

    async fn read(&self, found: &Found, reader: &Reader) -> Result<Option<Seen>, TaskError> {
        read(self, found, reader).await
    }

    fn plan_host(&self, name: &str, seen: &Seen) -> HostPlan<SetOption> {
        plan_host(self, name, seen).into()
    }

    async fn apply_step(
        &self,
        step: &SetOption,
        writer: &Writer,
        scope: &StepScope,
    ) -> Result<StepOutcome, TaskError> {
        set(step, writer, scope).await
    }
}
