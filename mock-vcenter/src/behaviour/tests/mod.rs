//! The behaviour as a client meets it: calls through the endpoint, time on the stepped clock.

mod browsing;
mod cluster;
mod device_defaults;
mod devices;
mod events;
mod failover;
mod fault_tolerance;
mod guest_info;
mod hardware_versions;
mod host_network;
mod host_settings;
mod hosts;
mod inventory_changes;
mod media;
mod operations;
mod quick_stats;
mod refusals;
mod restart;
mod scene;
mod settings;
mod vm_files;
mod vm_making;
mod vm_names_and_snapshots;
mod vm_refusals;
mod vm_settings;
mod wakes;
