//! `host`: a host is in a cluster (or stands alone in a datacenter), connected and well.
//!
//! Before anything is changed vCenter is asked to look at the host: that shows its certificate, its VMs and
//! whether another vCenter owns it. A certificate is accepted only as declared, or on first use where the
//! playbook says so, and then it is shown. A wrong password is tried once.

mod apply;
mod connect;
mod fields;
mod observe;
mod plan;
mod present;
mod preview;
mod spec;
mod task;

pub(crate) use fields::CAPABILITY;
pub(crate) use present::{AgentState, agent_state};
pub(crate) use spec::Spec;
