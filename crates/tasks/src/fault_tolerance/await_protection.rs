//! Waits until a VM is really protected, and says where both halves are.
//!
//! vCenter starts and synchronises the secondary in a task of its own, after the one that was asked for. Its
//! failure ends the wait, and so does a pair that nobody works on (`standstill`); its success does not: the state
//! of the primary and HA's protection decide.

use orchestrator::TaskError;
use vim25::MoRef;
use vim25::types::{FaultToleranceConfigInfo, FaultTolerancePrimaryConfigInfo};
use vsphere::ObjectProperties;

use super::apply::{Work, is_protected};
use super::standstill::standstill;
use crate::trouble::{Doing, reading};

/// What is known about a pair that is on its way.
#[derive(Default)]
pub(super) struct Waiting {
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

/// Waits, and gives the proof in words.
pub(super) async fn await_protection(
    work: &Work<'_>,
    waiting: Waiting,
) -> Result<String, TaskError> {
    let doing = Doing::new("ft-await", "cannot wait for the protection of", work.name);
    let seen = tokio::select! {
        biased;
        seen = until_protected(work, &doing) => seen?,
        error = standstill(work) => return Err(error),
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
