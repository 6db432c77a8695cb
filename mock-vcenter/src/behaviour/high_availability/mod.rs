//! vSphere HA: agents on hosts and the protection of VMs.

mod agents;
mod methods;
mod protection;

pub use agents::{configure_cluster, configure_host, unconfigure_cluster, unconfigure_host};
pub(in crate::behaviour) use methods::register;
pub use protection::{take_note, take_note_of_host};
