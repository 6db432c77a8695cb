//! Waits until a VM is really protected, and says where both halves are.
//!
//! vCenter starts and synchronises the secondary in a task of its own, after the one that was asked for. Its
//! failure ends the wait, and so does a pair that nobody works on (`standstill`); its success does not: the state
//! of the primary and HA's protection decide. While HA is waited for, other VMs may use the hosts.

use std::pin::pin;
use std::time::Duration;

use orchestrator::{StepScope, TaskError};
use vim25::MoRef;
use vim25::types::{FaultToleranceConfigInfo, TaskInfo};
use vsphere::{ObjectProperties, WaitError};

use super::apply::{Work, is_protected};
use super::pair_watch::{Pair, PairWatch};
use super::standstill::{STARTING, Verdict, is_over, start_failed};
use crate::trouble::{Doing, reading};
use crate::vim_work::scaled;

/// The first pause between two looks at a pair that nobody is at work on; doubles.
const PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(15);

/// What is known about a pair that is on its way.
#[derive(Default)]
pub(super) struct Waiting {
    /// The host that was asked for, and its name.
    pub(super) asked: Option<(MoRef, String)>,
    /// The primary's host, and its name.
    pub(super) home: Option<(MoRef, String)>,
    /// The secondary.
    pub(super) secondary: Option<MoRef>,
}

/// Waits, and gives the proof in words.
pub(super) async fn await_protection(
    work: &Work<'_>,
    waiting: Waiting,
) -> Result<String, TaskError> {
    let pair = until_protected(work, waiting.secondary.clone()).await?;
    prove(work, &pair, &waiting).await
}

async fn until_protected(work: &Work<'_>, secondary: Option<MoRef>) -> Result<Pair, TaskError> {
    let doing = Doing::new("ft-await", "cannot wait for the protection of", work.name);
    let mut watch = PairWatch::new(work.writer, work.vm, secondary);
    let mut deadline = pin!(work.writer.clock().sleep(work.within));
    let mut last = ObjectProperties::new(work.vm.clone());
    let mut shown = Shown::default();
    let mut pause = PAUSE;
    loop {
        let seen = watch.pair().map_err(|error| doing.failed(error))?;
        // Only where nobody is at work, time alone may change what is to be said.
        let mut looks_again = false;
        if let Some(pair) = seen {
            if is_protected(&pair.primary) {
                return Ok(pair);
            }
            shown.stage(&pair.primary, work.scope).map_err(|why| given_up(&doing, why))?;
            readable(&pair.primary).map_err(|error| doing.failed(error))?;
            looks_again = judge(work, &pair, &mut shown).await?;
            last = pair.primary;
        }
        tokio::select! {
            biased;
            () = watch.changed() => {}
            () = &mut deadline => {
                let (object, within) = (work.vm.clone(), work.within);
                return Err(doing.failed(WaitError::Deadline { object, within, last: Box::new(last) }));
            }
            () = work.writer.clock().sleep(pause), if looks_again => {}
        }
        pause = if looks_again { (pause * 2).min(LONGEST_PAUSE) } else { PAUSE };
    }
}

/// Whether nobody is at work on the pair, so that another look is due; an error when it will not get protected by
/// itself.
async fn judge(work: &Work<'_>, pair: &Pair, shown: &mut Shown) -> Result<bool, TaskError> {
    match pair.look.verdict() {
        Verdict::AtWork(info) => {
            shown.start(info, work.scope);
            Ok(false)
        }
        Verdict::OnItsWay => {
            if is_synchronised(&pair.primary) {
                work.scope.load_is_over();
            }
            Ok(false)
        }
        Verdict::Failed(info) => Err(start_failed(work, info.clone())),
        Verdict::Quiet => is_over(work, &pair.look).await.map_or(Ok(true), Err),
    }
}

/// Whether both halves run; HA may not protect them yet.
fn is_synchronised(primary: &ObjectProperties) -> bool {
    primary.text("runtime.faultToleranceState") == Some("running")
}

/// A condition on what may not be read never comes true.
fn readable(primary: &ObjectProperties) -> Result<(), WaitError> {
    let Some(unreadable) = primary.unreadable().first() else { return Ok(()) };
    let (object, unreadable) = (primary.object.clone(), Box::new(unreadable.clone()));
    Err(WaitError::Unreadable { object, unreadable })
}

/// What the operator was shown last.
#[derive(Default)]
struct Shown {
    text: String,
    percent: Option<u8>,
}

impl Shown {
    fn stage(
        &mut self,
        primary: &ObjectProperties,
        scope: &StepScope,
    ) -> Result<(), (&'static str, &'static str)> {
        let (percent, text) = stage(primary)?;
        if text != self.text {
            scope.progress(percent, text.clone());
            self.text = text;
        }
        Ok(())
    }

    /// How far the start of a secondary is.
    fn start(&mut self, info: &TaskInfo, scope: &StepScope) {
        let percent = Some(scaled(info.progress, 20, 95));
        if STARTING.is_of(info) && self.percent != percent {
            self.percent = percent;
            scope.progress(percent, "synchronising the secondary");
        }
    }
}

fn given_up(doing: &Doing, (cause, fix): (&'static str, &'static str)) -> TaskError {
    let mut error = doing.error().caused_by(cause).hint(fix);
    error.what = "did not get protected:".to_owned();
    error.delivery(orchestrator::Delivery::Answered)
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

/// Where both halves are.
async fn prove(work: &Work<'_>, pair: &Pair, waiting: &Waiting) -> Result<String, TaskError> {
    if pair.primary.text("runtime.faultToleranceState") == Some("enabled") {
        return Ok("configured and powered off; protected from the next power-on".to_owned());
    }
    let failed = |error| reading(work.name).failed(error);
    let host = pair.primary.moref("runtime.host");
    let primary = host_name(work, waiting, host).await.map_err(failed)?;
    let host = pair.secondary_host.as_ref();
    let secondary = host_name(work, waiting, host).await.map_err(failed)?;
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
