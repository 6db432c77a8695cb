//! What must hold whatever goes wrong, checked from the mock's state and from what it was sent.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::PoisonError;
use std::time::Duration;

use mock_vcenter::behaviour::virtual_machine::VirtualMachine;
use mock_vcenter::dispatch::Nature;
use mock_vcenter::disturb::Kind;
use orchestrator::{Counts, RunSummary, Status};
use state::{Chain, JournalReader};

use crate::agent::{Claim, End, Lived};
use crate::fault::{Fault, VmDeed};
use crate::lab::AGENT;
use crate::simulate::Played;
use crate::truth::{Seen, Span};

/// Something that must not happen, happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Which rule, such as `I2`.
    pub rule: &'static str,
    /// What happened.
    pub what: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.rule, self.what)
    }
}

type Found = Vec<Violation>;

/// Everything that is broken.
pub(crate) fn check(played: &Played) -> Found {
    let checks = [
        every_vm_is_accounted_for,
        one_secondary_for_each_vm,
        nothing_is_orphaned,
        limits_are_kept,
        nothing_is_left_to_do,
        everything_was_announced,
        journal_is_whole,
        sessions_are_closed,
        every_life_ends,
        plans_change_nothing,
        nothing_else_was_touched,
        what_was_said_is_true,
    ];
    checks.iter().flat_map(|check| check(played)).collect()
}

fn broken(rule: &'static str, what: impl Into<String>) -> Violation {
    Violation { rule, what: what.into() }
}

fn lives(played: &Played) -> impl Iterator<Item = &Lived> {
    played.disturbed.iter().chain(&played.repairs).chain([&played.idle])
}

fn summaries(played: &Played) -> impl Iterator<Item = &RunSummary> {
    lives(played).filter_map(|life| match &life.end {
        End::Applied(summary) => Some(&**summary),
        End::Killed | End::NotBegun(_) => None,
    })
}

/// Whether every declared VM is protected now.
pub(crate) fn all_protected(played: &Played) -> bool {
    played.lab.schedule.scenario.vms().iter().all(|vm| is_protected(&played.seen, vm))
}

fn is_protected(seen: &Seen, vm: &str) -> bool {
    let moments = seen.ids.get(vm).and_then(|id| seen.vms.get(id));
    moments.and_then(|moments| moments.last()).is_some_and(|last| last.protected && last.name == vm)
}

/// I1: every declared VM ends as declared, or the run names what keeps it from that.
fn every_vm_is_accounted_for(played: &Played) -> Found {
    let mut found = Vec::new();
    for summary in summaries(played) {
        let Some(task) = summary.tasks.iter().find(|task| task.head.id.as_str() == "protect")
        else {
            found.push(broken("I1", format!("{} does not tell of `protect`", summary.run)));
            continue;
        };
        if task.failure.is_some() || task.why.is_some() {
            continue;
        }
        for vm in played.lab.schedule.scenario.vms() {
            let told: Vec<_> = task.subjects.iter().filter(|one| one.subject == vm).collect();
            match told[..] {
                [one] if one.status.is_good() || one.failure.is_some() => {}
                [one] => {
                    let what = format!("{}: `{vm}` is {:?} for no reason", summary.run, one.status);
                    found.push(broken("I1", what));
                }
                _ => {
                    let what = format!("{} tells {} times of `{vm}`", summary.run, told.len());
                    found.push(broken("I1", what));
                }
            }
        }
    }
    found
}

fn creations(played: &Played) -> impl Iterator<Item = &Span> {
    played.seen.tasks.values().filter(|task| {
        task.user == AGENT && task.description.starts_with("VirtualMachine.createSecondary")
    })
}

/// I2: a VM gets one secondary, and none is asked for while one may be on its way.
fn one_secondary_for_each_vm(played: &Played) -> Found {
    let mut of_vm: BTreeMap<&str, Vec<&Span>> = BTreeMap::new();
    for task in creations(played) {
        of_vm.entry(&task.entity).or_default().push(task);
    }
    let mut found = Vec::new();
    for (vm, mut tasks) in of_vm {
        tasks.sort_by(|one, other| one.from.total_cmp(&other.from));
        let made = |task: &&&Span| task.to.is_some() && task.fault.is_none() && !task.lost;
        let made = tasks.iter().filter(made).count();
        if made > 1 {
            found.push(broken("I2", format!("{vm} got {made} secondaries")));
        }
        for pair in tasks.windows(2) {
            let overlap = pair[0].to.is_none_or(|end| end > pair[1].from);
            // A call that arrives long after it was given up on cannot be seen by looking; the server refuses it.
            let too_late = pair[1].fault.as_deref() == Some("TaskInProgress")
                && played.lab.schedule.faults.iter().any(holds_calls_up);
            if overlap && !too_late {
                let what = format!("{vm} was asked for a second one at {:.3}", pair[1].from);
                found.push(broken("I2", what));
            }
        }
    }
    found
}

/// Longer than a client waits for an answer.
fn holds_calls_up(fault: &Fault) -> bool {
    let Fault::Calls(rule) = fault else { return false };
    matches!(rule.kind, Kind::Delay { millis } if millis > 55_000)
}

