//! `SearchIndex`: finds hosts by address.

use std::net::IpAddr;

use vim25::{MoRef, methods};

use super::managed_object::managed_object;
use crate::{CallError, Reader};

managed_object! {
    /// The search index of a server.
    SearchIndex
}

impl SearchIndex {
    /// The host with this address or DNS name, wherever it is in the inventory.
    ///
    /// # Errors
    /// When the call fails.
    pub async fn find_host(
        &self,
        reader: &Reader,
        address: &str,
    ) -> Result<Option<MoRef>, CallError> {
        let this = self.0.clone();
        if address.parse::<IpAddr>().is_ok() {
            let ip = address.into();
            reader
                .invoke(&methods::FindByIp { this, ip, vm_search: false, ..Default::default() })
                .await
        } else {
            let dns_name = address.into();
            let call =
                methods::FindByDnsName { this, dns_name, vm_search: false, ..Default::default() };
            reader.invoke(&call).await
        }
    }
}
