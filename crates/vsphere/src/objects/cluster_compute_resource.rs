//! `ClusterComputeResource`: hosts of a cluster and its settings.

use vim25::types::{ClusterConfigSpecEx, HostConnectSpec};
use vim25::{MoRef, Poly, methods};

use super::ClusterEvcManager;
use super::managed_object::managed_object;
use crate::{CallError, Reader, Writer};

managed_object! {
    /// A cluster.
    ClusterComputeResource
}

/// A host to be added to a cluster.
#[derive(Debug, Clone, Default)]
pub struct HostAddition {
    /// Where it is and how to log in to it.
    pub spec: HostConnectSpec,
    /// The licence key to assign to it at once.
    pub license: Option<String>,
    /// Where its resource pools go; the cluster's root pool by default.
    pub resource_pool: Option<MoRef>,
}

impl ClusterComputeResource {
    /// Starts adding a host and connecting it. The task's result is the `HostSystem`.
    ///
    /// # Errors
    /// When the call is refused; most refusals come from the task.
    pub async fn issue_add_host(
        &self,
        writer: &Writer,
        addition: HostAddition,
    ) -> Result<MoRef, CallError> {
        let call = methods::AddHostTask {
            this: self.0.clone(),
            spec: addition.spec,
            as_connected: true,
            resource_pool: addition.resource_pool,
            license: addition.license.map(Into::into),
            ..Default::default()
        };
        writer.invoke(&call).await
    }

    /// Starts changing settings; what `spec` does not name stays as it is.
    ///
    /// # Errors
    /// When the call is refused.
    pub async fn issue_reconfigure(
        &self,
        writer: &Writer,
        spec: ClusterConfigSpecEx,
    ) -> Result<MoRef, CallError> {
        let call = methods::ReconfigureComputeResourceTask {
            this: self.0.clone(),
            spec: Poly::new(spec),
            // `false` would reset everything that is not named.
            modify: true,
            ..Default::default()
        };
        writer.invoke(&call).await
    }

    /// Starts moving hosts of the same datacenter into this cluster.
    ///
    /// # Errors
    /// When the call is refused.
    pub async fn issue_move_into(
        &self,
        writer: &Writer,
        hosts: Vec<MoRef>,
    ) -> Result<MoRef, CallError> {
        let this = self.0.clone();
        writer.invoke(&methods::MoveIntoTask { this, host: hosts, ..Default::default() }).await
    }

    /// The cluster's EVC manager. Servers before 6.0 and some that only look like vCenter have none, and some users may
    /// not see it.
    ///
    /// # Errors
    /// When the call fails.
    pub async fn retrieve_evc_manager(
        &self,
        reader: &Reader,
    ) -> Result<Option<ClusterEvcManager>, CallError> {
        let call = methods::EvcManager { this: self.0.clone(), ..Default::default() };
        match reader.invoke(&call).await {
            Err(error) if error.is_unserved() => Ok(None),
            answer => Ok(answer?.map(ClusterEvcManager::new)),
        }
    }

    /// Carries out a recommendation of DRS, such as where to power on a secondary.
    ///
    /// # Errors
    /// When the call fails.
    pub async fn apply_recommendation(&self, writer: &Writer, key: &str) -> Result<(), CallError> {
        let this = self.0.clone();
        let call = methods::ApplyRecommendation { this, key: key.into(), ..Default::default() };
        writer.invoke(&call).await
    }
}
