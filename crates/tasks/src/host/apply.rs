//! Adds a host or brings it in line, and waits until it is well.

use orchestrator::{StepOutcome, StepScope, TaskError};
use vim25::MoRef;
use vsphere::objects::{
    ClusterComputeResource, Folder, HostAccessManager, HostAddition, HostSystem, LicenseManager,
};
use vsphere::{CallError, Inventory, Writer};

use super::connect::{Identity, connect_spec};
use super::plan::{Step, in_words};
use super::present::{AgentState, Present, agent_state, look, look_in, read};
use super::spec::{Lockdown, Spec};
use crate::forecast::Known;
use crate::lookup::{self, Place};
use crate::outcome::outcome;
use crate::trouble::Doing;
use crate::vim_work::{Background, Kind, kinds};
use crate::world::{VsphereReader, VsphereWorld};
use orchestrator::World;

const STATE: &[&str] =
    &["runtime.connectionState", "runtime.inMaintenanceMode", "runtime.dasHostState"];

pub(super) async fn apply(
    spec: &Spec,
    connection: &str,
    step: &Step,
    world: &VsphereWorld,
    scope: &StepScope,
) -> Result<StepOutcome, TaskError> {
    let writer = world.writer(connection).await?;
    let work = Work { spec, writer, reader: world.reader(), scope };
    match step {
        Step::Add { identity } => work.add(identity.as_ref()).await,
        Step::Reconnect => work.reconnect().await,
        Step::RepairAgent => work.repair_agent().await,
        Step::AwaitAgent => {
            let host = work.present().await?;
            let waited = host.agent != AgentState::Well;
            let proof = work.settle(&host.object, host.ha).await?;
            Ok(outcome(scope, waited, proof))
        }
        Step::SetLockdown(mode) => work.set_lockdown(*mode).await,
        Step::AssignLicense => work.assign_license().await,
    }
}

struct Work<'a> {
    spec: &'a Spec,
    writer: &'a Writer,
    reader: &'a VsphereReader,
    scope: &'a StepScope,
}

/// Where a host is added.
enum Target {
    Cluster(ClusterComputeResource),
    Folder(Folder),
}

impl Target {
    fn object(&self) -> &MoRef {
        match self {
            Self::Cluster(cluster) => cluster.moref(),
            Self::Folder(folder) => folder.moref(),
        }
    }
}

