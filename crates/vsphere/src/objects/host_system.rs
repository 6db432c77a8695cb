//! `HostSystem`: connection, maintenance and the HA agent of a host.

use std::time::Duration;

use vim25::types::HostConnectSpec;
use vim25::{MoRef, methods};

use super::managed_object::managed_object;
use crate::{CallError, Writer};

managed_object! {
    /// A host.
    HostSystem
}

impl HostSystem {
    /// Starts connecting a disconnected host again, with new credentials if `spec` is given.
    ///
    /// # Errors
    /// When the call is refused.
    pub async fn issue_reconnect(
        &self,
        writer: &Writer,
        spec: Option<HostConnectSpec>,
    ) -> Result<MoRef, CallError> {
        let call = methods::ReconnectHostTask {
            this: self.0.clone(),
            cnx_spec: spec.map(Box::new),
            ..Default::default()
        };
        writer.invoke(&call).await
    }

    /// Starts installing and configuring the HA agent again.
    ///
    /// # Errors
    /// When the call is refused.
    pub async fn issue_reconfigure_for_das(&self, writer: &Writer) -> Result<MoRef, CallError> {
        let this = self.0.clone();
        writer.invoke(&methods::ReconfigureHostForDASTask { this, ..Default::default() }).await
    }

    /// Starts entering maintenance mode; `within` zero means no limit.
    ///
    /// # Errors
    /// When the call is refused.
    pub async fn issue_enter_maintenance_mode(
        &self,
        writer: &Writer,
        within: Duration,
    ) -> Result<MoRef, CallError> {
        let (this, timeout) = (self.0.clone(), seconds(within));
        writer
            .invoke(&methods::EnterMaintenanceModeTask { this, timeout, ..Default::default() })
            .await
    }

    /// Starts leaving maintenance mode; `within` zero means no limit.
    ///
    /// # Errors
    /// When the call is refused.
    pub async fn issue_exit_maintenance_mode(
        &self,
        writer: &Writer,
        within: Duration,
    ) -> Result<MoRef, CallError> {
        let (this, timeout) = (self.0.clone(), seconds(within));
        writer
            .invoke(&methods::ExitMaintenanceModeTask { this, timeout, ..Default::default() })
            .await
    }
}

fn seconds(span: Duration) -> i32 {
    i32::try_from(span.as_secs()).unwrap_or(i32::MAX)
}
