//! What is played: [`Schedule`].

use serde::{Deserialize, Serialize};

use crate::chance::Dice;
use crate::fault::Fault;
use crate::fault_plan::fault;
use crate::scenario::Scenario;

/// A scenario and what goes wrong in it. As JSON it can be kept, cut down and replayed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Schedule {
    /// Where all chance comes from: latencies, pauses, ids.
    pub seed: u64,
    /// What is there and what is to be done.
    pub scenario: Scenario,
    /// How many steps may work on one host at once.
    pub host_limit: u32,
    /// How many in the cluster.
    pub cluster_limit: u32,
    /// What goes wrong.
    pub faults: Vec<Fault>,
}

impl Schedule {
    /// The schedule of a seed.
    #[must_use]
    pub fn of(seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let scenario = if dice.happens(15) {
            Scenario::Whole
        } else {
            let (vms, hosts) = (dice.between(1, 6), dice.between(2, 4));
            Scenario::Protect {
                vms: u32::try_from(vms).unwrap_or(1),
                hosts: u32::try_from(hosts).unwrap_or(2),
            }
        };
        let mut schedule = Self::calm(seed, scenario);
        schedule.host_limit = u32::try_from(dice.between(1, 3)).unwrap_or(1);
        schedule.cluster_limit = u32::try_from(dice.between(1, 4)).unwrap_or(1);
        // One in twenty is left in peace.
        let count = if dice.happens(5) { 0 } else { dice.between(1, 4) };
        schedule.faults = (0..count).map(|_| fault(&mut dice, &schedule.scenario)).collect();
        schedule
    }

    /// A schedule in which nothing goes wrong.
    #[must_use]
    pub fn calm(seed: u64, scenario: Scenario) -> Self {
        Self { seed, scenario, host_limit: 2, cluster_limit: 4, faults: Vec::new() }
    }

    /// The same with another fault.
    #[must_use]
    pub fn with(mut self, fault: Fault) -> Self {
        self.faults.push(fault);
        self
    }
}
