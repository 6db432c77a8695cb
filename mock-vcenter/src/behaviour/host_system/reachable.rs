//! Whether the server can talk to a host: [`check_reachable`].

use vim25::enums::HostSystemConnectionState;
use vim25::types::{HostNotConnected, HostNotReachable};

use crate::fault::Fault;

use super::object::HostSystem;

/// Refuses while the server cannot talk to a host.
///
/// # Errors
/// `HostNotConnected`, or `HostNotReachable` when it does not respond.
pub fn check_reachable(host: &HostSystem) -> Result<(), Fault> {
    match host.connection {
        HostSystemConnectionState::Connected => Ok(()),
        HostSystemConnectionState::Disconnected => Err(Fault::new(
            HostNotConnected::default(),
            "Unable to communicate with the remote host, since it is disconnected.",
        )),
        _ => Err(Fault::new(
            HostNotReachable::default(),
            "Unable to communicate with the remote host, since it does not respond.",
        )),
    }
}
