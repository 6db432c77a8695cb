//! Looks into a guest without starting anything there.

use orchestrator::TaskError;
use vim25::MoRef;
use vim25::types::GuestNicInfo;
use vsphere::objects::GuestLogin;
use vsphere::{FindError, Kind, Reader};

use super::inside::{Inside, NotInside};
use super::spec::{Run, Spec};
use crate::lookup;
use crate::trouble::{Doing, reading};
use crate::world::VsphereReader;

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Seen {
    Nowhere(FindError),
    /// VMware Tools do not run, or the VM is off.
    NotReady,
    /// No password is taken.
    Refused,
    /// Whether each program is needed, in their order.
    Guest {
        needed: Vec<bool>,
    },
}

pub(super) async fn observe(
    spec: &Spec,
    reader: &Reader,
    world: &VsphereReader,
) -> Result<Seen, TaskError> {
    let vm = match find(spec, reader).await? {
        Ok(vm) => vm,
        Err(error) => return not_yet(spec, Seen::Nowhere(error)),
    };
    if world.is_patient() {
        // That it does not come about is seen below.
        let _ = until_ready(&vm, spec, reader).await;
    }
    let entered = Inside::enter(reader, &vm, &spec.vm, logins(spec, world).await?).await;
    let (inside, login) = match entered {
        Ok(entered) => entered,
        Err(NotInside::NotReady) => return not_yet(spec, Seen::NotReady),
        // In a plan: the task that it comes after may be what sets the password.
        Err(NotInside::Refused) if spec.after.is_some() && !world.is_patient() => {
            return not_yet(spec, Seen::Refused);
        }
        Err(NotInside::Refused) => return Ok(Seen::Refused),
        Err(NotInside::Failed(error)) => return Err(error),
    };
    let mut needed = Vec::new();
    for run in &spec.run {
        needed.push(is_needed(run, login, &vm, &inside, reader).await?);
    }
    Ok(Seen::Guest { needed })
}

/// In a plan, what an earlier task makes is nothing wrong.
fn not_yet(spec: &Spec, seen: Seen) -> Result<Seen, TaskError> {
    let Some(task) = &spec.after else { return Ok(seen) };
    let waits_for = format!("task `{task}` makes the guest of `{}` ready", spec.vm);
    let cause = match &seen {
        Seen::Nowhere(error) => error.to_string(),
        Seen::Refused => "none of the declared passwords is taken".to_owned(),
        _ => "VMware Tools do not run in it".to_owned(),
    };
    let error = TaskError::new("guest-not-ready", "cannot look into VM", spec.vm.clone());
    Err(error.hint("see on its console why it does not start").caused_by(cause).not_yet(waits_for))
}

pub(super) async fn find(
    spec: &Spec,
    reader: &Reader,
) -> Result<Result<MoRef, FindError>, TaskError> {
    let mut inventory = lookup::inventory(reader).await?;
    if spec.datacenter.is_some() {
        let known = crate::forecast::Known::default();
        lookup::datacenter(&mut inventory, &known, spec.datacenter.as_deref());
    }
    Ok(inventory.find(Kind::VirtualMachine, &spec.vm))
}

async fn until_ready(vm: &MoRef, spec: &Spec, reader: &Reader) -> Result<(), TaskError> {
    let path = "guest.toolsRunningStatus";
    let ready = reader
        .wait_until(vm, &[path], spec.ready_within, |seen| {
            (seen.text(path)? == "guestToolsRunning").then_some(())
        })
        .await;
    ready.map_err(|error| reading(&spec.vm).failed(error))
}

/// The logins to try, in this order.
pub(super) async fn logins(
    spec: &Spec,
    world: &VsphereReader,
) -> Result<Vec<GuestLogin>, TaskError> {
    let mut logins = Vec::new();
    for reference in [&spec.password, &spec.initial_password].into_iter().flatten() {
        let password = world.secret(reference).await?;
        logins.push(GuestLogin { username: spec.username.clone(), password });
    }
    Ok(logins)
}

/// Whether a program is needed; `login` is the place of the login that was taken.
pub(super) async fn is_needed(
    run: &Run,
    login: usize,
    vm: &MoRef,
    inside: &Inside,
    reader: &Reader,
) -> Result<bool, TaskError> {
    let doing = || Doing::new("guest-look", "cannot look into the guest of", &inside.name);
    if run.sets_password {
        return Ok(login > 0);
    }
    if let Some(path) = &run.creates {
        let there = inside.operations.exists(reader, &inside.login, path).await;
        return there.map(|there| !there).map_err(|error| doing().failed(error));
    }
    if let Some((path, text)) = &run.unless_file {
        let bytes = inside.operations.read_file(reader, &inside.login, path).await;
        let bytes = bytes.map_err(|cause| doing().error().caused_by(cause))?;
        let found = bytes.is_some_and(|bytes| String::from_utf8_lossy(&bytes).contains(text));
        return Ok(!found);
    }
    let Some(address) = &run.address else { return Ok(true) };
    has_address(vm, address, reader).await.map(|has| !has)
}

/// Whether the guest says that it has this address.
pub(crate) async fn has_address(
    vm: &MoRef,
    address: &str,
    reader: &Reader,
) -> Result<bool, TaskError> {
    let paths = ["guest.ipAddress", "guest.net"];
    let seen = reader.retrieve(vm, &paths).await;
    let seen = seen.map_err(|error| reading(&vm.to_string()).failed(error))?;
    let adapters = seen.objects::<GuestNicInfo>("guest.net");
    let mut all = adapters.flat_map(|adapter| &adapter.ip_address);
    Ok(seen.text("guest.ipAddress") == Some(address) || all.any(|own| *own == *address))
}
