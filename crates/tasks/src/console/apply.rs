//! Looks at a VM, types keys, and waits until it shows that they were understood.

use std::collections::BTreeMap;

use orchestrator::{Delivery, StepOutcome, StepScope, TaskError, World};
use secrecy::{ExposeSecret, SecretString};
use vim25::types::{UsbScanCodeSpec, UsbScanCodeSpecKeyEvent};
use vim25::{Method, MoRef, methods};
use vsphere::objects::VirtualMachine;
use vsphere::{Kind, Reader, Writer};

use super::keyboard::key_of;
use super::plan::{Seen, Step};
use super::spec::{Keys, Spec, Typed, Unless};
use crate::guest::has_address;
use crate::lookup;
use crate::outcome::outcome;
use crate::secret_text::filled;
use crate::trouble::{Doing, reading};
use crate::world::VsphereWorld;

/// Key events of one call; a guest that is busy loses keys of longer ones.
const AT_ONCE: usize = 16;
const POWER: &str = "runtime.powerState";

pub(super) async fn observe(spec: &Spec, reader: &Reader) -> Result<Seen, TaskError> {
    let mut inventory = lookup::inventory(reader).await?;
    if spec.datacenter.is_some() {
        let known = crate::forecast::Known::default();
        lookup::datacenter(&mut inventory, &known, spec.datacenter.as_deref());
    }
    let vm = match (inventory.find(Kind::VirtualMachine, &spec.vm), &spec.after) {
        (Ok(vm), _) => vm,
        (Err(error), None) => return Ok(Seen::Nowhere(error)),
        (Err(error), Some(task)) => {
            let waits_for = format!("task `{task}` makes VM `{}`", spec.vm);
            let failure = TaskError::new("not-found", "cannot find VM", spec.vm.clone());
            return Err(failure.caused_by(error).not_yet(waits_for));
        }
    };
    let seen = reader.retrieve(&vm, &[POWER]).await;
    let seen = seen.map_err(|error| reading(&spec.vm).failed(error))?;
    let on = seen.text(POWER) == Some("poweredOn");
    let needed = is_needed(&spec.unless, &vm, reader).await?;
    if let (false, true, Some(task)) = (on, needed, &spec.after) {
        let waits_for = format!("task `{task}` powers VM `{}` on", spec.vm);
        let failure = TaskError::new("console-vm-off", "cannot type on VM", spec.vm.clone());
        return Err(failure.caused_by("it is not powered on").not_yet(waits_for));
    }
    let can_type = reader.version().knows(methods::PutUsbScanCodes::method().since);
    Ok(Seen::Vm { vm, on, can_type, needed })
}

async fn is_needed(unless: &Unless, vm: &MoRef, reader: &Reader) -> Result<bool, TaskError> {
    match unless {
        Unless::Address(address) => has_address(vm, address, reader).await.map(|has| !has),
        Unless::Property(path, value) => {
            let seen = reader.retrieve(vm, &[path]).await;
            let seen = seen.map_err(|error| reading(&vm.to_string()).failed(error))?;
            Ok(seen.text(path) != Some(value))
        }
    }
}

pub(super) async fn apply(
    spec: &Spec,
    Step(vm): &Step,
    writer: &Writer,
    world: &VsphereWorld,
    scope: &StepScope,
) -> Result<StepOutcome, TaskError> {
    if !is_needed(&spec.unless, vm, writer).await? {
        return Ok(outcome(scope, false, spec.unless.in_words()));
    }
    let mut secrets = BTreeMap::new();
    for (name, reference) in &spec.secrets {
        secrets.insert(name.clone(), world.reader().secret(reference).await?);
    }
    let machine = VirtualMachine::new(vm.clone());
    let doing = Doing::new("console-type", "cannot type on the console of", &spec.vm);
    let all = spec.keys.len();
    for (at, keys) in spec.keys.iter().enumerate() {
        scope.progress(None, format!("entry {} of {all}", at + 1));
        let events = events(keys, &secrets).ok_or_else(|| {
            let failure = doing.error().delivery(Delivery::NotSent);
            failure.caused_by(format!("entry {} has a character that no US keyboard has", at + 1))
        })?;
        for part in events.chunks(AT_ONCE) {
            let key_events = part.to_vec();
            let spec = UsbScanCodeSpec { key_events, ..Default::default() };
            let typed = machine.put_usb_scan_codes(writer, spec).await;
            typed.map_err(|error| doing.failed(error))?;
        }
        writer.clock().sleep(keys.pause).await;
    }
    scope.progress(None, format!("waiting until {}", spec.unless.in_words()));
    let shown = async {
        while is_needed(&spec.unless, vm, writer).await? {
            writer.clock().sleep(std::time::Duration::from_secs(1)).await;
        }
        Ok::<(), TaskError>(())
    };
    tokio::select! {
        shown = shown => shown?,
        () = writer.clock().sleep(spec.shows_within) => {
            let cause = format!("the keys were typed, and yet it is not true that {}", spec.unless.in_words());
            let hint = "look at the console; the menu may ask in another order";
            return Err(doing.error().delivery(Delivery::Answered).caused_by(cause).hint(hint));
        }
    }
    Ok(outcome(scope, true, spec.unless.in_words()))
}

/// The keys of an entry; `None` when the keyboard lacks one.
fn events(
    keys: &Keys,
    secrets: &BTreeMap<String, SecretString>,
) -> Option<Vec<UsbScanCodeSpecKeyEvent>> {
    match &keys.what {
        Typed::Press(chord, times) => Some(vec![chord.event(); *times]),
        Typed::Text(text) => {
            let text = filled(text, secrets);
            text.expose_secret().chars().map(|letter| Some(key_of(letter)?.event())).collect()
        }
    }
}
