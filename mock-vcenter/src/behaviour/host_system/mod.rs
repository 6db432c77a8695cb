//! Hosts in the inventory: properties, managers, membership, maintenance.

mod capability;
mod config;
mod failure;
mod maintenance;
mod membership;
mod methods;
mod object;
mod parts;
mod reachable;
mod restart;

pub use capability::{ft_issues, max_ft_memory, max_ft_vcpus, of as capability_of};
pub use failure::{fail, recover};
pub use membership::{Joining, announce, join, remove, vms_on};
pub(in crate::behaviour) use methods::{host_of, register};
pub use object::{HostSystem, MOUNTS, OFFERS_NETWORK, VCENTER_ADDRESS};
pub use parts::{HostPart, add_parts, option_manager_id, remove_parts};
pub use reachable::check_reachable;
