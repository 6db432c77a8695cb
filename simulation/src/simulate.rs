//! Plays a schedule from its start to the quiet after it: [`simulate`].

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::PoisonError;
use std::time::Duration;

use orchestrator::RunSummary;
use tokio::time::{sleep, timeout};

use crate::agent::{Agent, End, Lived};
use crate::chance::Dice;
use crate::fault::Fault;
use crate::invariants::{self, Violation};
use crate::journal::Fate;
use crate::lab::{AGENT, Lab};
use crate::meddler::meddle;
use crate::schedule::Schedule;
use crate::truth::Seen;

/// Lives at most until one is not killed.
const LIVES: u64 = 12;
/// Runs at most, once the faults have ceased, until there is nothing left to do.
const REPAIRS: u64 = 3;
/// Simulated time that one life may take. A VM is waited for two hours; some wait for others before.
const BOUND: Duration = Duration::from_secs(12 * 3600);
/// Simulated time in which everything that was begun ends.
const SETTLES: Duration = Duration::from_secs(1800);
/// A session that nobody uses is gone after this time.
const SESSIONS_END: Duration = Duration::from_secs(31 * 60);

/// What came of a schedule.
#[derive(Debug)]
pub struct Outcome {
    /// What was played.
    pub schedule: Schedule,
    /// What happened, line by line.
    pub log: Vec<String>,
    /// What should not have.
    pub violations: Vec<Violation>,
    /// Whether all declared VMs were protected in the end.
    pub converged: bool,
    /// Calls of the agent that reached the server and began or changed something, by method.
    pub carried_out: BTreeMap<String, usize>,
    /// How the lives ended that were lived while something went wrong; `None` for those that were cut short.
    pub disturbed: Vec<Option<RunSummary>>,
    /// How the last run ended, long after the faults had ceased.
    pub last: Option<RunSummary>,
}

/// Everything that was seen while a schedule was played.
pub(crate) struct Played {
    pub(crate) lab: Arc<Lab>,
    /// Until the faults ceased.
    pub(crate) disturbed: Vec<Lived>,
    /// After that.
    pub(crate) repairs: Vec<Lived>,
    /// One more, when nothing was left to do.
    pub(crate) idle: Lived,
    /// Calls that may change something, sent in the last life.
    pub(crate) sent_when_idle: u64,
    /// Lives that took longer than they may.
    pub(crate) endless: Vec<u64>,
    /// Sessions when the last life had ended, and after their idle time.
    pub(crate) sessions: (usize, usize),
    pub(crate) seen: Seen,
}

/// Plays `schedule` on a runtime of its own.
///
/// # Panics
/// When this machine has no runtime or no folder for it.
#[must_use]
#[expect(clippy::expect_used, reason = "without a runtime there is nothing to tell")]
pub fn simulate(schedule: &Schedule) -> Outcome {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let lab = Arc::new(Lab::new(schedule).expect("a lab"));
        let played = play(lab).await;
        let violations = invariants::check(&played);
        for violation in &violations {
            played.lab.log.line("broken", &violation.to_string());
        }
        Outcome {
            schedule: schedule.clone(),
            converged: invariants::all_protected(&played),
            carried_out: carried_out(&played.lab),
            disturbed: played.disturbed.into_iter().map(summary).collect(),
            last: summary(played.idle),
            log: played.lab.log.take(),
            violations,
        }
    })
}

#[expect(clippy::expect_used, reason = "the playbooks are part of this crate")]
async fn play(lab: Arc<Lab>) -> Played {
    let agent = Agent::new(Arc::clone(&lab)).expect("a playbook");
    let mut player = Player { lab: &lab, agent: &agent, lives: 0, endless: Vec::new() };
    let meddling = tokio::spawn(meddle(Arc::clone(&lab)));
    let disturbed = player.until_not_killed().await;
    let _ = meddling.await;
    lab.calm();
    sleep(SETTLES).await;
    let repairs = player.until_nothing_is_left().await;
    sleep(SETTLES).await;
    let before = sent(&lab);
    let idle = player.live(Fate::default()).await;
    let sent_when_idle = sent(&lab) - before;
    let open = lab.server.sessions();
    sleep(SESSIONS_END).await;
    let sessions = (open, lab.server.sessions());
    let (endless, seen) = (player.endless, lab.history.seen());
    Played { lab, disturbed, repairs, idle, sent_when_idle, endless, sessions, seen }
}

fn carried_out(lab: &Lab) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    let calls = lab.server.calls().into_iter();
    for call in calls.filter(|call| call.user == AGENT && call.changed()) {
        *counts.entry(call.method.to_string()).or_default() += 1;
    }
    counts
}

fn summary(life: Lived) -> Option<RunSummary> {
    match life.end {
        End::Applied(summary) => Some(*summary),
        End::Killed | End::NotBegun(_) => None,
    }
}

fn sent(lab: &Lab) -> u64 {
    lab.traffic.lock().unwrap_or_else(PoisonError::into_inner).sent_so_far()
}

/// Starts the agent again and again.
struct Player<'a> {
    lab: &'a Arc<Lab>,
    agent: &'a Agent,
    lives: u64,
    endless: Vec<u64>,
}

impl Player<'_> {
    async fn live(&mut self, fate: Fate) -> Lived {
        self.lives += 1;
        let from = self.lab.log.seconds();
        let living = self.agent.live(self.lives, fate);
        timeout(BOUND, living).await.unwrap_or_else(|_| {
            self.endless.push(self.lives);
            Lived { from, end: End::Killed, claims: Vec::new(), sent_in_plan: 0 }
        })
    }

    async fn until_not_killed(&mut self) -> Vec<Lived> {
        let mut fates = fates(&self.lab.schedule).into_iter();
        let mut dice = Dice::new(self.lab.schedule.seed ^ 0xdead);
        let mut lived = Vec::new();
        while self.lives < LIVES {
            let life = self.live(fates.next().unwrap_or_default()).await;
            let is_over = matches!(life.end, End::Applied(_));
            lived.push(life);
            if is_over {
                break;
            }
            // Somebody notices, sooner or later.
            sleep(Duration::from_secs(dice.between(1, 300))).await;
        }
        lived
    }

    async fn until_nothing_is_left(&mut self) -> Vec<Lived> {
        let mut lived = Vec::new();
        for _ in 0..REPAIRS {
            let before = sent(self.lab);
            let life = self.live(Fate::default()).await;
            let is_quiet = sent(self.lab) == before;
            let is_good = matches!(&life.end, End::Applied(summary) if summary.failures.is_empty());
            lived.push(life);
            if is_quiet || is_good {
                break;
            }
            sleep(SETTLES).await;
        }
        lived
    }
}

/// What happens to the journal in each life, in order.
fn fates(schedule: &Schedule) -> Vec<Fate> {
    let fails_from = schedule.faults.iter().find_map(|fault| match fault {
        Fault::JournalFails { write } => Some(*write),
        _ => None,
    });
    let crashes = schedule.faults.iter().filter_map(|fault| match fault {
        Fault::Crash { write, side } => Some((*write, *side)),
        _ => None,
    });
    let mut fates: Vec<Fate> =
        crashes.map(|crash| Fate { crash: Some(crash), fails_from: None }).collect();
    match fates.first_mut() {
        Some(first) => first.fails_from = fails_from,
        None => fates.push(Fate { crash: None, fails_from }),
    }
    fates
}
