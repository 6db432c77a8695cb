//! What can go wrong, as data: [`Fault`]. The one language of schedules, tests and failures that are replayed.

use mock_vcenter::disturb::Rule;
use mock_vcenter::task::TaskHazard;
use serde::{Deserialize, Serialize};

/// One thing that goes wrong. Seconds count from the start of the simulation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Fault {
    /// Calls are disturbed by a rule of the mock.
    Calls(Rule),
    /// Vim tasks stall or fail.
    Tasks(TaskHazard),
    /// Nothing listens: connections are refused.
    Refused {
        /// From here on.
        at: u64,
        /// For so many seconds.
        seconds: u64,
    },
    /// vCenter restarts: 503 for a while, all sessions end.
    Restart {
        /// From here on.
        at: u64,
        /// For so many seconds.
        seconds: u64,
        /// Whether the tasks under way are lost with it.
        loses_tasks: bool,
    },
    /// Somebody ends all sessions.
    SessionsEnd {
        /// Then.
        at: u64,
    },
    /// The server forgets the vim tasks of the VMs, the finished ones or all.
    TasksForgotten {
        /// Then.
        at: u64,
    },
    /// Somebody else works on a VM.
    Vm {
        /// Then.
        at: u64,
        /// The VM's name.
        vm: String,
        /// What they do.
        deed: VmDeed,
    },
    /// Something happens to a host, and is undone.
    Host {
        /// Then.
        at: u64,
        /// For so many seconds.
        seconds: u64,
        /// The host's name.
        host: String,
        /// What happens.
        deed: Deed,
    },
    /// The clock of the server is wrong by so many seconds.
    Skew {
        /// Ahead if positive.
        seconds: i64,
    },
    /// The agent dies at a write to the journal.
    Crash {
        /// At this write, counted from 1 in each life.
        write: u64,
        /// Before or after it.
        side: Side,
    },
    /// From this write on the journal cannot be written, in the first life.
    JournalFails {
        /// At this write, counted from 1.
        write: u64,
    },
}

/// What others do with a VM.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum VmDeed {
    /// Move it to another host.
    Migrate,
    /// Give it another name.
    Rename,
    /// Power it off and delete it.
    Delete,
    /// Power it off.
    PowerOff,
    /// Turn Fault Tolerance on, as we would.
    TurnOn,
}

/// What happens to a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Deed {
    /// Its power fails.
    Fail,
    /// It is disconnected.
    Disconnect,
    /// It enters maintenance mode, where its VMs allow it.
    Maintenance,
}

/// On which side of a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Side {
    /// It is not written.
    Before,
    /// It is written, and nobody learns of it.
    After,
}
