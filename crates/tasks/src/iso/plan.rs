//! Decides about an image.

use orchestrator::{Change, Item, Plan, PlannedStep, Reason, limits};

use super::drive::{Drive, VmSeen};
use super::fields::MOUNT;
use super::image::{Local, Remote};
use super::observe::{FileSeen, Seen};
use super::spec::{Spec, State};
use crate::lookup::reason;

/// What can be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    Send,
    Insert,
    Eject,
}

pub(super) fn plan(spec: &Spec, seen: &Seen) -> Plan<Step> {
    let subject = spec.subject();
    if !seen.missing.is_empty() {
        let blocks = seen.missing.iter().map(|why| Item::blocked(subject, why.clone()));
        return Plan::of(blocks.collect());
    }
    if let Some(waits) = &seen.waits {
        return Plan::after_apply(subject, waits);
    }
    let mut items: Vec<Item<Step>> = Vec::new();
    if let Some(file) = &seen.file {
        items.extend(send(subject, file).map(Item::from));
    }
    if let Some(vm) = &seen.vm {
        match spec.state {
            State::Inserted => items.extend(insert(spec, seen, vm)),
            State::Ejected => items.extend(eject(spec, vm).map(Item::from)),
        }
    }
    if items.is_empty() {
        items.push(Item::in_sync(subject, proof(spec, seen)));
    }
    Plan::of(items)
}

pub(super) fn manual_steps(spec: &Spec, seen: &Seen) -> u32 {
    let plan = plan(spec, seen);
    let is_open = plan.items.iter().any(|item| match item {
        Item::Step(step) => step.step != Step::Send,
        Item::AfterApply { .. } => true,
        _ => false,
    });
    if is_open { MOUNT } else { 0 }
}

fn send(subject: &str, file: &FileSeen) -> Option<PlannedStep<Step>> {
    let Local::There(size) = file.local else { return None };
    let title = format!("send the image to `{}`", file.at);
    let size = format!("{size} bytes");
    let step = match file.remote {
        Remote::Same(_) => return None,
        Remote::None => {
            PlannedStep::create(subject, title, Step::Send).changes([Change::set("image", size)])
        }
        Remote::Other(what) => PlannedStep::update(subject, title, Step::Send)
            .changes([Change::of("image", format!("another: {what} differs"), size)]),
    };
    Some(step.takes(limits::DATASTORE, &file.at.datastore))
}

fn insert(spec: &Spec, seen: &Seen, vm: &VmSeen) -> Option<Item<Step>> {
    let wanted = seen.file.as_ref().map(|file| file.at.to_string())?;
    if vm.image() == Some(wanted.as_str()) && vm.is_connected() {
        return None;
    }
    let subject = spec.subject();
    match vm.drive {
        Drive::NoSpace => return Some(Item::blocked(subject, no_space(subject))),
        Drive::Space { hot: false, .. } if vm.is_on => {
            return Some(Item::blocked(subject, is_on(subject)));
        }
        Drive::Here(_) | Drive::Space { .. } => {}
    }
    let before = vm.image().map(str::to_owned);
    let change = Change { setting: "CD-ROM drive".to_owned(), before, after: Some(wanted) };
    let title = format!("put the image into the CD-ROM drive of `{subject}`");
    Some(PlannedStep::update(subject, title, Step::Insert).changes([change]).into())
}

fn eject(spec: &Spec, vm: &VmSeen) -> Option<PlannedStep<Step>> {
    let image = vm.image()?;
    let subject = spec.subject();
    let title = format!("take the image out of the CD-ROM drive of `{subject}`");
    let step = PlannedStep::update(subject, title, Step::Eject);
    Some(step.changes([Change::unset("CD-ROM drive", image)]))
}

/// What shows that all is as declared.
pub(super) fn proof(spec: &Spec, seen: &Seen) -> String {
    match (&seen.file, &seen.vm) {
        (Some(file), Some(_)) => format!("`{}` is in the CD-ROM drive", file.at),
        (Some(file), None) => match file.remote {
            Remote::Same(size) => format!("`{}` is there, {size} bytes", file.at),
            Remote::None | Remote::Other(_) => format!("`{}`", file.at),
        },
        (None, _) => format!("no image is in the CD-ROM drive of `{}`", spec.subject()),
    }
}

fn no_space(vm: &str) -> Reason {
    let what = format!("cannot put an image into `{vm}`");
    let cause = "the VM has no CD-ROM drive, and no room for one on an IDE or SATA controller";
    reason("iso-no-controller", what, cause, "add a SATA controller or a CD-ROM drive to the VM")
}

fn is_on(vm: &str) -> Reason {
    let what = format!("cannot put an image into `{vm}`");
    let cause = "the VM has no CD-ROM drive, and an IDE one cannot be added while it runs";
    reason("iso-vm-is-on", what, cause, "power the VM off, or add a CD-ROM drive to it")
}
