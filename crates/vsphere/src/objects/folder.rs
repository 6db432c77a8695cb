//! `Folder`: makes what is in folders.

use vim25::types::{ClusterConfigSpecEx, ComputeResourceConfigSpec, HostConnectSpec};
use vim25::{MoRef, Poly, methods};

use super::managed_object::managed_object;
use super::{ClusterComputeResource, Datacenter};
use crate::percent::escape_name;
use crate::{CallError, Writer};

managed_object! {
    /// A folder.
    Folder
}

impl Folder {
    /// Makes a folder of the same sort in this one.
    ///
    /// # Errors
    /// `DuplicateName`, `InvalidName`.
    pub async fn create_folder(&self, writer: &Writer, name: &str) -> Result<Self, CallError> {
        let name = escape_name(name).into();
        let call = methods::CreateFolder { this: self.0.clone(), name, ..Default::default() };
        writer.invoke(&call).await.map(Self)
    }

    /// Makes a datacenter in this folder: the root or another folder of datacenters.
    ///
    /// # Errors
    /// `DuplicateName`, `InvalidName`.
    pub async fn create_datacenter(
        &self,
        writer: &Writer,
        name: &str,
    ) -> Result<Datacenter, CallError> {
        let name = escape_name(name).into();
        let call = methods::CreateDatacenter { this: self.0.clone(), name, ..Default::default() };
        writer.invoke(&call).await.map(Datacenter::new)
    }

    /// Makes a cluster in this folder of hosts.
    ///
    /// # Errors
    /// `DuplicateName`, `InvalidName`, `InvalidArgument`.
    pub async fn create_cluster(
        &self,
        writer: &Writer,
        name: &str,
        spec: ClusterConfigSpecEx,
    ) -> Result<ClusterComputeResource, CallError> {
        let name = escape_name(name).into();
        let call =
            methods::CreateClusterEx { this: self.0.clone(), name, spec, ..Default::default() };
        writer.invoke(&call).await.map(ClusterComputeResource::new)
    }

    /// Starts adding a host outside any cluster. The task's result is its `ComputeResource`.
    ///
    /// # Errors
    /// When the call is refused; most refusals come from the task.
    pub async fn issue_add_standalone_host(
        &self,
        writer: &Writer,
        spec: HostConnectSpec,
        resource: Option<ComputeResourceConfigSpec>,
        license: Option<&str>,
    ) -> Result<MoRef, CallError> {
        let call = methods::AddStandaloneHostTask {
            this: self.0.clone(),
            spec,
            comp_res_spec: resource.map(Poly::new),
            add_connected: true,
            license: license.map(Into::into),
            ..Default::default()
        };
        writer.invoke(&call).await
    }
}
