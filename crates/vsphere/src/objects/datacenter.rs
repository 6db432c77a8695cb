//! `Datacenter`: previews hosts.

use vim25::methods;
use vim25::types::{HostConnectInfo, HostConnectSpec};

use super::managed_object::managed_object;
use crate::{CallError, Reader};

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
}
