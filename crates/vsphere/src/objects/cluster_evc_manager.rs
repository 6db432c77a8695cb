//! `ClusterEVCManager`: Enhanced vMotion Compatibility of a cluster.

use vim25::types::{ClusterEVCManagerEVCState, HostConnectSpec};
use vim25::{MoRef, methods};

use super::managed_object::managed_object;
use crate::{CallError, Reader, Writer};

managed_object! {
    /// The EVC manager of a cluster.
    ClusterEvcManager
}

impl ClusterEvcManager {
    /// Present mode and the modes that the server supports.
    ///
    /// # Errors
    /// When the call fails.
    pub async fn retrieve_state(
        &self,
        reader: &Reader,
    ) -> Result<Option<ClusterEVCManagerEVCState>, CallError> {
        let seen = reader.retrieve(&self.0, &["evcState"]).await?;
        Ok(seen.object::<ClusterEVCManagerEVCState>("evcState").cloned())
    }

    /// Starts a check whether the mode could be set. The task's result lists what is against it.
    ///
    /// # Errors
    /// When the call is refused.
    pub async fn issue_check_configure(
        &self,
        reader: &Reader,
        mode: &str,
    ) -> Result<MoRef, CallError> {
        let call = methods::CheckConfigureEvcModeTask {
            this: self.0.clone(),
            evc_mode_key: mode.into(),
            ..Default::default()
        };
        reader.invoke(&call).await
    }

    /// Starts a check whether a host's CPU could join. The task's result lists what is against it.
    ///
    /// # Errors
    /// When the call is refused.
    pub async fn issue_check_add_host(
        &self,
        reader: &Reader,
        spec: HostConnectSpec,
    ) -> Result<MoRef, CallError> {
        let this = self.0.clone();
        let call = methods::CheckAddHostEvcTask { this, cnx_spec: spec, ..Default::default() };
        reader.invoke(&call).await
    }

    /// Starts setting the mode.
    ///
    /// # Errors
    /// When the call is refused; `EVCConfigFault` comes from the task.
    pub async fn issue_configure(&self, writer: &Writer, mode: &str) -> Result<MoRef, CallError> {
        let call = methods::ConfigureEvcModeTask {
            this: self.0.clone(),
            evc_mode_key: mode.into(),
            ..Default::default()
        };
        writer.invoke(&call).await
    }

    /// Starts switching EVC off.
    ///
    /// # Errors
    /// When the call is refused.
    pub async fn issue_disable(&self, writer: &Writer) -> Result<MoRef, CallError> {
        let call = methods::DisableEvcModeTask { this: self.0.clone(), ..Default::default() };
        writer.invoke(&call).await
    }
}
