//! Deploys the package: import, files, mark. Whatever goes wrong, no half of a VM stays behind.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use orchestrator::{StepOutcome, StepScope, TaskError, World};
use secrecy::{ExposeSecret, SecretString};
use vim25::MoRef;
use vim25::types::VirtualMachineConfigSpec;
use vsphere::Writer;
use vsphere::objects::{ResourcePool, VirtualMachine};
use vsphere::transfer::{Import, Lease, Meter};

use super::blocks::blocks;
use super::completion::{self, Completion};
use super::existing::{Vm, VmSeen};
use super::import::{Imported, Order};
use super::mark::Mark;
use super::observe::{Seen, observe};
use super::one_pass::{Sizes, hides_sizes, sizes_of};
use super::place::{PlaceSeen, Placement};
use super::plan::proof;
use super::send::{SendError, Sender, percent};
use super::source::{self, PackageSeen, Remote, Source};
use super::spec::{Given, Spec};
use super::words::accepted;
use crate::declared::On;
use crate::outcome::outcome;
use crate::trouble::Doing;
use crate::vim_work::{Background, kinds};
use crate::world::{VsphereReader, VsphereWorld};

/// How long a server may take to make an empty VM; disks that are zeroed at once take their time.
const READY: Duration = Duration::from_secs(4 * 3600);
/// How long it may take to change or delete one.
const CHANGE: Duration = Duration::from_secs(600);

pub(super) async fn deploy(
    spec: &Spec,
    on: On<'_, VsphereWorld>,
    planned: &str,
    scope: &StepScope,
) -> Result<StepOutcome, TaskError> {
    let doing = Doing::new("ovf-deploy", "cannot deploy", &spec.name);
    let writer = on.writer().await?;
    let reading = on.looking();
    let seen = observe(spec, reading).await?;
    let (package, place) = found(&seen, &doing)?;
    if package.id != planned {
        return Err(SendError::Changed.told(&doing));
    }
    let completion = Completion::open_in(scope);
    let left = match &seen.vm {
        VmSeen::None => None,
        VmSeen::Foreign(path) => {
            let cause = format!("`{path}` has its name and was not deployed by Lockstep");
            return Err(doing.error().caused_by(cause));
        }
        VmSeen::Ours(vm) => match &vm.mark {
            Mark::Deployed(id) if *id == package.id => {
                return Ok(outcome(scope, false, proof(package, vm)));
            }
            Mark::Unfinished(_) if !vm.is_on => Some(vm),
            _ => return Err(doing.error().caused_by("a VM of its name is there")),
        },
    };
    let background = Background { writer, scope, within: CHANGE };
    if let Some(vm) = left {
        if vm.mark.is_of(package) && completion.is_proved(&vm.object, writer, &doing).await? {
            mark_deployed(package, &vm.object, background, &doing).await?;
            completion.settled(scope, "the VM is whole and marked as deployed").await;
            return Ok(StepOutcome::changed(deployed(spec, package)));
        }
        remove(vm, background, &doing).await?;
    }
    completion.settled(scope, "nothing of that import is left").await;
    if let Some(block) = blocks(spec, package, place).into_iter().next() {
        return Err(doing.error().caused_by(block.cause).hint(block.fix));
    }
    let values = values(spec, package, on.world.reader(), &doing).await?;
    let order = Order { spec, package, place, values: &values };
    let work =
        Work { order, writer, scope, doing: &doing, source: Source::of(spec, on.world.reader()) };
    let entity = work.run().await?;
    mark_deployed(package, &entity, background, &doing).await?;
    Ok(StepOutcome::changed(deployed(spec, package)))
}

fn deployed(spec: &Spec, package: &PackageSeen) -> String {
    let short = package.id.get(..12).unwrap_or(&package.id);
    let base = format!("deployed from the package {short}");
    match (package.descriptor.eula_sha256(), accepted(spec)) {
        (Some(digest), Some(how)) => {
            format!("{base}, licence agreement sha256:{digest} accepted {how}")
        }
        _ => base,
    }
}

fn found<'a>(seen: &'a Seen, doing: &Doing) -> Result<(&'a PackageSeen, &'a Placement), TaskError> {
    let package = seen.package.as_ref().map_err(|unusable| {
        let mut error = doing.error().caused_by(unusable.0.clone());
        error.code = "ovf-package";
        error
    })?;
    match &seen.place {
        PlaceSeen::Here(place) => Ok((package, place)),
        PlaceSeen::Coming(waits) => Err(doing.error().caused_by(format!("it waits until {waits}"))),
    }
}

/// The properties' values; secrets are read now, and held against what the package takes.
async fn values(
    spec: &Spec,
    package: &PackageSeen,
    reader: &VsphereReader,
    doing: &Doing,
) -> Result<Vec<(String, SecretString)>, TaskError> {
    let mut values = BTreeMap::new();
    for (key, given) in &spec.properties {
        let value = match given {
            Given::Text(text) => SecretString::from(text.as_str()),
            Given::Secret(reference) => reader.secret(reference).await?,
        };
        values.insert(key.clone(), value);
    }
    let option = package.descriptor.option(spec.deployment_option.as_deref()).ok().flatten();
    let given = values.iter().map(|(key, value)| (key.as_str(), Some(value.expose_secret())));
    let option = option.map(|option| option.id.as_str());
    match package.descriptor.check_properties(given, option).into_iter().next() {
        Some(problem) => Err(doing.error().caused_by(problem)),
        None => Ok(values.into_iter().collect()),
    }
}

