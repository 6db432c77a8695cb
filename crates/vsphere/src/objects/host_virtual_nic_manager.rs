//! `HostVirtualNicManager`: which VMkernel adapters carry which traffic.

use vim25::methods;
use vim25::types::VirtualNicManagerNetConfig;

use super::managed_object::managed_object;
use crate::{CallError, Reader, Writer};

managed_object! {
    /// The virtual NIC manager of a host.
    HostVirtualNicManager
}

impl HostVirtualNicManager {
    /// Candidates and selection for one sort of traffic, such as `vmotion`; `None` when the host does
    /// not know that sort. `selected_vnic` holds keys of candidates, not device names.
    ///
    /// # Errors
    /// When the call fails.
    pub async fn query_net_config(
        &self,
        reader: &Reader,
        nic_type: &str,
    ) -> Result<Option<VirtualNicManagerNetConfig>, CallError> {
        let (this, nic_type) = (self.0.clone(), nic_type.into());
        let call = methods::QueryNetConfig { this, nic_type, ..Default::default() };
        Ok(reader.invoke(&call).await?.map(|config| *config))
    }

    /// Lets `device` (such as `vmk0`) carry that sort of traffic. Doing so twice does no harm.
    ///
    /// # Errors
    /// `InvalidArgument` for an unknown sort or device, `HostConfigFault`.
    pub async fn select_vnic(
        &self,
        writer: &Writer,
        nic_type: &str,
        device: &str,
    ) -> Result<(), CallError> {
        let (this, nic_type, device) = (self.0.clone(), nic_type.into(), device.into());
        writer
            .invoke(&methods::SelectVnicForNicType { this, nic_type, device, ..Default::default() })
            .await
    }

    /// Stops `device` from carrying that sort of traffic.
    ///
    /// # Errors
    /// `InvalidArgument` also when it does not carry it.
    pub async fn deselect_vnic(
        &self,
        writer: &Writer,
        nic_type: &str,
        device: &str,
    ) -> Result<(), CallError> {
        let (this, nic_type, device) = (self.0.clone(), nic_type.into(), device.into());
        writer
            .invoke(&methods::DeselectVnicForNicType {
                this,
                nic_type,
                device,
                ..Default::default()
            })
            .await
    }
}
