//! Makes or changes a cluster, and proves it by reading back.

use std::time::Duration;

use orchestrator::{StepOutcome, StepScope, TaskError};
use vim25::MoRef;
use vim25::types::DuplicateName;
use vsphere::objects::{ClusterComputeResource, ClusterEvcManager, Folder};
use vsphere::{CallError, Inventory, Writer};

use super::agents::await_agents;
use super::observe::{check, find, read_cluster};
use super::plan::{Step, writing};
use super::setting::{Setting, Value, difference, options_difference};
use super::spec::Spec;
use super::write::Refs;
use crate::forecast::Known;
use crate::lookup::{self, Place, not_found};
use crate::outcome::outcome;
use crate::trouble::{Doing, reading};
use crate::vim_work::{Background, Kind, kinds};

/// The longest that a change of a cluster's settings takes; HA agents are told in the background.
const RECONFIGURE: Duration = Duration::from_secs(900);

pub(super) async fn apply(
    spec: &Spec,
    step: &Step,
    writer: &Writer,
    scope: &StepScope,
) -> Result<StepOutcome, TaskError> {
    let mut inventory = lookup::inventory(writer).await?;
    let datacenter =
        lookup::datacenter(&mut inventory, &Known::default(), spec.datacenter.as_deref());
    let work = Work { spec, writer, scope, inventory };
    let cluster = find(spec, &work.inventory, &datacenter).map(ClusterComputeResource::new);
    match (step, cluster) {
        (Step::Settle { refs }, Some(cluster)) => work.reconfigure(&cluster, refs).await,
        (Step::Settle { refs }, None) => work.create(&datacenter, refs).await,
        (Step::SetEvc { mode }, Some(cluster)) => work.set_evc(&cluster, mode).await,
        (Step::DisableEvc, Some(cluster)) => work.disable_evc(&cluster).await,
        (Step::SetEvc { .. } | Step::DisableEvc, None) => Err(work
            .doing("evc-set", "cannot set the EVC mode of cluster")
            .error()
            .caused_by("the cluster is not there")),
    }
}

struct Work<'a> {
    spec: &'a Spec,
    writer: &'a Writer,
    scope: &'a StepScope,
    inventory: Inventory,
}

