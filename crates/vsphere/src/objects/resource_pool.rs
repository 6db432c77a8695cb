//! `ResourcePool`: takes imported VMs.

use vim25::types::ImportSpec;
use vim25::{MoRef, Poly, methods};

use super::HttpNfcLease;
use super::managed_object::managed_object;
use crate::{CallError, Writer};

managed_object! {
    /// A resource pool.
    ResourcePool
}

impl ResourcePool {
    /// Starts importing a VM into `folder`; on a cluster without DRS `host` has to be named. The disks are
    /// sent while the lease lasts.
    ///
    /// # Errors
    /// `DuplicateName`, `InvalidDatastore`, `FileFault`, `InsufficientResourcesFault`.
    pub async fn import_vapp(
        &self,
        writer: &Writer,
        spec: Poly<ImportSpec>,
        folder: Option<MoRef>,
        host: Option<MoRef>,
    ) -> Result<HttpNfcLease, CallError> {
        let this = self.0.clone();
        let call = methods::ImportVApp { this, spec, folder, host, ..Default::default() };
        writer.invoke(&call).await.map(HttpNfcLease::new)
    }
}
