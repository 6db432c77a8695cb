//! `EnvironmentBrowser`: what hosts of a cluster can do.

use vim25::types::HostCapability;
use vim25::{MoRef, methods};

use super::managed_object::managed_object;
use crate::{CallError, Reader};

managed_object! {
    /// The environment browser of a cluster or VM.
    EnvironmentBrowser
}

impl EnvironmentBrowser {
    /// What `host` can do, or what all hosts of the cluster can; `None` for a cluster without hosts.
    ///
    /// # Errors
    /// When the call fails.
    pub async fn query_target_capabilities(
        &self,
        reader: &Reader,
        host: Option<&MoRef>,
    ) -> Result<Option<HostCapability>, CallError> {
        let host = host.cloned();
        let call =
            methods::QueryTargetCapabilities { this: self.0.clone(), host, ..Default::default() };
        Ok(reader.invoke(&call).await?.map(|capability| *capability))
    }
}
