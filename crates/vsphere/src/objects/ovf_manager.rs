//! `OvfManager`: turns an OVF descriptor into what an import needs.

use vim25::types::{
    OvfCreateImportSpecParams, OvfCreateImportSpecResult, OvfManagerCommonParams,
    OvfParseDescriptorParams, OvfParseDescriptorResult,
};
use vim25::{MoRef, Poly, methods};

use super::managed_object::managed_object;
use crate::{CallError, Reader};

managed_object! {
    /// The server's reader of OVF descriptors.
    OvfManager
}

impl OvfManager {
    /// What the server reads in a descriptor. Mistakes in it are in the result, not in the error.
    ///
    /// # Errors
    /// When the call fails.
    pub async fn parse_descriptor(
        &self,
        reader: &Reader,
        descriptor: &str,
        deployment_option: &str,
    ) -> Result<OvfParseDescriptorResult, CallError> {
        let common = OvfManagerCommonParams {
            deployment_option: deployment_option.into(),
            ..Default::default()
        };
        let call = methods::ParseDescriptor {
            this: self.0.clone(),
            ovf_descriptor: descriptor.into(),
            pdp: OvfParseDescriptorParams { base_: common },
            ..Default::default()
        };
        reader.invoke(&call).await
    }

    /// What to import and which files to send. What is wrong is in the result, not in the error; there is
    /// nothing to import then.
    ///
    /// # Errors
    /// When the call fails.
    pub async fn create_import_spec(
        &self,
        reader: &Reader,
        descriptor: &str,
        pool: MoRef,
        datastore: MoRef,
        parameters: OvfCreateImportSpecParams,
    ) -> Result<OvfCreateImportSpecResult, CallError> {
        let call = methods::CreateImportSpec {
            this: self.0.clone(),
            ovf_descriptor: descriptor.into(),
            resource_pool: pool,
            datastore,
            cisp: Poly::new(parameters),
            ..Default::default()
        };
        reader.invoke(&call).await
    }
}
