//! `vmkernel` as the engine sees it.

use orchestrator::{Plan, StepOutcome, StepScope, Task, TaskError};
use playbook::TaskInstance;

use super::apply::apply;
use super::observe::{HostSeen, Seen, observe};
use super::plan::{Step, manual_steps, plan};
use super::spec::Spec;
use crate::forecast::ServiceToCome;
use crate::world::{VsphereReader, VsphereWorld};

/// A task that lets VMkernel adapters carry traffic.
#[derive(Debug)]
pub(crate) struct VmkernelTask {
    connection: String,
    spec: Spec,
}

impl From<&TaskInstance> for VmkernelTask {
    fn from(instance: &TaskInstance) -> Self {
        Self { connection: instance.connection.clone(), spec: Spec::from(&instance.args) }
    }
}

impl Task<VsphereWorld> for VmkernelTask {
    type Observed = Seen;
    type Step = Step;

    async fn observe(&self, reader: &VsphereReader) -> Result<Seen, TaskError> {
        let known = reader.forecast().of(&self.connection);
        observe(&self.spec, reader.endpoint(&self.connection).await?, &known).await
    }

    fn plan(&self, seen: &Seen) -> Plan<Step> {
        plan(&self.spec, seen)
    }

    fn announce(&self, seen: &Seen, reader: &VsphereReader) {
        let plan = self.plan(seen);
        let blocked = |name: &str| {
            let of_host = plan.items.iter().filter(|item| item.subject() == name);
            of_host.into_iter().any(|item| matches!(item, orchestrator::Item::Blocked { .. }))
        };
        let coming = |host: &HostSeen| matches!(host, HostSeen::Here(_) | HostSeen::Coming(_));
        let hosts = seen.hosts.iter().filter(|(name, host)| coming(host) && !blocked(name));
        for (host, _) in hosts {
            let services = self
                .spec
                .services
                .iter()
                .map(|nic_type| ServiceToCome { host: host.clone(), nic_type });
            reader.forecast().tell(&self.connection, |known| known.services.extend(services));
        }
    }

    async fn apply(
        &self,
        step: &Step,
        world: &VsphereWorld,
        scope: &StepScope,
    ) -> Result<StepOutcome, TaskError> {
        apply(&self.spec, step, world.writer(&self.connection).await?, scope).await
    }

    fn manual_steps(&self, seen: &Seen) -> u32 {
        manual_steps(&self.spec, seen)
    }
}
