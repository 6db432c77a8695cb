//! Waits until a VM is really protected, and says where both halves are.
//!
//! vCenter starts and synchronises the secondary in a task of its own, after the one that was asked for. Its
//! failure ends the wait at once; its success does not: the state of the primary and HA's protection decide.

use orchestrator::TaskError;
use vim25::MoRef;
use vim25::types::{FaultToleranceConfigInfo, FaultTolerancePrimaryConfigInfo};
use vsphere::{ObjectProperties, Reader, VimTaskError};

use super::apply::{Work, is_protected};
use crate::trouble::{Doing, reading};
use crate::vim_work::{Kind, scaled, still_running};

/// What is known about a pair that is on its way.
#[derive(Default)]
pub(super) struct Waiting {
    /// The vim task that starts the secondary.
    pub(super) started: Option<MoRef>,
    /// The host that was asked for, and its name.
    pub(super) asked: Option<(MoRef, String)>,
    /// The primary's host, and its name.
    pub(super) home: Option<(MoRef, String)>,
}

const STATE: &[&str] = &[
    "runtime.faultToleranceState",
    "runtime.needSecondaryReason",
    "runtime.powerState",
    "runtime.dasVmProtection",
    "config.ftInfo",
];

/// vCenter's own work after a turn-on.
const STARTING: &[Kind] = &[Kind { method: "", description: "FaultTolerance.PowerOnSecondaryLRO" }];

/// Waits, and gives the proof in words.
pub(super) async fn await_protection(
    work: &Work<'_>,
    waiting: Waiting,
) -> Result<String, TaskError> {
    let doing = Doing::new("ft-await", "cannot wait for the protection of", work.name);
    let seen = tokio::select! {
        biased;
        seen = until_protected(work, &doing) => seen?,
        error = failed_start(work, waiting.started.as_ref()) => return Err(start_failed(work, error)),
    };
    prove(work, &seen, &waiting).await
}

async fn until_protected(work: &Work<'_>, doing: &Doing) -> Result<ObjectProperties, TaskError> {
    let mut shown = String::new();
    let reached = work.writer.wait_until(work.vm, STATE, work.within, |seen| {
        if is_protected(seen) {
            return Some(Ok(seen.clone()));
        }
        let (percent, text) = match stage(seen) {
            Ok(stage) => stage,
            Err(cause) => return Some(Err(cause)),
        };
        if text != shown {
            work.scope.progress(percent, text.clone());
            shown = text;
        }
        None
    });
    reached.await.map_err(|error| doing.failed(error))?.map_err(|(cause, fix)| {
        let mut error = doing.error().caused_by(cause).hint(fix);
        error.what = "did not get protected:".to_owned();
        error.delivery(orchestrator::Delivery::Answered)
    })
}

type Stage = (Option<u8>, String);

/// How far it is; an error (cause, fix) when it will not get there.
fn stage(seen: &ObjectProperties) -> Result<Stage, (&'static str, &'static str)> {
    let state = seen.text("runtime.faultToleranceState").unwrap_or_default();
    let reason = seen.text("runtime.needSecondaryReason");
    match state {
        "disabled" => Err((
            "vCenter gave up starting the secondary and suspended Fault Tolerance",
            "look at the VM's events for the reason; applying again resumes it",
        )),
        "notConfigured" | ""
            if seen.object::<FaultToleranceConfigInfo>("config.ftInfo").is_none() =>
        {
            Err(("Fault Tolerance is off again", "look at the VM's events for who turned it off"))
        }
        "running" => Ok((Some(97), "the secondary runs; waiting for HA to protect it".to_owned())),
        "starting" => Ok((None, "synchronising the secondary".to_owned())),
        "needSecondary" => {
            let why = reason.filter(|reason| *reason != "initializing");
            let why = why.map(|reason| format!(" ({reason})")).unwrap_or_default();
            Ok((Some(20), format!("waiting for the secondary to start{why}")))
        }
        other => Ok((None, format!("state {other}"))),
    }
}