/// How late a call may arrive, in seconds.
fn lateness(fault: &Fault) -> f64 {
    match fault {
        Fault::Calls(rule) => match rule.kind {
            Kind::Delay { millis } => Duration::from_millis(millis).as_secs_f64(),
            _ => 0.0,
        },
        _ => 0.0,
    }
}

/// Whether a life had to look while this secondary of an earlier one was being made: vCenter tells on which host it
/// will be only when the task has ended, and the journal holds what was asked for, which may be another.
fn was_hidden(played: &Played, task: &Span) -> bool {
    let late = played.lab.schedule.faults.iter().map(lateness).fold(0.0, f64::max);
    let ends = |life: &Lived| task.to.is_none_or(|end| end > life.from);
    let lives: Vec<&Lived> = lives(played).collect();
    lives.windows(2).any(|pair| {
        let [before, after] = pair else { return false };
        let was_killed = matches!(before.end, End::Killed);
        was_killed && task.from <= after.from + late && ends(after)
    })
}

/// I3: no half of a pair without the other, no lease that nobody works with.
fn nothing_is_orphaned(played: &Played) -> Found {
    let now = played.lab.server.store().snapshot();
    let mut found = Vec::new();
    for id in now.of_kind("VirtualMachine") {
        let Some(vm) = now.get::<VirtualMachine>(id) else { continue };
        let Some(partner) = vm.partner() else { continue };
        let other = now.get::<VirtualMachine>(partner);
        let is_pair = other.is_some_and(|other| {
            other.partner() == Some(id) && other.is_secondary() != vm.is_secondary()
        });
        if !is_pair {
            found.push(broken("I3", format!("{id} has lost its other half {partner}")));
        }
    }
    for lease in now.of_kind("HttpNfcLease") {
        found.push(broken("I3", format!("{lease} is still there")));
    }
    found
}

/// I4: never more at once than the limits allow, by the tasks that vCenter saw.
fn limits_are_kept(played: &Played) -> Found {
    let schedule = &played.lab.schedule;
    // What is carried out long after it was given up on takes a place that nobody can know of.
    if schedule.faults.iter().any(holds_calls_up) {
        return Vec::new();
    }
    let busy = busy_spans(played);
    let mut found = Vec::new();
    let mut ends: Vec<f64> = busy.iter().map(|one| one.from).collect();
    ends.dedup();
    for at in ends {
        let now: Vec<&Busy> = busy.iter().filter(|one| one.from <= at && at < one.to).collect();
        if now.len() > schedule.cluster_limit as usize {
            found.push(broken("I4", format!("{} VMs of the cluster at {at:.3}", now.len())));
        }
        let mut on: BTreeMap<&str, usize> = BTreeMap::new();
        for host in now.iter().flat_map(|one| &one.hosts) {
            *on.entry(host).or_default() += 1;
        }
        for (host, count) in on {
            if count > schedule.host_limit as usize {
                found.push(broken("I4", format!("{count} VMs on {host} at {at:.3}")));
            }
        }
    }
    found
}

struct Busy {
    from: f64,
    to: f64,
    hosts: Vec<String>,
}

/// The times at which a secondary of ours was made or synchronised, with the hosts that it loaded.
fn busy_spans(played: &Played) -> Vec<Busy> {
    let mut busy = Vec::new();
    for task in creations(played) {
        let moments = played.seen.vms.get(&task.entity).map_or(&[][..], Vec::as_slice);
        let at = |time: f64| moments.iter().rfind(|one| one.at <= time);
        let end = task.to.unwrap_or(f64::MAX);
        let pair = at(end).filter(|_| task.fault.is_none());
        let secondary = pair.and_then(|pair| pair.secondary.as_ref());
        let start = secondary.and_then(|secondary| {
            played.seen.tasks.values().find(|other| {
                other.entity == secondary.value.as_str()
                    && other.from >= task.from
                    && other.from <= end
            })
        });
        let to = start.map_or(end, |start| start.to.unwrap_or(f64::MAX));
        let primary_host = at(task.from).and_then(|one| one.host.as_ref());
        let other_host = pair.and_then(|pair| pair.secondary_host.as_ref());
        let other_host = other_host.filter(|_| !was_hidden(played, task));
        let hosts = primary_host.into_iter().chain(other_host).map(|host| host.value.to_string());
        busy.push(Busy { from: task.from, to, hosts: hosts.collect() });
    }
    busy.sort_by(|one, other| one.from.total_cmp(&other.from));
    busy
}