/// Deletes what an attempt of ours left behind: it carries our mark, and nobody uses it.
async fn remove(vm: &Vm, background: Background<'_>, doing: &Doing) -> Result<(), TaskError> {
    let machine = VirtualMachine::new(vm.object.clone());
    let text = ("deleting what an earlier attempt left", 0, 5);
    let issue = machine.issue_destroy(background.writer);
    background.run((kinds::DESTROY, &vm.object), doing, text, issue).await.map(drop)
}

/// From here on the VM counts as deployed.
async fn mark_deployed(
    package: &PackageSeen,
    entity: &MoRef,
    background: Background<'_>,
    doing: &Doing,
) -> Result<(), TaskError> {
    let spec = VirtualMachineConfigSpec {
        extra_config: vec![Mark::Deployed(package.id.clone()).option()],
        ..Default::default()
    };
    let machine = VirtualMachine::new(entity.clone());
    let issue = machine.issue_reconfigure(background.writer, spec);
    let text = ("marking the VM as deployed", 99, 100);
    background.run((kinds::RECONFIGURE_VM, entity), doing, text, issue).await.map(drop)
}

struct Work<'a> {
    order: Order<'a>,
    writer: &'a Writer,
    scope: &'a StepScope,
    doing: &'a Doing,
    source: Source,
}

/// An opened package, ready to be sent.
enum Opened {
    /// Its files can be read in any order.
    Free(Box<ovf::Package>),
    OnePass(Box<ovf::PackageStream>, Sizes),
}

impl Opened {
    fn descriptor_text(&self) -> &str {
        match self {
            Self::Free(package) => package.descriptor_text(),
            Self::OnePass(stream, _) => stream.descriptor_text(),
        }
    }
}

impl Work<'_> {
    /// Gives the new VM.
    async fn run(&self) -> Result<MoRef, TaskError> {
        let opened = self.open().await.map_err(|error| error.told(self.doing))?;
        let text = opened.descriptor_text();
        let imported = self.order.import_spec(text, self.writer, self.scope, self.doing).await?;
        let Imported { spec, items } = imported;
        let place = self.order.place;
        let import = Import { spec, folder: Some(place.folder.clone()), host: place.host.clone() };
        let pool = ResourcePool::new(place.pool.clone());
        let lease = Lease::import(self.writer, &pool, import).await;
        let lease = Arc::new(lease.map_err(|error| self.doing.failed(error))?);
        let sent = tokio::select! {
            sent = self.send(&lease, opened, items) => sent,
            () = self.scope.cancelled().cancelled() => Err(SendError::Stopping),
        };
        match sent {
            Ok(entity) => Ok(entity),
            Err(error) => Err(self.give_up(&lease, error).await),
        }
    }

    async fn open(&self) -> Result<Opened, SendError> {
        match &self.source {
            Source::File(path) => {
                self.planned(Opened::Free(Box::new(source::local(path.clone()).await?)))
            }
            Source::Url(url, tls) => match source::remote(url, tls).await? {
                Remote::Beside(package) => self.planned(Opened::Free(package)),
                Remote::Stream(stream) if hides_sizes(&stream) => {
                    self.scope.progress(None, "reading compressed files for their sizes");
                    let sizes = sizes_of(*stream).await?;
                    let again = source::stream(url, tls).await?;
                    self.planned(Opened::OnePass(Box::new(again), sizes))
                }
                Remote::Stream(stream) => self.planned(Opened::OnePass(stream, Sizes::new())),
            },
        }
    }

    /// What was opened, if it is what was planned.
    fn planned(&self, opened: Opened) -> Result<Opened, SendError> {
        let is_planned = source::id_of(opened.descriptor_text()) == self.order.package.id;
        if is_planned { Ok(opened) } else { Err(SendError::Changed) }
    }

    async fn send(
        &self,
        lease: &Arc<Lease>,
        opened: Opened,
        items: Vec<vim25::types::OvfFileItem>,
    ) -> Result<MoRef, SendError> {
        let making = |percent| self.scope.progress(Some(percent / 20), "the server makes the VM");
        let ready = Arc::new(lease.ready(READY, making).await?);
        let meter = Meter::default();
        let sender =
            Sender { lease: Arc::clone(lease), ready: Arc::clone(&ready), meter: meter.clone() };
        let total = self.order.package.bytes;
        let sending = async {
            match opened {
                Opened::Free(package) => sender.send_all(&package, items).await,
                Opened::OnePass(stream, sizes) => sender.send_stream(*stream, sizes, items).await,
            }
        };
        lease.keep_while(&ready, || percent(&meter, total, self.scope), sending).await?;
        completion::note(self.writer, self.scope, lease, &ready.entity).await?;
        lease.complete().await?;
        Ok(ready.entity.clone())
    }

    /// Ends the lease, and tells why. When even that fails, nobody knows what is left.
    async fn give_up(&self, lease: &Lease, error: SendError) -> TaskError {
        let told = error.told(self.doing);
        match lease.abort().await {
            Ok(()) => told,
            Err(abort) => {
                tracing::debug!(%abort, "the import could not be aborted");
                told.delivery(orchestrator::Delivery::Unknown)
            }
        }
    }
}
