//! Clusters and hosts that stand alone: configuration, summary, making, changing, removing.

mod defaults;
mod ha_constants;
mod lifecycle;
mod object;
mod rules;
mod spec;
mod summary;

pub(in crate::behaviour) use lifecycle::register;
pub use lifecycle::{add_compute_resource, create, remove_compute_resource};
pub use object::{
    ClusterComputeResource, ComputeResource, PendingPowerOn, cluster_of, environment_browser_of,
    hosts, pool_of,
};
