//! Says when a pair without a running secondary will not get one by itself, so that nobody waits for nothing.
//!
//! A pair is waited for while any vim task is open on one of its halves. When none is, the last start decides: if it
//! failed, that is the answer at once. If it was cancelled, which vCenter does when something overtakes it, such as
//! the death of a host, or if there was none, vCenter and HA have [`GRACE`] since the last sign of life, on
//! vCenter's clock, to begin another one. A pair that is `starting` while no start of its is known counts as under
//! way: vCenter may be at work where its task cannot be seen.

use std::time::{Duration, SystemTime};

use orchestrator::{Delivery, TaskError};
use vim25::types::{RequestCanceled, TaskInfo};
use vim25::{DateTime, MoRef};
use vsphere::VimTaskError;

use super::apply::Work;
use super::pair_events::{Told, told};
use crate::trouble::Doing;
use crate::vim_work::{Kind, is_under_way};

/// How long after the last sign of life vCenter or HA may begin another start. The start of a secondary times out
/// after 90 s (`FT.FTCptStartTimeout` of a host), HA needs about a minute to notice a dead host and to act, and vim
/// tasks are forgotten some ten minutes after their end: long enough for the first two, short enough for the last.
const GRACE: Duration = Duration::from_secs(300);

/// The vim task in which vCenter starts a secondary.
pub(super) const STARTING: Kind =
    Kind { method: "", description: "FaultTolerance.PowerOnSecondaryLRO" };

/// A pair at one moment, as far as it can be told.
#[derive(Debug, Default)]
pub(super) struct Look {
    pub(super) state: String,
    pub(super) reason: Option<String>,
    pub(super) halves: Vec<MoRef>,
    /// Vim tasks of both halves that vCenter still knows.
    pub(super) vim_tasks: Vec<TaskInfo>,
}

/// What a look comes to.
#[derive(Debug, PartialEq)]
pub(super) enum Verdict<'a> {
    /// This is under way; others may be too.
    AtWork(&'a TaskInfo),
    /// The last start failed, and nothing came after it.
    Failed(&'a TaskInfo),
    /// Nothing is under way and nothing failed: only time will tell.
    Quiet,
    /// The secondary runs or starts.
    OnItsWay,
}

impl Look {
    pub(super) fn verdict(&self) -> Verdict<'_> {
        let open: Vec<_> = self.vim_tasks.iter().filter(|info| is_under_way(info)).collect();
        // Its progress is what people want to see.
        let start = open.iter().find(|info| STARTING.is_of(info));
        if let Some(info) = start.or_else(|| open.first()) {
            return Verdict::AtWork(info);
        }
        if !matches!(self.state.as_str(), "needSecondary" | "starting") {
            return Verdict::OnItsWay;
        }
        match self.last_start() {
            Some(info) if failed(info) && !self.came_after(info) => Verdict::Failed(info),
            _ if self.state == "needSecondary" => Verdict::Quiet,
            // It was overtaken, and the state may stay as it was: the primary's host died, say.
            Some(info) if info.error.is_some() => Verdict::Quiet,
            _ => Verdict::OnItsWay,
        }
    }

    fn last_start(&self) -> Option<&TaskInfo> {
        let starts = self.vim_tasks.iter().filter(|info| STARTING.is_of(info));
        starts.max_by_key(|info| info.queue_time.to_system_time())
    }

    /// Whether something else was asked of the pair since this ended, such as to resume it.
    fn came_after(&self, start: &TaskInfo) -> bool {
        let end = start.complete_time.as_ref().and_then(DateTime::to_system_time);
        let after = |info: &&TaskInfo| info.queue_time.to_system_time() >= end;
        end.is_some()
            && self.vim_tasks.iter().filter(|info| info.task != start.task).any(|info| after(&info))
    }

    /// When something happened last that these vim tasks show.
    fn last_sign(&self) -> Option<SystemTime> {
        let times = self.vim_tasks.iter().flat_map(|info| {
            [Some(&info.queue_time), info.start_time.as_ref(), info.complete_time.as_ref()]
        });
        times.flatten().filter_map(DateTime::to_system_time).max()
    }
}

/// Whether it ended by itself, and badly.
fn failed(info: &TaskInfo) -> bool {
    let fault = info.error.as_ref().map(|error| &error.fault);
    fault.is_some_and(|fault| vsphere::find_fault::<RequestCanceled>(fault).is_none())
}

/// The error, once there was no sign of life for long enough. Where none at all is known, it was longer ago than the
/// server remembers.
pub(super) async fn is_over(work: &Work<'_>, look: &Look) -> Option<TaskError> {
    let now = work.writer.current_time().await.ok()?.to_system_time()?;
    let told = told(work.writer, &look.halves, now).await;
    let last = look.last_sign().max(told.last_sign);
    // A sign from the future is one of a clock that was set back; it is waited for like any other.
    let quiet = last.map_or(GRACE, |last| now.duration_since(last).unwrap_or_default());
    (quiet >= GRACE).then(|| stands_still(work.name, look, &told))
}

fn stands_still(vm: &str, look: &Look, told: &Told) -> TaskError {
    let since =
        told.needs_since.as_ref().map(|since| format!(" since {since} on its server's clock"));
    let reason = look.reason.as_ref().map(|reason| format!(" ({reason})"));
    let why = match (look.last_start().and_then(|info| info.error.as_ref()), &told.why) {
        (Some(error), _) => {
            format!("the last start ended: {}", vsphere::explain_fault(&error.fault))
        }
        (None, Some(why)) => why.clone(),
        (None, None) => "vCenter tells no reason".to_owned(),
    };
    let state = match look.state.as_str() {
        "needSecondary" => "it needs a secondary",
        _ => "the start of its secondary was broken off, and it has needed one",
    };
    let cause = format!(
        "{state}{}{}, and no vim task is starting one; {why}",
        since.unwrap_or_default(),
        reason.unwrap_or_default(),
    );
    let error = Doing::new("ft-stands-still", "nobody starts a secondary for", vm).error();
    let fix = "bring back the hosts of its cluster and the FT network; if no secondary is started then, do so in \
               vCenter (Restart Secondary VM), and apply again";
    error.caused_by(cause).hint(fix).delivery(Delivery::Answered)
}

pub(super) fn start_failed(work: &Work<'_>, info: TaskInfo) -> TaskError {
    let doing = Doing::new("ft-secondary-not-started", "cannot start the secondary of", work.name);
    let error = doing.failed(VimTaskError::Failed(Box::new(info)));
    match error.hint {
        Some(_) => error,
        None => error
            .hint("look at the events of the VM; then start it in vCenter (Restart Secondary VM)"),
    }
}

#[cfg(test)]
#[path = "standstill_tests.rs"]
mod tests;
