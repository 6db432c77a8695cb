//! `fault_tolerance`: virtual machines are protected by a secondary on another host.
//!
//! One task handles many VMs; each is a subject of its own. `observe` reads clusters, hosts and VMs, or takes
//! those that are still to come from the forecast; `plan` checks what vCenter would refuse and finds
//! places for all secondaries at once, within every limit (`candidates`, `estate`, `places`); `apply` turns Fault Tolerance on and waits until
//! the VM is really protected. The success of vCenter's own task is not protection.

mod advice;
mod apply;
mod await_protection;
mod candidates;
mod capacity;
mod checks;
mod choose;
mod chosen;
mod devices;
mod estate;
mod existing;
mod fields;
mod foresee;
mod ground;
mod matrix;
mod observe;
mod operation;
mod pair_events;
mod pair_watch;
mod pairs;
mod places;
mod plan;
mod read_hosts;
mod read_issues;
mod read_vms;
mod rebalance;
mod remedy;
mod rollout;
mod rules;
mod secondary_start;
mod seen;
mod select;
mod spec;
mod standstill;
mod storage;
mod task;
mod turn_on;

pub use chosen::{Chosen, FtVm, LeftOut, Passed, Selection, choose_vms};
pub(crate) use fields::CAPABILITY;
pub use matrix::{pair_matrix, pairs_by_host};
pub use operation::{DrillRecord, DrillRecords, Operation, OperationOrder, operation_graph};
pub use rebalance::{PairsByHost, Rebalance, RebalanceMove, rebalance};
pub use select::Select;
pub(crate) use spec::Spec;
