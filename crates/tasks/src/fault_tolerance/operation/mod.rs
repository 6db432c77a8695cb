//! What is done to pairs that exist: test failover, restart of the secondary, suspend, resume, turn off.
//!
//! An operation is a task of the engine like a capability, but is not written in a playbook: the VMs are chosen
//! once, and `operation_graph` makes tasks of them. The goal is a state that can be observed, so that an
//! operation can be planned, is proved, and never done twice. Drills go one VM after the other and are timed in
//! [`DrillRecords`].

mod apply;
mod drill;
mod observe;
mod order;
mod plan;
mod record;
mod task;

pub(super) use apply::resume;
pub use order::{Operation, OperationOrder};
pub use record::{DrillRecord, DrillRecords};
pub use task::operation_graph;

#[cfg(test)]
mod plan_tests;
