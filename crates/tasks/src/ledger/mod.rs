//! The steps by hand that the seed document lists, and what became of each of them in a run.
//!
//! The document sets up fault tolerance in two ways: [`Column::Hardware`] in 64 steps on a server that is
//! built for it, [`Column::Software`] in 101 with vSphere. [`Column::steps`] has both lists as data, in words
//! of our own, with what usually takes each step over. [`Account`] holds a finished run against a list: a step
//! counts as done only by a task that ran and ended well. [`Ledger`] is the one sentence about it.
//!
//! Which task stands for which step is known from its capability, and where that leaves a choice, from a tag of
//! the task such as `hardware:2.2-2.7` (column, then phase and step, from and to).

mod account;
#[cfg(test)]
mod account_tests;
mod claim;
mod column;
mod hardware;
mod sentence;
mod software;

pub use account::{Account, Entry, Fate};
pub use column::{Column, Means, SeedStep};
pub use sentence::Ledger;
pub(crate) use sentence::{
    ADD_HOST, EDIT_VMKERNEL, ENABLE_SSH, INSTALL_HOST, MAKE_CLUSTER, OPEN_FIREWALL, TURN_ON_FT,
};
