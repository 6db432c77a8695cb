//! What follows a deployment: power, and a guest that answers.

use std::time::Duration;

use orchestrator::{StepOutcome, StepScope, TaskError};
use vim25::types::GuestInfo;
use vsphere::Writer;
use vsphere::objects::VirtualMachine;

use super::existing::{Vm, VmSeen, address_of, tools_run};
use super::observe::observe;
use super::spec::Spec;
use crate::declared::On;
use crate::outcome::outcome;
use crate::trouble::Doing;
use crate::vim_work::{Background, kinds};
use crate::world::VsphereWorld;

/// How long powering on may take; a host may have to be woken.
const POWER: Duration = Duration::from_secs(900);

pub(super) async fn power_on(
    spec: &Spec,
    on: On<'_, VsphereWorld>,
    scope: &StepScope,
) -> Result<StepOutcome, TaskError> {
    let doing = Doing::new("ovf-power-on", "cannot power on", &spec.name);
    let writer = on.writer().await?;
    let vm = ours(spec, on, &doing).await?;
    if !vm.is_on {
        let machine = VirtualMachine::new(vm.object.clone());
        let background = Background { writer, scope, within: POWER };
        let (what, text) = ((kinds::POWER_ON, &vm.object), ("powering on", 0, 90));
        background.run(what, &doing, text, machine.issue_power_on(writer, None)).await?;
        // The task's success is not the VM's state yet.
        let is_on = writer.wait_until(&vm.object, &["runtime.powerState"], POWER, |seen| {
            (seen.text("runtime.powerState") == Some("poweredOn")).then_some(())
        });
        is_on.await.map_err(|error| doing.failed(error))?;
    }
    Ok(outcome(scope, !vm.is_on, "powered on"))
}

pub(super) async fn await_guest(
    spec: &Spec,
    on: On<'_, VsphereWorld>,
    scope: &StepScope,
) -> Result<StepOutcome, TaskError> {
    let doing = Doing::new("ovf-guest", "cannot see the guest at work of", &spec.name);
    let writer = on.writer().await?;
    let vm = ours(spec, on, &doing).await?;
    let proof = watch(spec, writer, &vm, scope).await.map_err(|error| doing.failed(error))?;
    Ok(outcome(scope, true, proof))
}

async fn watch(
    spec: &Spec,
    writer: &Writer,
    vm: &Vm,
    scope: &StepScope,
) -> Result<String, vsphere::WaitError> {
    let wait = spec.wait;
    let mut told = "";
    writer
        .wait_until(&vm.object, &["guest"], spec.timeout, |seen| {
            let guest = seen.object::<GuestInfo>("guest")?;
            let address = address_of(guest);
            let left = match (wait.tools && !tools_run(guest), wait.address && address.is_none()) {
                (true, _) => "waiting for VMware Tools",
                (_, true) => "waiting for an address",
                (false, false) => "",
            };
            if !left.is_empty() && told != left {
                told = left;
                scope.progress(None, left);
            }
            let shown = address.map(|address| format!(", address {address}")).unwrap_or_default();
            left.is_empty().then(|| format!("the guest is at work{shown}"))
        })
        .await
}

async fn ours(spec: &Spec, on: On<'_, VsphereWorld>, doing: &Doing) -> Result<Vm, TaskError> {
    let reading = on.looking();
    match observe(spec, reading).await?.vm {
        VmSeen::Ours(vm) => Ok(vm),
        VmSeen::None => Err(doing.error().caused_by("it is not there")),
        VmSeen::Foreign(_) => Err(doing.error().caused_by("it was not deployed by Lockstep")),
    }
}
