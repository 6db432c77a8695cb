//! How many steps by hand a run replaces, counted as the seed document lists them.
//!
//! What is not on the list (a datacenter, FT limits, waiting) is not counted. A host has to run ESXi before
//! it can be added; where no task of the run installed it, those steps are not this run's work, so [`Ledger`]
//! shows them apart.

use std::fmt;

use orchestrator::{RunSummary, Status};

/// Steps to install ESXi on one server by hand.
pub(crate) const INSTALL_HOST: u32 = 16;
/// Steps to make an HA cluster.
pub(crate) const MAKE_CLUSTER: u32 = 9;
/// Steps to add a host to it.
pub(crate) const ADD_HOST: u32 = 7;
/// Steps to let a VMkernel adapter carry more traffic.
pub(crate) const EDIT_VMKERNEL: u32 = 3;
/// Steps to enable SSH at a host's console.
pub(crate) const ENABLE_SSH: u32 = 2;
/// Steps to open a ruleset of a host's firewall.
pub(crate) const OPEN_FIREWALL: u32 = 4;
/// Steps to turn Fault Tolerance on for a VM.
pub(crate) const TURN_ON_FT: u32 = 5;

/// Steps by hand that were replaced. `Display` is one honest sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ledger {
    /// By the tasks of the run.
    pub by_run: u32,
    /// Hosts that the run added and did not install, so that it was done before.
    pub hosts: u32,
}

impl Ledger {
    /// The ledger of a finished run.
    #[must_use]
    pub fn of(summary: &RunSummary) -> Self {
        let added = |task: &&orchestrator::TaskResult| {
            // Fewer steps mean that the host was there and only something about it was changed.
            task.head.capability == "host"
                && task.status == Status::Changed
                && task.manual_steps >= ADD_HOST
        };
        let installed = |task: &&orchestrator::TaskResult| {
            task.head.capability == "kickstart" && task.manual_steps >= INSTALL_HOST
        };
        let count = |tasks: &dyn Fn(&&orchestrator::TaskResult) -> bool| {
            summary.tasks.iter().filter(tasks).count()
        };
        let hosts = count(&added).saturating_sub(count(&installed));
        // What hands did at a gate was not replaced.
        let by_hand = summary.tasks.iter().filter(|task| task.head.capability == "gate");
        let by_hand: u32 = by_hand.map(|task| task.manual_steps).sum();
        Self {
            by_run: summary.manual_steps.saturating_sub(by_hand),
            hosts: u32::try_from(hosts).unwrap_or(u32::MAX),
        }
    }

    /// Steps of installing the hosts, done beforehand.
    #[must_use]
    pub fn installation(&self) -> u32 {
        self.hosts * INSTALL_HOST
    }

    /// All steps.
    #[must_use]
    pub fn total(&self) -> u32 {
        self.by_run + self.installation()
    }
}

impl fmt::Display for Ledger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let times = match self.hosts {
            0 => return write!(f, "{} replaced by this run", steps(self.by_run)),
            1 => "once".to_owned(),
            2 => "twice".to_owned(),
            more => format!("{more} times"),
        };
        write!(
            f,
            "{} replaced: {} by this run, {} (installing ESXi {times}) where the hosts were \
             installed by a script",
            steps(self.total()),
            self.by_run,
            self.installation(),
        )
    }
}

fn steps(count: u32) -> String {
    if count == 1 { "1 manual step".to_owned() } else { format!("{count} manual steps") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sentence_keeps_apart_what_the_run_did_not_do() {
        let table = [
            (
                Ledger { by_run: 69, hosts: 2 },
                "101 manual steps replaced: 69 by this run, 32 (installing ESXi twice) where the \
                 hosts were installed by a script",
            ),
            (Ledger { by_run: 5, hosts: 0 }, "5 manual steps replaced by this run"),
            (Ledger { by_run: 1, hosts: 0 }, "1 manual step replaced by this run"),
        ];
        for (ledger, text) in table {
            assert_eq!(ledger.to_string(), text);
        }
    }
}
