//! `LicenseManager`: licence keys that a server knows.

use vim25::methods;
use vim25::types::LicenseManagerLicenseInfo;

use super::LicenseAssignmentManager;
use super::managed_object::managed_object;
use crate::{CallError, Reader, Writer};

managed_object! {
    /// The licence manager of a server.
    LicenseManager
}

impl LicenseManager {
    /// The licences that the server knows.
    ///
    /// # Errors
    /// When the call fails.
    pub async fn retrieve_licenses(
        &self,
        reader: &Reader,
    ) -> Result<Vec<LicenseManagerLicenseInfo>, CallError> {
        let seen = reader.retrieve(&self.0, &["licenses"]).await?;
        Ok(seen.objects::<LicenseManagerLicenseInfo>("licenses").cloned().collect())
    }

    /// The manager of assignments; an ESXi host has none.
    ///
    /// # Errors
    /// When the call fails.
    pub async fn retrieve_assignment_manager(
        &self,
        reader: &Reader,
    ) -> Result<Option<LicenseAssignmentManager>, CallError> {
        let path = "licenseAssignmentManager";
        let seen = reader.retrieve(&self.0, &[path]).await?;
        Ok(seen.moref(path).cloned().map(LicenseAssignmentManager::new))
    }

    /// Makes a licence key known to the server.
    ///
    /// # Errors
    /// When the call fails.
    pub async fn add_license(
        &self,
        writer: &Writer,
        key: &str,
    ) -> Result<LicenseManagerLicenseInfo, CallError> {
        let (this, license_key) = (self.0.clone(), key.into());
        writer.invoke(&methods::AddLicense { this, license_key, ..Default::default() }).await
    }
}
