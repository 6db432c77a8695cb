//! `HttpNfcLease`: the calls that go with sending the disks of a VM. How they go together is the affair of
//! [`Lease`](crate::transfer::Lease).

use vim25::methods;
use vim25::types::HttpNfcLeaseManifestEntry;

use super::managed_object::managed_object;
use crate::{CallError, Reader, Writer};

managed_object! {
    /// The lease of an import or export.
    HttpNfcLease
}

impl HttpNfcLease {
    /// Says that the work goes on, which keeps the lease alive, and how far it is.
    ///
    /// # Errors
    /// `Timedout` when it was too late.
    pub async fn report_progress(&self, writer: &Writer, percent: u8) -> Result<(), CallError> {
        let (this, percent) = (self.0.clone(), i32::from(percent.min(100)));
        writer.invoke(&methods::HttpNfcLeaseProgress { this, percent, ..Default::default() }).await
    }

    /// Says that everything was sent.
    ///
    /// # Errors
    /// `InvalidState`, `Timedout`.
    pub async fn complete(&self, writer: &Writer) -> Result<(), CallError> {
        let this = self.0.clone();
        writer.invoke(&methods::HttpNfcLeaseComplete { this, ..Default::default() }).await
    }

    /// Gives up: the server deletes what it had made.
    ///
    /// # Errors
    /// `InvalidState` when the lease has ended, `Timedout`.
    pub async fn abort(&self, writer: &Writer) -> Result<(), CallError> {
        let this = self.0.clone();
        writer.invoke(&methods::HttpNfcLeaseAbort { this, ..Default::default() }).await
    }

    /// What the server got, with its own digests.
    ///
    /// # Errors
    /// `InvalidState`.
    pub async fn get_manifest(
        &self,
        reader: &Reader,
    ) -> Result<Vec<HttpNfcLeaseManifestEntry>, CallError> {
        let this = self.0.clone();
        reader.invoke(&methods::HttpNfcLeaseGetManifest { this, ..Default::default() }).await
    }
}
