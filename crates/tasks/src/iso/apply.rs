//! Sends an image, and changes what is in a drive. Each is proved by looking again.

use std::fs::File;
use std::time::Duration;

use orchestrator::{StepOutcome, StepScope, TaskError, World};
use vim25::types::{FileAlreadyExists, VirtualMachineConfigSpec};
use vsphere::Writer;
use vsphere::objects::{FileManager, VirtualMachine};
use vsphere::transfer::{Meter, UploadBody};

use super::drive::VmSeen;
use super::image::{Hashed, Local, Remote, note, note_of};
use super::observe::{FileSeen, Seen, observe};
use super::plan::{Step, plan, proof};
use super::spec::Spec;
use super::tray;
use crate::declared::On;
use crate::outcome::outcome;
use crate::trouble::Doing;
use crate::vim_work::{Background, kinds};
use crate::world::VsphereWorld;

/// How long changing a drive may take.
const CHANGE: Duration = Duration::from_secs(600);
/// How often progress is shown.
const SHOWN: Duration = Duration::from_secs(1);

pub(super) async fn apply(
    spec: &Spec,
    on: On<'_, VsphereWorld>,
    step: &Step,
    scope: &StepScope,
) -> Result<StepOutcome, TaskError> {
    let doing = Doing::new("iso", "cannot provide the image for", spec.subject());
    let look = || observe(spec, on.looking());
    let seen = look().await?;
    if !is_planned(spec, &seen, step) {
        return Ok(outcome(scope, false, proof(spec, &seen)));
    }
    let work = Work { spec, on, writer: on.writer().await?, scope, doing };
    match step {
        Step::Send => work.send(&seen).await?,
        Step::Insert => work.insert(&seen).await?,
        Step::Eject => work.eject(&seen).await?,
    }
    let seen = look().await?;
    if is_planned(spec, &seen, step) {
        return Err(work
            .doing
            .error()
            .caused_by("the server took the order and shows no difference"));
    }
    Ok(StepOutcome::changed(proof(spec, &seen)))
}

fn is_planned(spec: &Spec, seen: &Seen, step: &Step) -> bool {
    let plan = plan(spec, seen);
    plan.items
        .iter()
        .any(|item| matches!(item, orchestrator::Item::Step(planned) if planned.step == *step))
}

struct Work<'a> {
    spec: &'a Spec,
    on: On<'a, VsphereWorld>,
    writer: &'a Writer,
    scope: &'a StepScope,
    doing: Doing,
}

impl Work<'_> {
    async fn send(&self, seen: &Seen) -> Result<(), TaskError> {
        let Some(file) = &seen.file else { return Ok(()) };
        self.make_folder(seen, file).await?;
        if matches!(file.remote, Remote::Other(_)) {
            // A note that is older than the image would call it wrong.
            let gone = self.writer.delete_datastore_file(&note_of(&file.at)).await;
            gone.map_err(|error| self.doing.failed(error))?;
        }
        let digest = self.send_image(file).await?;
        let text = note(&digest, &file.at);
        let body = UploadBody::whole(text.into_bytes(), &Meter::default());
        let noted = self.writer.write_datastore_file(&note_of(&file.at), body).await;
        noted.map_err(|error| self.doing.failed(error))
    }

    /// Gives the digest of what was sent. A part of an image that did not get there whole is deleted.
    async fn send_image(&self, file: &FileSeen) -> Result<String, TaskError> {
        let (Local::There(size), Some(image)) = (&file.local, &self.spec.image) else {
            return Err(self.doing.error().caused_by("there is no image to send"));
        };
        let path = self.on.world.reader().file(image);
        let opened = tokio::task::spawn_blocking(move || File::open(path)).await;
        let opened = opened.map_err(|error| self.doing.error().caused_by(error))?;
        let opened = opened.map_err(|error| self.doing.error().caused_by(error))?;
        let reader = Hashed::new(Box::new(opened));
        let (digest, meter) = (reader.digest(), Meter::default());
        let body = UploadBody::reading(Box::new(reader), *size, &meter);
        let sending = self.writer.write_datastore_file(&file.at, body);
        let sent = tokio::select! {
            sent = sending => sent,
            () = self.show(&meter, *size) => return Err(self.doing.error()),
        };
        if let Err(error) = sent {
            let removed = self.writer.delete_datastore_file(&file.at).await;
            if let Err(error) = removed {
                tracing::debug!(%error, "a part of an image could not be deleted");
            }
            return Err(self.doing.failed(error));
        }
        Ok(digest.hex())
    }

    /// Shows progress; does not end by itself.
    async fn show(&self, meter: &Meter, size: u64) {
        loop {
            let percent = meter.bytes().saturating_mul(100).checked_div(size).unwrap_or(0).min(99);
            let percent = u8::try_from(percent).unwrap_or(99);
            self.scope.progress(Some(percent), "sending the image");
            self.writer.clock().sleep(SHOWN).await;
        }
    }

    async fn make_folder(&self, seen: &Seen, file: &FileSeen) -> Result<(), TaskError> {
        let Some((folder, _)) = file.at.path.rsplit_once('/') else { return Ok(()) };
        let Some(manager) = self.writer.content().file_manager.clone() else { return Ok(()) };
        let path = format!("[{}] {folder}", file.at.datastore);
        let datacenter = Some(seen.datacenter.clone());
        match FileManager::new(manager).make_directory(self.writer, &path, datacenter).await {
            Err(error) if error.fault::<FileAlreadyExists>().is_none() => {
                Err(self.doing.failed(error))
            }
            _ => Ok(()),
        }
    }

    async fn insert(&self, seen: &Seen) -> Result<(), TaskError> {
        let (Some(file), Some(vm)) = (&seen.file, &seen.vm) else { return Ok(()) };
        self.change(vm, vm.insert(&file.at.to_string(), &file.datastore)).await
    }

    async fn eject(&self, seen: &Seen) -> Result<(), TaskError> {
        let Some(vm) = &seen.vm else { return Ok(()) };
        self.change(vm, vm.eject()).await
    }

    async fn change(
        &self,
        vm: &VmSeen,
        spec: Option<VirtualMachineConfigSpec>,
    ) -> Result<(), TaskError> {
        let Some(spec) = spec else { return Err(self.doing.error().caused_by("it has no drive")) };
        let machine = VirtualMachine::new(vm.object.clone());
        let issue = machine.issue_reconfigure(self.writer, spec);
        let text = ("changing the CD-ROM drive", 0, 100);
        let background = Background { writer: self.writer, scope: self.scope, within: CHANGE };
        let what = (kinds::RECONFIGURE_VM, &vm.object);
        tokio::select! {
            done = background.run(what, &self.doing, text, issue) => done.map(drop),
            () = tray::answer(self.writer, &vm.object, self.scope) => Ok(()),
        }
    }
}
