//! Whole runs on simulated time: the agent and a mock vCenter in one thread, disturbed by a schedule that follows
//! from a seed.
//!
//! A [`Schedule`] is data: the scenario and the [`Fault`]s that strike. [`simulate`] plays it: the agent lives, is
//! killed, and lives again with the same journal, until it has come to an end; then the faults cease, and it is run
//! again until there is nothing left to do. What must hold in between and at the end is checked from the mock's own
//! state and call log. The same schedule gives the same [`Outcome`], byte by byte.
//!
//! Production code runs unchanged. Time, chance, transport and journal are handed in, as `cli` does it.

mod admin;
mod agent;
mod chance;
mod fault;
mod fault_plan;
mod invariants;
mod journal;
mod lab;
mod life;
mod link;
mod log;
mod meddler;
mod scenario;
mod schedule;
mod simulate;
mod traffic;
mod truth;

pub use fault::{Deed, Fault, Side, VmDeed};
pub use invariants::Violation;
pub use scenario::Scenario;
pub use schedule::Schedule;
pub use simulate::{Outcome, simulate};
