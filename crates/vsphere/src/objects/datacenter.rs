//! `Datacenter`: previews hosts, powers VMs on.

use vim25::types::{HostConnectInfo, HostConnectSpec};
use vim25::{MoRef, methods};

use super::managed_object::managed_object;
use crate::{CallError, Reader, Writer};

managed_object! {
    /// A datacenter.
    Datacenter
}

impl Datacenter {
    /// Lets the server connect to a host and tell what it is, without adding it.
    ///
    /// # Errors
    /// `InvalidLogin`, `SSLVerifyFault` and the other faults of connecting to a host.
    pub async fn query_connection_info(
        &self,
        reader: &Reader,
        spec: HostConnectSpec,
    ) -> Result<HostConnectInfo, CallError> {
        let this = self.0.clone();
        let call = methods::QueryConnectionInfoViaSpec { this, spec, ..Default::default() };
        reader.invoke(&call).await
    }

    /// Starts powering on VMs where vCenter places them. Its success does not mean that they are on: the
    /// result is a `ClusterPowerOnVmResult`.
    ///
    /// # Errors
    /// When the call is refused.
    pub async fn issue_power_on_multi(
        &self,
        writer: &Writer,
        vm: Vec<MoRef>,
    ) -> Result<MoRef, CallError> {
        let this = self.0.clone();
        writer.invoke(&methods::PowerOnMultiVMTask { this, vm, ..Default::default() }).await
    }
}
