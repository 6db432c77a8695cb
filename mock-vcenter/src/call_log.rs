//! Every call the server got: [`CallRecord`]s, oldest first.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::Serialize;

use crate::dispatch::Nature;

/// How many calls are remembered.
const KEPT: usize = 100_000;

/// One call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CallRecord {
    /// Position among all calls, from 1.
    pub number: u64,
    /// Milliseconds on the mock's clock since it started.
    pub at_millis: u64,
    /// Name on the wire.
    pub method: String,
    /// Managed type of the object.
    #[serde(rename = "type")]
    pub managed: String,
    /// Id of the object.
    pub object: String,
    /// The user; empty without a session.
    pub user: String,
    /// Key of the session; empty without one.
    pub session: String,
    /// The version of the API that the client spoke.
    pub version: String,
    /// Whether it reads or changes.
    pub nature: Nature,
    /// Type of the fault that answered it; `None` for success.
    pub fault: Option<String>,
    /// A disturbance that struck it, such as `dropResponse`.
    pub disturbed: Option<String>,
}

impl CallRecord {
    /// True when the method may have changed something: it is mutating and was not refused.
    #[must_use]
    pub fn changed(&self) -> bool {
        self.nature == Nature::Mutating && self.fault.is_none()
    }
}

#[derive(Default)]
struct State {
    records: VecDeque<CallRecord>,
    last: u64,
}

/// The log.
#[derive(Default)]
pub(crate) struct CallLog {
    state: Mutex<State>,
}

impl CallLog {
    /// Adds a call; its number is given here.
    pub(crate) fn add(&self, record: CallRecord) {
        let mut state = self.state();
        state.last += 1;
        let number = state.last;
        if state.records.len() == KEPT {
            state.records.pop_front();
        }
        state.records.push_back(CallRecord { number, ..record });
    }

    pub(crate) fn list(&self) -> Vec<CallRecord> {
        self.state().records.iter().cloned().collect()
    }

    pub(crate) fn clear(&self) {
        self.state().records.clear();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
