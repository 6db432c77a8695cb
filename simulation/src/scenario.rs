//! What is there, and what the agent is to do with it: [`Scenario`].

use serde::{Deserialize, Serialize};

/// The playbook that comes with the program.
const SOFTWARE_FT: &str = include_str!("../../playbooks/software-ft.yaml");

/// An inventory and a playbook for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Scenario {
    /// Everything from two hosts that nobody manages to eight protected VMs: `playbooks/software-ft.yaml`.
    Whole,
    /// Some VMs of an estate are to be protected; there are as many others.
    Protect {
        /// How many are declared.
        vms: u32,
        /// How many hosts there are, from 2.
        hosts: u32,
    },
}

impl Scenario {
    /// The mock's inventory.
    pub(crate) fn model(&self) -> String {
        match self {
            Self::Whole => "seed-lab".to_owned(),
            Self::Protect { vms, hosts } => {
                format!("estate:vms={},hosts={hosts},clusters=1,datastores=2", vms * 2)
            }
        }
    }

    /// The playbook.
    pub(crate) fn playbook(&self) -> String {
        match self {
            // Two hours are what one VM gets there; simulated disturbances do not last so long.
            Self::Whole => SOFTWARE_FT.to_owned(),
            Self::Protect { .. } => format!(
                "tasks:\n  - id: protect\n    fault_tolerance:\n      vms: [{}]\n      warnings: accept\n",
                self.vms().join(", ")
            ),
        }
    }

    /// The VMs that are declared.
    pub(crate) fn vms(&self) -> Vec<String> {
        match self {
            Self::Whole => (1..=8).map(|number| format!("vm{number}")).collect(),
            Self::Protect { vms, .. } => (1..=*vms).map(|vm| format!("vm-{:05}", vm * 2)).collect(),
        }
    }

    /// The hosts.
    pub(crate) fn hosts(&self) -> Vec<String> {
        match self {
            Self::Whole => (1..=2).map(|number| format!("esx{number}.lab.local")).collect(),
            Self::Protect { hosts, .. } => {
                (1..=*hosts).map(|host| format!("esx{host:03}.estate.local")).collect()
            }
        }
    }
}
