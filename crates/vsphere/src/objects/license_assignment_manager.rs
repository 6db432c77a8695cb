//! `LicenseAssignmentManager`: which licence an entity uses.

use vim25::types::{LicenseAssignmentManagerLicenseAssignment, LicenseManagerLicenseInfo};
use vim25::{MoRef, methods};

use super::managed_object::managed_object;
use crate::{CallError, Reader, Writer};

managed_object! {
    /// The licence assignment manager of a vCenter.
    LicenseAssignmentManager
}

impl LicenseAssignmentManager {
    /// Assignments of one entity, or of all.
    ///
    /// # Errors
    /// When the call fails.
    pub async fn query_assigned_licenses(
        &self,
        reader: &Reader,
        entity: Option<&MoRef>,
    ) -> Result<Vec<LicenseAssignmentManagerLicenseAssignment>, CallError> {
        let call = methods::QueryAssignedLicenses {
            this: self.0.clone(),
            entity_id: entity.map(|entity| entity.value.clone()),
            ..Default::default()
        };
        reader.invoke(&call).await
    }

    /// Assigns a licence key to an entity.
    ///
    /// # Errors
    /// `LicenseEntityNotFound`, `NotEnoughLicenses`, `InvalidArgument`.
    pub async fn update_assigned_license(
        &self,
        writer: &Writer,
        entity: &MoRef,
        key: &str,
    ) -> Result<LicenseManagerLicenseInfo, CallError> {
        let call = methods::UpdateAssignedLicense {
            this: self.0.clone(),
            entity: entity.value.clone(),
            license_key: key.into(),
            ..Default::default()
        };
        writer.invoke(&call).await
    }
}
