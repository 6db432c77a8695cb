//! vSphere Fault Tolerance: checks, the pair of VMs, its states over time, and what can be done with it.
//!
//! `create` checks all and makes the secondary; `follow_up` powers it on and synchronises; `operations` and
//! `failover` change what is there. Every state change goes through `state`.

mod busy;
mod create;
mod failover;
mod follow_up;
mod host_checks;
mod issues;
mod operations;
mod pair;
mod placement;
mod power_on;
mod query;
mod recommendations;
mod state;
mod vm_checks;

pub use create::establish;
pub use failover::{host_is_back, host_is_gone, primary_is_off, primary_is_on};

use crate::dispatch::Dispatch;

pub(in crate::behaviour) fn register(dispatch: &mut Dispatch) {
    create::register(dispatch);
    operations::register(dispatch);
    query::register(dispatch);
    recommendations::register(dispatch);
}
