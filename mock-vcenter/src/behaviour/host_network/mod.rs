//! VMkernel adapters and port groups: the methods of a host's network managers.

mod methods;

pub(in crate::behaviour) use methods::register;
pub use methods::select;
