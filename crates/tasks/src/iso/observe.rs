//! Looks at the image on both sides, and at the VM's drive.

use orchestrator::{Reason, TaskError};
use vim25::MoRef;
use vsphere::transfer::DatastorePath;
use vsphere::{Inventory, Kind, Reader};

use super::drive::{DEVICES, VmSeen};
use super::image::{self, Local, Remote};
use super::spec::{Spec, State};
use crate::declared::On;
use crate::forecast::Known;
use crate::lookup::{self, Place, not_found, reason};
use crate::trouble::{Doing, reading};
use crate::world::VsphereReader;

/// What was found.
#[derive(Debug, Clone, Default)]
pub(crate) struct Seen {
    /// What an earlier task makes first.
    pub(super) waits: Option<String>,
    /// What is not there.
    pub(super) missing: Vec<Reason>,
    pub(super) file: Option<FileSeen>,
    pub(super) vm: Option<VmSeen>,
    pub(super) datacenter: MoRef,
}

/// The image.
#[derive(Debug, Clone)]
pub(super) struct FileSeen {
    pub(super) at: DatastorePath,
    pub(super) datastore: MoRef,
    pub(super) local: Local,
    pub(super) remote: Remote,
}

pub(super) async fn observe(spec: &Spec, on: On<'_, VsphereReader>) -> Result<Seen, TaskError> {
    let reader = on.reader().await?;
    let known = on.known();
    let mut inventory = lookup::inventory(reader).await?;
    let mut seen = Seen::default();
    let what = format!("cannot provide the image for `{}`", spec.subject());
    match lookup::datacenter(&mut inventory, &known, spec.datacenter.as_deref()) {
        Place::Here { object, .. } => seen.datacenter = object,
        Place::Coming { name } => seen.waits = Some(format!("datacenter `{name}` is made")),
        Place::Nowhere(error) => seen.missing.push(not_found(&what, &error)),
    }
    if seen.waits.is_some() || !seen.missing.is_empty() {
        return Ok(seen);
    }
    if spec.state == State::Inserted {
        file(spec, on, reader, (&inventory, &known), &mut seen).await?;
    }
    if let Some(name) = &spec.vm {
        vm(name, reader, &inventory, &known, &mut seen).await?;
    }
    Ok(seen)
}

async fn file(
    spec: &Spec,
    on: On<'_, VsphereReader>,
    reader: &Reader,
    (inventory, known): (&Inventory, &Known),
    seen: &mut Seen,
) -> Result<(), TaskError> {
    let wanted = spec.datastore.as_deref().unwrap_or("*");
    let datastore = match inventory.find(Kind::Datastore, wanted) {
        Ok(datastore) => datastore,
        Err(error) => {
            let brings = |name: &String| wanted == "*" || name == lookup::last_level(wanted);
            let mut hosts = known.hosts.iter().map(|host| &host.preview);
            if let Some(host) = hosts.find(|host| host.datastores.iter().any(brings)) {
                seen.waits = Some(format!("host `{}` is added", host.name));
                return Ok(());
            }
            let what = format!("cannot put `{}` on a datastore", spec.path);
            seen.missing.push(not_found(what, &error));
            return Ok(());
        }
    };
    let datacenter = inventory.path(&seen.datacenter).unwrap_or_default();
    let at = DatastorePath {
        datacenter: datacenter.trim_matches('/').to_owned(),
        datastore: inventory.name(&datastore).unwrap_or_default().to_owned(),
        path: spec.path.clone(),
    };
    let path = spec.image.as_deref().map(|image| on.world.file(image));
    let local = image::local(path.as_deref());
    if let Local::Unreadable(cause) = &local {
        let image = spec.image.as_deref().unwrap_or_default();
        let what = format!("cannot read the image `{image}`");
        let fix = "write the path of an image, relative to the playbook";
        seen.missing.push(reason("iso-unreadable", what, cause, fix));
    }
    let remote = image::remote(reader, &at, &local, path).await;
    let doing = Doing::new("iso-look", "cannot look for the image", &at.to_string());
    let remote = remote.map_err(|error| doing.failed(error))?;
    if local == Local::None && remote == Remote::None {
        let what = format!("cannot find the image `{at}`");
        let fix = "write the file to send as `image`, or the right `path`";
        seen.missing.push(reason("iso-absent", what, "it is not on the datastore", fix));
    }
    seen.file = Some(FileSeen { at, datastore, local, remote });
    Ok(())
}

async fn vm(
    name: &str,
    reader: &Reader,
    inventory: &Inventory,
    known: &Known,
    seen: &mut Seen,
) -> Result<(), TaskError> {
    match inventory.find(Kind::VirtualMachine, name) {
        Ok(object) => {
            let read = reader.retrieve(&object, &[DEVICES, "runtime.powerState"]).await;
            let read = read.map_err(|error| reading(name).failed(error))?;
            seen.vm = Some(VmSeen::of(&read));
        }
        Err(_) if known.vms.iter().any(|one| one == lookup::last_level(name)) => {
            seen.waits = Some(format!("VM `{name}` is deployed"));
        }
        Err(error) => {
            let what = format!("cannot change the CD-ROM drive of `{name}`");
            seen.missing.push(not_found(what, &error));
        }
    }
    Ok(())
}