impl Work<'_> {
    fn doing(&self, code: &'static str, what: &str) -> Doing {
        Doing::new(code, what, &self.spec.name)
    }

    async fn create(&self, datacenter: &Place, refs: &Refs) -> Result<StepOutcome, TaskError> {
        let doing = self.doing("cluster-create", "cannot create cluster");
        let folder = self.host_folder(datacenter, &doing).await?;
        let wanted = writing(self.spec, None).spec(refs);
        let cluster = folder.create_cluster(self.writer, &self.spec.name, wanted).await;
        let cluster = cluster.map_err(|error| {
            let taken = error.fault::<DuplicateName>().is_some();
            let failed = doing.failed(error);
            if taken { failed.hint("something else in the folder has this name") } else { failed }
        })?;
        let proof = self.prove(&cluster).await?;
        Ok(StepOutcome::changed(proof))
    }

    async fn host_folder(&self, datacenter: &Place, doing: &Doing) -> Result<Folder, TaskError> {
        let object = match datacenter {
            Place::Here { object, .. } => object,
            Place::Nowhere(error) => {
                let why = not_found("", error);
                return Err(doing.error().caused_by(why.cause).hint(why.fix));
            }
            Place::Coming { .. } => return Err(doing.error().caused_by("no datacenter yet")),
        };
        let seen = self.writer.retrieve(object, &["hostFolder"]).await;
        let seen = seen.map_err(|error| doing.failed(error))?;
        let folder = seen.moref("hostFolder").cloned();
        folder.map(Folder::new).ok_or_else(|| {
            doing.error().caused_by("vCenter does not show the datacenter's host folder")
        })
    }

    async fn reconfigure(
        &self,
        cluster: &ClusterComputeResource,
        refs: &Refs,
    ) -> Result<StepOutcome, TaskError> {
        let doing = self.doing("cluster-reconfigure", "cannot reconfigure cluster");
        let there = read_cluster(cluster, self.writer, &self.inventory).await?;
        let wanted = writing(self.spec, Some(&there));
        if wanted.changed.is_empty() && wanted.options.is_empty() {
            return Ok(outcome(self.scope, false, "the settings are as declared"));
        }
        let issue = cluster.issue_reconfigure(self.writer, wanted.spec(refs));
        self.wait(kinds::RECONFIGURE_CLUSTER, cluster, &doing, "reconfiguring", issue).await?;
        let mut proof = self.prove(cluster).await?;
        let ha_was_on = there.settings.get(&Setting::HaEnabled) == Some(&Value::Flag(true));
        if !ha_was_on && self.spec.ha() && there.hosts > 0 {
            let cluster = (cluster, self.spec.name.as_str());
            let agents = await_agents(cluster, self.writer, self.scope).await?;
            proof = format!("{proof}; {agents}");
        }
        Ok(StepOutcome::changed(proof))
    }

    /// Reads the settings back and compares.
    async fn prove(&self, cluster: &ClusterComputeResource) -> Result<String, TaskError> {
        let there = read_cluster(cluster, self.writer, &self.inventory).await?;
        let left = difference(&self.spec.declared, &there.settings);
        let options = options_difference(&self.spec.options, &there.options);
        let names = left.keys().map(|setting| setting.name().to_owned()).chain(options.into_keys());
        let names: Vec<String> = names.collect();
        if names.is_empty() {
            return Ok("read back: the settings are as declared".to_owned());
        }
        let cause =
            format!("vCenter took the order and still shows other values for {}", names.join(", "));
        let doing = self.doing("cluster-settings-differ", "cannot settle cluster");
        Err(doing
            .error()
            .caused_by(cause)
            .hint("check whether this release supports these settings"))
    }

    async fn set_evc(
        &self,
        cluster: &ClusterComputeResource,
        mode: &str,
    ) -> Result<StepOutcome, TaskError> {
        let doing = self.doing("evc-set", "cannot set the EVC mode of cluster");
        let manager = self.evc_manager(cluster, &doing).await?;
        if self.current_mode(&manager).await?.as_deref() == Some(mode) {
            return Ok(outcome(self.scope, false, format!("EVC mode is `{mode}`")));
        }
        let against = check(&manager, mode, self.writer, &self.inventory, &doing).await?;
        if let Some((cause, fix)) = against.into_iter().next() {
            let error = doing.error().caused_by(cause);
            return Err(match fix {
                Some(fix) => error.hint(fix),
                None => error,
            });
        }
        let issue = manager.issue_configure(self.writer, mode);
        let text = "setting the EVC mode";
        self.wait(kinds::CONFIGURE_EVC, cluster, &doing, text, issue).await?;
        match self.current_mode(&manager).await? {
            Some(now) if now == mode => Ok(StepOutcome::changed(format!("EVC mode is `{mode}`"))),
            _ => Err(doing.error().caused_by("vCenter took the order and shows another mode")),
        }
    }

    async fn disable_evc(
        &self,
        cluster: &ClusterComputeResource,
    ) -> Result<StepOutcome, TaskError> {
        let doing = self.doing("evc-set", "cannot switch off EVC of cluster");
        let manager = self.evc_manager(cluster, &doing).await?;
        if self.current_mode(&manager).await?.is_none() {
            return Ok(outcome(self.scope, false, "EVC is off"));
        }
        let issue = manager.issue_disable(self.writer);
        self.wait(kinds::DISABLE_EVC, cluster, &doing, "switching EVC off", issue).await?;
        Ok(StepOutcome::changed("EVC is off"))
    }

    async fn evc_manager(
        &self,
        cluster: &ClusterComputeResource,
        doing: &Doing,
    ) -> Result<ClusterEvcManager, TaskError> {
        let manager = cluster.retrieve_evc_manager(self.writer).await;
        manager
            .map_err(|error| doing.failed(error))?
            .ok_or_else(|| doing.error().caused_by("vCenter shows no EVC manager for the cluster"))
    }

    async fn current_mode(&self, manager: &ClusterEvcManager) -> Result<Option<String>, TaskError> {
        let state = manager.retrieve_state(self.writer).await;
        let state = state.map_err(|error| reading(&self.spec.name).failed(error))?;
        Ok(state.and_then(|state| state.current_evc_mode_key).map(|key| key.to_string()))
    }

    async fn wait(
        &self,
        kind: Kind,
        cluster: &ClusterComputeResource,
        doing: &Doing,
        text: &str,
        issue: impl Future<Output = Result<MoRef, CallError>>,
    ) -> Result<(), TaskError> {
        let Self { writer, scope, .. } = *self;
        let background = Background { writer, scope, within: RECONFIGURE };
        background.run((kind, cluster.moref()), doing, (text, 0, 100), issue).await.map(drop)
    }
}
