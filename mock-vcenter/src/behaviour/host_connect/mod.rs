//! Taking hosts in: contact with the machine, what is shown of it beforehand, and the tasks.

mod contact;
mod methods;
mod preview;

pub(in crate::behaviour) use contact::in_inventory;
pub use contact::{Contact, no_host};
pub use methods::reach;
pub(in crate::behaviour) use methods::register;
pub use preview::{describe, has_running_vms};
