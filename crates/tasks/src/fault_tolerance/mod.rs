//! `fault_tolerance`: virtual machines are protected by a secondary on another host.
//!
//! One task handles many VMs; each is a subject of its own. `observe` reads clusters, hosts and VMs, or takes
//! those that are still to come from the forecast; `plan` checks what vCenter would refuse, chooses the host
//! of each secondary and counts FT VMs and vCPUs per host; `apply` turns Fault Tolerance on and waits until
//! the VM is really protected. The success of vCenter's own task is not protection.

mod apply;
mod await_protection;
mod capacity;
mod checks;
mod devices;
mod existing;
mod fields;
mod foresee;
mod observe;
mod pairs;
mod placement;
mod plan;
mod read_hosts;
mod read_vms;
mod seen;
mod spec;
mod storage;
mod task;
mod turn_on;

pub(crate) use fields::CAPABILITY;
pub(crate) use spec::Spec;
