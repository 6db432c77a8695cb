//! `host` as the engine sees it.

use orchestrator::{Plan, StepOutcome, StepScope, Task, TaskError};
use playbook::TaskInstance;

use super::apply::apply;
use super::observe::{Seen, observe};
use super::plan::{Step, manual_steps, plan};
use super::preview::Preview;
use super::spec::Spec;
use crate::forecast::{HostPreview, HostToCome};
use crate::lookup::Place;
use crate::world::{VsphereReader, VsphereWorld};

/// A task that brings a host into its place.
#[derive(Debug)]
pub(crate) struct HostTask {
    connection: String,
    spec: Spec,
}

impl From<&TaskInstance> for HostTask {
    fn from(instance: &TaskInstance) -> Self {
        Self { connection: instance.connection.clone(), spec: Spec::from(&instance.args) }
    }
}

impl Task<VsphereWorld> for HostTask {
    type Observed = Seen;
    type Step = Step;

    async fn observe(&self, reader: &VsphereReader) -> Result<Seen, TaskError> {
        observe(&self.spec, &self.connection, reader).await
    }

    fn plan(&self, seen: &Seen) -> Plan<Step> {
        plan(&self.spec, &self.connection, seen)
    }

    fn announce(&self, seen: &Seen, reader: &VsphereReader) {
        if seen.present.is_some() {
            return;
        }
        if self.plan(seen).is_blocked() {
            let name = self.spec.hostname.clone();
            reader.forecast().tell(&self.connection, |known| known.stuck_hosts.push(name));
            return;
        }
        let mut preview = match &seen.preview {
            Some(Preview::Ready { host, .. }) => (**host).clone(),
            _ => HostPreview::default(),
        };
        // In vCenter the host is called as it was added, not as it calls itself.
        preview.name.clone_from(&self.spec.hostname);
        if self.spec.license.is_some() {
            // What today's licence lacks says nothing about the declared one.
            preview.ft_issues.retain(|issue| !issue.ends_with("NotLicensed"));
        }
        let coming = HostToCome {
            datacenter: seen.datacenter.name().to_owned(),
            cluster: seen.cluster.as_ref().map(|place: &Place| place.name().to_owned()),
            preview,
        };
        reader.forecast().tell(&self.connection, |known| known.hosts.push(coming));
    }

    async fn apply(
        &self,
        step: &Step,
        world: &VsphereWorld,
        scope: &StepScope,
    ) -> Result<StepOutcome, TaskError> {
        apply(&self.spec, &self.connection, step, world, scope).await
    }

    fn manual_steps(&self, seen: &Seen) -> u32 {
        manual_steps(&self.plan(seen))
    }
}
