//! `vmkernel` as a declaration that can be brought about.

use orchestrator::{Item, Plan, StepOutcome, StepScope, TaskError};

use super::apply::apply;
use super::observe::{HostSeen, Seen, observe};
use super::plan::{Step, manual_steps, plan};
use super::spec::Spec;
use crate::declared::{Declared, On};
use crate::forecast::ServiceToCome;
use crate::world::{VsphereReader, VsphereWorld};

impl Declared for Spec {
    type Seen = Seen;
    type Step = Step;

    async fn observe(&self, on: On<'_, VsphereReader>) -> Result<Seen, TaskError> {
        observe(self, on.reader().await?, &on.known()).await
    }

    fn plan(&self, _connection: &str, seen: &Seen) -> Plan<Step> {
        plan(self, seen)
    }

    fn announce(&self, on: On<'_, VsphereReader>, seen: &Seen) {
        let plan = plan(self, seen);
        let blocked = |name: &str| {
            let of_host = plan.items.iter().filter(|item| item.subject() == name);
            of_host.into_iter().any(|item| matches!(item, Item::Blocked { .. }))
        };
        let coming = |host: &HostSeen| matches!(host, HostSeen::Here(_) | HostSeen::Coming(_));
        let hosts = seen.hosts.iter().filter(|(name, host)| coming(host) && !blocked(name));
        for (host, _) in hosts {
            let services =
                self.services.iter().map(|nic_type| ServiceToCome { host: host.clone(), nic_type });
            on.tell(|known| known.services.extend(services));
        }
    }

    async fn apply(
        &self,
        on: On<'_, VsphereWorld>,
        step: &Step,
        scope: &StepScope,
    ) -> Result<StepOutcome, TaskError> {
        apply(self, step, on.writer().await?, scope).await
    }

    fn manual_steps(&self, _connection: &str, seen: &Seen) -> u32 {
        manual_steps(self, seen)
    }
}