/// I5: when all is done, another run sends nothing that changes anything.
fn nothing_is_left_to_do(played: &Played) -> Found {
    let last = played.repairs.last();
    let done = last.is_some_and(
        |life| matches!(&life.end, End::Applied(summary) if summary.failures.is_empty()),
    );
    let mut found = Vec::new();
    if done && played.sent_when_idle > 0 {
        found.push(broken("I5", format!("{} calls when all was done", played.sent_when_idle)));
    }
    if !matches!(played.idle.end, End::Applied(_)) {
        found.push(broken("I5", "the run after the faults did not come to its end"));
    }
    let touched =
        |fault: &Fault| matches!(fault, Fault::Vm { deed: VmDeed::Rename | VmDeed::Delete, .. });
    if !all_protected(played) && !played.lab.schedule.faults.iter().any(touched) && !is_told(played)
    {
        found.push(broken("I5", "not all VMs are protected, and the last run names no reason"));
    }
    found
}

fn is_told(played: &Played) -> bool {
    matches!(&played.idle.end, End::Applied(summary) if !summary.failures.is_empty())
}

/// I6: no call that may change something without an intent that was durable before.
fn everything_was_announced(played: &Played) -> Found {
    let traffic = played.lab.traffic.lock().unwrap_or_else(PoisonError::into_inner);
    traffic.unannounced().iter().map(|call| broken("I6", call.clone())).collect()
}

/// I7: the journal opens, and the hashes of every run are right.
fn journal_is_whole(played: &Played) -> Found {
    let read = || -> Result<Vec<String>, state::JournalError> {
        let path = played.lab.folder.path().join("journal.db");
        let Some(reader) = JournalReader::open(&path)? else { return Ok(Vec::new()) };
        let mut broken = Vec::new();
        for run in reader.runs(100)? {
            if reader.verify(&run)? != Chain::Intact {
                broken.push(format!("the events of `{}` were changed", run.start.id));
            }
        }
        Ok(broken)
    };
    match read() {
        Ok(all) => all.into_iter().map(|one| broken("I7", one)).collect(),
        Err(error) => vec![broken("I7", error.to_string())],
    }
}

/// I8: no session stays behind, but those of killed runs for their idle time.
fn sessions_are_closed(played: &Played) -> Found {
    let (at_once, later) = played.sessions;
    let mut found = Vec::new();
    let was_killed = |life: &Lived| !matches!(life.end, End::Applied(_));
    if at_once > 0 && !played.disturbed.iter().any(was_killed) {
        found.push(broken("I8", format!("{at_once} sessions are left")));
    }
    if later > 0 {
        found.push(broken("I8", format!("{later} sessions are left after their idle time")));
    }
    found
}

/// I10: every life comes to an end within bounds.
fn every_life_ends(played: &Played) -> Found {
    played.endless.iter().map(|life| broken("I10", format!("life {life} did not end"))).collect()
}

/// I11: nothing that may change something is sent by a plan.
fn plans_change_nothing(played: &Played) -> Found {
    let sent: u64 = lives(played).map(|life| life.sent_in_plan).sum();
    if sent == 0 { Vec::new() } else { vec![broken("I11", format!("plans sent {sent} calls"))] }
}

/// I12: nothing but what is declared was touched.
fn nothing_else_was_touched(played: &Played) -> Found {
    let declared = played.lab.schedule.scenario.vms();
    let is_declared = |object: &str| {
        declared.iter().any(|vm| played.seen.ids.get(vm).is_some_and(|id| id == object))
    };
    let calls = played.lab.server.calls().into_iter();
    let strange = calls.filter(|call| {
        call.user == AGENT
            && call.nature == Nature::Mutating
            && call.managed == "VirtualMachine"
            && !is_declared(&call.object)
    });
    strange.map(|call| broken("I12", format!("{} on {}", call.method, call.object))).collect()
}

/// I13: numbers and lists of the summary are what the mock says.
fn what_was_said_is_true(played: &Played) -> Found {
    let mut found: Found = lives(played).flat_map(|life| &life.claims).filter_map(untrue).collect();
    for summary in summaries(played) {
        let counted = count(summary);
        if counted != summary.counts {
            let what =
                format!("{} counts {:?}, but lists {counted:?}", summary.run, summary.counts);
            found.push(broken("I13", what));
        }
    }
    found
}

fn untrue(claim: &Claim) -> Option<Violation> {
    let status = claim.said.status;
    let lied = match status {
        Status::Unchanged | Status::Changed => !claim.was_protected,
        Status::Failed | Status::Blocked => !claim.was_unprotected,
        Status::Skipped | Status::Unfinished | Status::Unknown => false,
    };
    lied.then(|| {
        let Claim { life, at, said, .. } = claim;
        broken("I13", format!("life {life} says at {at:.3} that `{}` is {status:?}", said.subject))
    })
}

fn count(summary: &RunSummary) -> Counts {
    let mut counts = Counts::default();
    for task in &summary.tasks {
        let own = task.subjects.is_empty().then_some(task.status);
        for status in task.subjects.iter().map(|one| one.status).chain(own) {
            *(match status {
                Status::Unchanged => &mut counts.unchanged,
                Status::Changed => &mut counts.changed,
                Status::Skipped => &mut counts.skipped,
                Status::Unfinished => &mut counts.unfinished,
                Status::Blocked => &mut counts.blocked,
                Status::Unknown => &mut counts.unknown,
                Status::Failed => &mut counts.failed,
            }) += 1;
        }
    }
    counts
}
