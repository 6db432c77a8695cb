//! Decides about the installation of a host.

use orchestrator::{Change, Item, Plan, PlannedStep, limits};

use super::answer::Answer;
use super::contents::{FileState, FilesSeen};
use super::observe::Seen;
use super::release::warnings;
use super::spec::{Spec, WaitFor};
use crate::ledger::INSTALL_HOST;

/// What can be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    /// Write what is missing or differs.
    Write,
    /// Serve the script, if declared, and wait for the host.
    Install,
}

pub(super) fn plan(spec: &Spec, seen: &Seen) -> Plan<Step> {
    let subject = spec.subject();
    let Some(files) = &seen.files else {
        return Plan::in_sync(subject, answer_text(&seen.answer));
    };
    let mut items: Vec<Item<Step>> = Vec::new();
    if !files.are_declared() {
        items.push(write(spec, files).into());
    }
    if let Some(waits) = &spec.wait_for {
        items.push(install(spec, waits).into());
    }
    if items.is_empty() {
        let names: Vec<_> = files.files.iter().map(|file| format!("`{}`", file.name)).collect();
        let detail = format!("{} are as declared in `{}`", names.join(", "), spec.folder);
        return Plan::in_sync(subject, detail);
    }
    let plan = notes(spec).into_iter().fold(Plan::of(items), Plan::note);
    match &seen.answer {
        Answer::Other(text) => {
            plan.note(format!("`{subject}` answers as {text}; it has to be installed anew"))
        }
        _ => plan,
    }
}

/// Steps by hand that are left. Writing a script installs nothing, so they count only where the task waits.
pub(super) fn manual_steps(spec: &Spec, seen: &Seen) -> u32 {
    if spec.wait_for.is_some() && seen.files.is_some() { INSTALL_HOST } else { 0 }
}

fn write(spec: &Spec, files: &FilesSeen) -> PlannedStep<Step> {
    let is_new = files.files.iter().all(|file| file.state == FileState::Missing);
    let title = format!("write the scripted installation to `{}`", spec.folder);
    let step = match is_new {
        true => PlannedStep::create(spec.subject(), title, Step::Write),
        false => PlannedStep::update(spec.subject(), title, Step::Write),
    };
    step.changes(files.files.iter().filter_map(|file| match &file.state {
        FileState::AsDeclared => None,
        FileState::Missing => Some(Change::set(file.name, "written, for its owner only")),
        FileState::Differs(what) => {
            Some(Change::of(file.name, format!("differs: {what}"), "as declared"))
        }
    }))
}

fn install(spec: &Spec, waits: &WaitFor) -> PlannedStep<Step> {
    let wanted = match &waits.build {
        Some(build) => format!("ESXi {} build {build}", spec.release),
        None => format!("ESXi {}", spec.release),
    };
    let title = match &spec.serve {
        Some(serve) => format!(
            "serve `ks.cfg` on `{}` and wait until `{}` answers as {wanted}",
            serve.listen, waits.url
        ),
        None => format!("wait until `{}` answers as {wanted}", waits.url),
    };
    PlannedStep::create(spec.subject(), title, Step::Install)
        .takes(limits::HOST, waits.url.authority())
}

fn notes(spec: &Spec) -> Vec<String> {
    let mut notes: Vec<String> = Vec::new();
    if spec.disk.flags.contains(&"--overwritevmfs") {
        notes.push("what is on the chosen disk is erased when the host boots the installer".into());
    }
    if let Some(serve) = &spec.serve {
        notes.push(format!(
            "`ks.cfg` goes over the network in plain from `{}`; it holds the hash of the password, so keep \
             that network to yourself",
            serve.listen
        ));
    }
    notes.extend(
        warnings(&spec.release)
            .filter(|warning| spec.is(warning.when))
            .map(|warning| warning.text.to_owned()),
    );
    notes
}

fn answer_text(answer: &Answer) -> String {
    match answer {
        Answer::Expected(text) => format!("installed: answers as {text}"),
        Answer::Other(text) => format!("answers as {text}"),
        Answer::Silent(why) => format!("does not answer: {why}"),
        Answer::NotAsked => "not asked".to_owned(),
    }
}
