//! `HostAccessManager`: lockdown mode of a host.

use vim25::enums::HostLockdownMode;
use vim25::methods;

use super::managed_object::managed_object;
use crate::{CallError, Writer};

managed_object! {
    /// The access manager of a host.
    HostAccessManager
}

impl HostAccessManager {
    /// Changes who may log in to the host itself.
    ///
    /// # Errors
    /// When the call fails.
    pub async fn change_lockdown_mode(
        &self,
        writer: &Writer,
        mode: HostLockdownMode,
    ) -> Result<(), CallError> {
        let this = self.0.clone();
        writer.invoke(&methods::ChangeLockdownMode { this, mode, ..Default::default() }).await
    }
}
