//! `host` as a declaration that can be brought about.

use orchestrator::{Plan, StepOutcome, StepScope, TaskError};

use super::apply::apply;
use super::observe::{Seen, observe};
use super::plan::{Step, manual_steps, mends, plan};
use super::preview::Preview;
use super::spec::Spec;
use crate::declared::{Declared, On};
use crate::forecast::{HostPreview, HostToCome};
use crate::lookup::Place;
use crate::world::{VsphereReader, VsphereWorld};

impl Declared for Spec {
    type Seen = Seen;
    type Step = Step;
    const NEEDS_VCENTER: bool = true;

    async fn observe(&self, on: On<'_, VsphereReader>) -> Result<Seen, TaskError> {
        let seen = observe(self, on).await;
        if seen.is_err() && !on.world.is_patient() {
            // In a plan nobody looks again: what needs the host waits for it, and is not told that there is no such host.
            on.tell(|known| known.stuck_hosts.push(self.hostname.clone()));
        }
        seen
    }

    fn plan(&self, connection: &str, seen: &Seen) -> Plan<Step> {
        plan(self, connection, seen)
    }

    fn announce(&self, on: On<'_, VsphereReader>, seen: &Seen) {
        if let Some(present) = &seen.present {
            if mends(&self.plan(on.connection, seen)) {
                let name = present.name.clone();
                on.tell(|known| known.mended_hosts.push(name));
            }
            return;
        }
        if plan(self, on.connection, seen).is_blocked() {
            on.tell(|known| known.stuck_hosts.push(self.hostname.clone()));
            return;
        }
        let mut preview = match &seen.preview {
            Some(Preview::Ready { host, .. }) => (**host).clone(),
            _ => HostPreview::default(),
        };
        // In vCenter the host is called as it was added, not as it calls itself.
        preview.name.clone_from(&self.hostname);
        if self.license.is_some() {
            // What today's licence lacks says nothing about the declared one.
            preview.ft_issues.retain(|issue| !issue.ends_with("NotLicensed"));
        }
        let coming = HostToCome {
            datacenter: seen.datacenter.name().to_owned(),
            cluster: seen.cluster.as_ref().map(|place: &Place| place.name().to_owned()),
            preview,
        };
        on.tell(|known| known.hosts.push(coming));
    }

    async fn apply(
        &self,
        on: On<'_, VsphereWorld>,
        step: &Step,
        scope: &StepScope,
    ) -> Result<StepOutcome, TaskError> {
        apply(self, on.connection, step, on.world, scope).await
    }

    fn manual_steps(&self, _seen: &Seen, plan: &Plan<Step>) -> u32 {
        manual_steps(plan)
    }
}
