//! Switches, port groups and VMkernel adapters: the methods of a host's network managers.

mod adapters;
mod config;
mod methods;
mod port_groups;
mod switches;

pub use adapters::{deselect, select};
pub(in crate::behaviour) use methods::register;
