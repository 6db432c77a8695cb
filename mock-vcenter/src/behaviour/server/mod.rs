//! A machine that runs ESXi, whether some vCenter knows it or not.
//!
//! [`Server`] holds all that is true of the machine itself; a `HostSystem` wraps it once it is in an inventory.
//! [`Lab`] holds the machines that are reachable but not in the inventory.

mod blueprint;
mod certificate;
mod cpuid;
mod facts;
mod firewall;
mod hardware;
mod health;
mod lab;
pub mod network;
mod network_config;
mod option_table;
pub mod options;
mod pci;
pub mod policy;
mod rulesets;
mod services;
pub mod time;

pub use blueprint::{DiskBlueprint, DiskKind, Power, Quirk, VmBlueprint, Volume};
pub use certificate::HostCertificate;
pub use facts::Server;
pub use firewall::{Firewall, Ruleset};
pub use hardware::{Cpu, EPYC_7302, Hardware, XEON_E5_2670_V2, XEON_GOLD_6330, XEON_X5670};
pub use lab::Lab;
pub use network::HostNetwork;
pub use options::Options;
pub use services::{Service, Services, rulesets_of, service_of};
pub use time::TimeSettings;
