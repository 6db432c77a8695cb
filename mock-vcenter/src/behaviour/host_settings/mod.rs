//! What is set on a host beside its network: firewall, services, advanced options, time; and what follows from
//! one for another.
//!
//! All of it is kept in [`Server`](super::server::Server), so that it goes with the machine from one inventory
//! to the next.

mod firewall;
mod issues;
mod options;
mod refusal;
mod register;
mod services;
mod time;

pub use issues::config_issues;
pub(super) use register::register;
pub use services::{begin_services, is_managed};