/// Ends when the start of the secondary fails, and never otherwise.
async fn failed_start(work: &Work<'_>, told: Option<&MoRef>) -> VimTaskError {
    let reader: &Reader = work.writer;
    let mut known: Vec<MoRef> = Vec::new();
    if let Some(vim_task) = told {
        known.push(vim_task.clone());
        if let Some(error) = follow_start(work, vim_task).await {
            return error;
        }
    }
    let Some(secondary) = secondary(work).await else { return std::future::pending().await };
    loop {
        let newer = |seen: &ObjectProperties| {
            let now = seen.morefs("recentTask");
            now.iter().any(|one| !known.contains(one)).then_some(now)
        };
        let recent = reader.wait_until(&secondary, &["recentTask"], work.within, newer).await;
        let Ok(recent) = recent else { return std::future::pending().await };
        let running = still_running(reader, &recent, STARTING).await.unwrap_or_default();
        for vim_task in running {
            if let Some(error) = follow_start(work, &vim_task).await {
                return error;
            }
        }
        known = recent;
    }
}

async fn secondary(work: &Work<'_>) -> Option<MoRef> {
    let found = work.writer.wait_until(work.vm, &["config.ftInfo"], work.within, |seen| {
        let info = seen.object::<FaultTolerancePrimaryConfigInfo>("config.ftInfo")?;
        info.secondaries.first().cloned()
    });
    found.await.ok()
}

/// Shows how far the synchronisation is; gives the error when it failed. A task that cannot be followed
/// says nothing about the pair.
async fn follow_start(work: &Work<'_>, vim_task: &MoRef) -> Option<VimTaskError> {
    let mut shown = None;
    let ended = work.writer.wait_for_task(vim_task, work.within, |info| {
        let percent = scaled(info.progress, 20, 95);
        if shown != Some(percent) {
            shown = Some(percent);
            work.scope.progress(Some(percent), "synchronising the secondary");
        }
    });
    match ended.await {
        Err(error @ VimTaskError::Failed(_)) => Some(error),
        Ok(_) | Err(_) => None,
    }
}

fn start_failed(work: &Work<'_>, error: VimTaskError) -> TaskError {
    let doing = Doing::new("ft-secondary-not-started", "cannot start the secondary of", work.name);
    let error = doing.failed(error);
    match error.hint {
        Some(_) => error,
        None => error
            .hint("look at the events of the VM; then start it in vCenter (Restart Secondary VM)"),
    }
}

/// Where both halves are now.
async fn prove(
    work: &Work<'_>,
    seen: &ObjectProperties,
    waiting: &Waiting,
) -> Result<String, TaskError> {
    if seen.text("runtime.faultToleranceState") == Some("enabled") {
        return Ok("configured and powered off; protected from the next power-on".to_owned());
    }
    let failed = |error| reading(work.name).failed(error);
    let info = seen.object::<FaultTolerancePrimaryConfigInfo>("config.ftInfo");
    let mut halves = vec![work.vm.clone()];
    halves.extend(info.and_then(|info| info.secondaries.first()).cloned());
    let found = work.writer.retrieve_many(&halves, &["runtime.host"]).await.map_err(failed)?;
    let host = |vm: &MoRef| found.iter().find(|one| one.object == *vm)?.moref("runtime.host");
    let primary = host_name(work, waiting, host(work.vm)).await.map_err(failed)?;
    let secondary = halves.get(1).and_then(host);
    let secondary = host_name(work, waiting, secondary).await.map_err(failed)?;
    if secondary.is_some() && secondary == primary {
        let doing = Doing::new("ft-same-host", "both halves run on one host:", work.name);
        return Err(doing.error().hint("migrate the secondary to another host in vCenter"));
    }
    let shown =
        |host: &Option<String>| host.clone().unwrap_or_else(|| "an unknown host".to_owned());
    let (primary, secondary) = (shown(&primary), shown(&secondary));
    let asked = waiting.asked.as_ref().map(|(_, name)| name);
    if let Some(asked) = asked.filter(|asked| **asked != secondary) {
        work.scope.notice(format!(
            "the secondary of `{}` runs on `{secondary}`, not on `{asked}` as asked",
            work.name
        ));
    }
    Ok(format!("running on `{primary}`, secondary on `{secondary}`, protected by HA"))
}

/// The name of a host; it is asked for only where it is another than was planned.
async fn host_name(
    work: &Work<'_>,
    waiting: &Waiting,
    host: Option<&MoRef>,
) -> Result<Option<String>, vsphere::CallError> {
    let Some(host) = host else { return Ok(None) };
    let mut known = waiting.asked.iter().chain(&waiting.home);
    if let Some((_, name)) = known.find(|(known, _)| known == host) {
        return Ok(Some(name.clone()));
    }
    let seen = work.writer.retrieve(host, &["name"]).await?;
    Ok(seen.text("name").map(vsphere::percent::unescape))
}
