//! How a host refuses what it is told to set.

use vim25::types::{HostConfigFault, NotFound};

use crate::fault::Fault;

/// The host has nothing of this name.
pub(super) fn not_found(what: &str) -> Fault {
    Fault::new(NotFound::default(), format!("'{what}' was not found."))
}

/// The host does not let this be changed.
pub(super) fn not_changeable(message: impl Into<vim25::Str>) -> Fault {
    Fault::new(HostConfigFault::default(), message)
}
