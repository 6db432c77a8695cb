//! `HostServiceSystem`: the services of a host.

use vim25::methods;
use vim25::types::{HostService, HostServiceInfo};

use super::managed_object::managed_object;
use crate::{CallError, Reader, Writer};

managed_object! {
    /// The service system of a host.
    HostServiceSystem
}

impl HostServiceSystem {
    /// All services; `None` when the host shows none, because it is disconnected or may not be read.
    ///
    /// # Errors
    /// When the call fails.
    pub async fn retrieve_services(
        &self,
        reader: &Reader,
    ) -> Result<Option<Vec<HostService>>, CallError> {
        let seen = reader.retrieve(&self.0, &["serviceInfo"]).await?;
        let info = seen.object::<HostServiceInfo>("serviceInfo");
        Ok(info.map(|info| info.service.clone()))
    }

    /// Says when the service starts by itself: `on`, `automatic` or `off`.
    ///
    /// # Errors
    /// `NotFound` for an unknown service, `InvalidState`.
    pub async fn update_service_policy(
        &self,
        writer: &Writer,
        key: &str,
        policy: &str,
    ) -> Result<(), CallError> {
        let (this, id, policy) = (self.0.clone(), key.into(), policy.into());
        writer
            .invoke(&methods::UpdateServicePolicy { this, id, policy, ..Default::default() })
            .await
    }

    /// Starts a service. On current releases one that runs is no fault.
    ///
    /// # Errors
    /// `NotFound`, `InvalidState` on older releases when it runs already.
    pub async fn start_service(&self, writer: &Writer, key: &str) -> Result<(), CallError> {
        let (this, id) = (self.0.clone(), key.into());
        writer.invoke(&methods::StartService { this, id, ..Default::default() }).await
    }

    /// Stops a service.
    ///
    /// # Errors
    /// `NotFound`, `InvalidState`.
    pub async fn stop_service(&self, writer: &Writer, key: &str) -> Result<(), CallError> {
        let (this, id) = (self.0.clone(), key.into());
        writer.invoke(&methods::StopService { this, id, ..Default::default() }).await
    }

    /// Stops and starts a service, so that it reads its settings anew.
    ///
    /// # Errors
    /// `NotFound`, `InvalidState`.
    pub async fn restart_service(&self, writer: &Writer, key: &str) -> Result<(), CallError> {
        let (this, id) = (self.0.clone(), key.into());
        writer.invoke(&methods::RestartService { this, id, ..Default::default() }).await
    }
}
