//! The fault matrix: what a run does in each row, on simulated time. `docs/fault-matrix.md` lists the rows.
//!
//! Every schedule here is also held against all rules that hold for any seed.

#![expect(clippy::unwrap_used, reason = "a helper that fails is a failed test")]

mod hosts_and_vms;
mod journal;
mod network;
mod story;
mod tasks;