impl Work<'_> {
    fn doing(&self, code: &'static str, what: &str) -> Doing {
        Doing::new(code, what, &self.spec.hostname)
    }

    async fn add(&self, identity: Option<&Identity>) -> Result<StepOutcome, TaskError> {
        let doing = self.doing("host-add", "cannot add host");
        let mut inventory = lookup::inventory(self.writer).await?;
        let target = self.target(&inventory, &doing).await?;
        if let Some(present) = look_in(&mut inventory, self.spec, self.writer).await? {
            let proof = self.settle(&present.object, present.ha).await?;
            return Ok(outcome(self.scope, false, proof));
        }
        let host = self.add_to(&target, identity, &doing).await?;
        let inventory = lookup::inventory(self.writer).await?;
        let present = read(self.spec, host, self.writer, &inventory).await?;
        let proof = self.settle(&present.object, present.ha).await?;
        Ok(StepOutcome::changed(proof))
    }

    async fn target(&self, inventory: &Inventory, doing: &Doing) -> Result<Target, TaskError> {
        let mut inventory = inventory.clone();
        let known = Known::default();
        let named = self.spec.datacenter.as_deref();
        let datacenter = lookup::datacenter(&mut inventory, &known, named);
        let place = match &self.spec.cluster {
            Some(name) => lookup::cluster(&inventory, &known, &datacenter, name),
            None => datacenter,
        };
        let object = match place {
            Place::Here { object, .. } => object,
            Place::Nowhere(error) => return Err(doing.error().caused_by(error)),
            Place::Coming { .. } => return Err(doing.error().caused_by("its place is not there")),
        };
        if self.spec.cluster.is_some() {
            return Ok(Target::Cluster(ClusterComputeResource::new(object)));
        }
        let seen = self.writer.retrieve(&object, &["hostFolder"]).await;
        let seen = seen.map_err(|error| doing.failed(error))?;
        let folder = seen.moref("hostFolder").cloned().map(Folder::new);
        folder.map(Target::Folder).ok_or_else(|| {
            doing.error().caused_by("vCenter does not show the datacenter's host folder")
        })
    }

    async fn add_to(
        &self,
        target: &Target,
        identity: Option<&Identity>,
        doing: &Doing,
    ) -> Result<MoRef, TaskError> {
        let spec = connect_spec(self.spec, identity, self.reader).await?;
        let license = self.spec.license.clone();
        let (text, on) = ("adding the host", target.object());
        let added = match target {
            Target::Cluster(cluster) => {
                let addition = HostAddition { spec, license, resource_pool: None };
                let issue = cluster.issue_add_host(self.writer, addition);
                self.wait((kinds::ADD_HOST, on), doing, text, issue).await?
            }
            Target::Folder(folder) => {
                let license = license.as_deref();
                let issue = folder.issue_add_standalone_host(self.writer, spec, None, license);
                self.wait((kinds::ADD_STANDALONE_HOST, on), doing, text, issue).await?
            }
        };
        match added {
            Some(host) if host.kind == "HostSystem" => Ok(host),
            Some(resource) => {
                let seen = self.writer.retrieve(&resource, &["host"]).await;
                let hosts = seen.map_err(|error| doing.failed(error))?.morefs("host");
                let host = hosts.into_iter().next();
                host.ok_or_else(|| doing.error().caused_by("vCenter shows no host in its place"))
            }
            None => Ok(self.present().await?.object),
        }
    }

    async fn reconnect(&self) -> Result<StepOutcome, TaskError> {
        let doing = self.doing("host-reconnect", "cannot reconnect host");
        let host = self.present().await?;
        if !host.connected {
            let system = HostSystem::new(host.object.clone());
            let issue = system.issue_reconnect(self.writer, None);
            let what = (kinds::RECONNECT_HOST, &host.object);
            self.wait(what, &doing, "reconnecting", issue).await?;
        }
        let proof = self.settle(&host.object, host.ha).await?;
        Ok(outcome(self.scope, !host.connected, proof))
    }

    async fn repair_agent(&self) -> Result<StepOutcome, TaskError> {
        let doing = self.doing("host-agent", "cannot set up the HA agent of host");
        let host = self.present().await?;
        if host.agent == AgentState::Well {
            return Ok(outcome(self.scope, false, in_words(&host)));
        }
        let system = HostSystem::new(host.object.clone());
        let issue = system.issue_reconfigure_for_das(self.writer);
        let what = (kinds::RECONFIGURE_FOR_DAS, &host.object);
        self.wait(what, &doing, "setting up the HA agent", issue).await?;
        let proof = self.settle(&host.object, host.ha).await?;
        Ok(StepOutcome::changed(proof))
    }

    async fn set_lockdown(&self, mode: Lockdown) -> Result<StepOutcome, TaskError> {
        let doing = self.doing("host-lockdown", "cannot change the lockdown mode of host");
        let host = self.present().await?;
        let proof = format!("lockdown mode is {}", mode.word());
        if host.lockdown == Some(mode) {
            return Ok(outcome(self.scope, false, proof));
        }
        let path = "configManager.hostAccessManager";
        let seen = self.writer.retrieve(&host.object, &[path]).await;
        let seen = seen.map_err(|error| doing.failed(error))?;
        let Some(manager) = seen.moref(path).cloned() else {
            return Err(doing.error().caused_by("this release of ESXi has no lockdown by vCenter"));
        };
        let manager = HostAccessManager::new(manager);
        let changed = manager.change_lockdown_mode(self.writer, mode.constant()).await;
        changed.map_err(|error| doing.failed(error))?;
        Ok(StepOutcome::changed(proof))
    }

    async fn assign_license(&self) -> Result<StepOutcome, TaskError> {
        let doing = self.doing("host-license", "cannot assign a licence to host");
        let host = self.present().await?;
        let Some(key) =
            self.spec.license.as_deref().filter(|key| host.license.as_deref() != Some(key))
        else {
            return Ok(outcome(self.scope, false, "the licence is assigned"));
        };
        let failed = |error| doing.failed(error);
        let manager = match self.writer.content().license_manager.clone() {
            Some(manager) => LicenseManager::new(manager)
                .retrieve_assignment_manager(self.writer)
                .await
                .map_err(failed)?,
            None => None,
        };
        let Some(manager) = manager else {
            return Err(doing.error().caused_by("vCenter shows no assignment of licences"));
        };
        let done = manager.update_assigned_license(self.writer, &host.object, key).await;
        let license = done.map_err(failed)?;
        Ok(StepOutcome::changed(format!("licence `{}` is assigned", license.name)))
    }

    /// The host as it is in the inventory now.
    async fn present(&self) -> Result<Present, TaskError> {
        look(self.spec, self.writer).await?.ok_or_else(|| {
            let gone = self.doing("host-gone", "cannot find host");
            gone.error().caused_by("it is not in the inventory")
        })
    }

    /// Waits until the host is connected and, where HA is on, its agent is well.
    async fn settle(&self, host: &MoRef, ha: bool) -> Result<String, TaskError> {
        let doing = self.doing("host-agent", "cannot wait until it is well: host");
        let mut shown = "";
        let settled = self.writer.wait_until(host, STATE, self.spec.within, |seen| {
            let connected = seen.text("runtime.connectionState") == Some("connected");
            let maintained = seen.boolean("runtime.inMaintenanceMode") == Some(true);
            let text = match (connected, agent_state(seen)) {
                (false, _) => "waiting for the connection",
                (true, AgentState::Well) => return Some(true),
                (true, _) if !ha || maintained => return Some(true),
                (true, AgentState::Failed) => return Some(false),
                (true, _) => "waiting for the HA agent",
            };
            if text != shown {
                shown = text;
                self.scope.progress(Some(70), text);
            }
            None
        });
        if !settled.await.map_err(|error| doing.failed(error))? {
            return Err(doing
                .error()
                .caused_by("its HA agent could not be set up")
                .hint("look at the events of the host; applying again sets the agent up anew"));
        }
        Ok(in_words(&self.present().await?))
    }

    /// Waits for a vim task whose result is an object, if it has one.
    async fn wait(
        &self,
        what: (Kind, &MoRef),
        doing: &Doing,
        text: &str,
        issue: impl Future<Output = Result<MoRef, CallError>>,
    ) -> Result<Option<MoRef>, TaskError> {
        let (writer, scope, within) = (self.writer, self.scope, self.spec.within);
        let background = Background { writer, scope, within };
        let info = background.run(what, doing, (text, 0, 60), issue).await?;
        Ok(info.result.as_ref().and_then(vim25::Value::as_moref).cloned())
    }
}
