//! The managed object `OvfManager` and its methods.

use vim25::methods::{CreateImportSpec, ParseDescriptor, ValidateHost};
use vim25::types::{
    OvfCreateImportSpecResult, OvfDeploymentOption, OvfNetworkInfo, OvfParseDescriptorResult,
    OvfValidateHostResult,
};
use vim25::{MoRef, Str};

use crate::behaviour::cluster_compute_resource::hosts;
use crate::behaviour::datastore::Datastore;
use crate::behaviour::host_system::HostSystem;
use crate::behaviour::resource_pool::ResourcePool;
use crate::dispatch::{Call, Dispatch};
use crate::fault::Fault;
use crate::product::Product;
use crate::store::{At, ManagedObject, Property, Transaction};

use super::deploy::{self, Destination, PROVISIONING, localized};
use super::model::Descriptor;
use super::properties;
use super::read::read;

/// The OVF manager.
#[derive(Clone)]
struct OvfManager;

impl ManagedObject for OvfManager {
    fn kind(&self) -> &'static str {
        "OvfManager"
    }

    fn property<'a>(&'a self, _name: &str, _at: &At<'a>) -> Option<Property<'a>> {
        None
    }
}

/// Puts the manager into an empty store.
pub(crate) fn populate(tx: &mut Transaction<'_>, product: Product) {
    tx.insert(MoRef::new("OvfManager", product.id("OvfManager", "ha-ovf-manager")), OvfManager);
}

/// Adds its methods to the dispatch table.
pub(crate) fn register(dispatch: &mut Dispatch) {
    dispatch.add::<ParseDescriptor>(parse_descriptor);
    dispatch.add::<ValidateHost>(validate_host);
    dispatch.add::<CreateImportSpec>(create_import_spec);
}

fn parse_descriptor(
    call: &Call,
    asked: ParseDescriptor,
) -> Result<OvfParseDescriptorResult, Fault> {
    let descriptor = match read(&asked.ovf_descriptor) {
        Ok(descriptor) => descriptor,
        Err(fault) => {
            let error = localized(&[fault]);
            return Ok(OvfParseDescriptorResult { error, ..Default::default() });
        }
    };
    let (errors, warnings) = deploy::package_problems(&descriptor, call.core().product);
    let option = descriptor.option(&asked.pdp.deployment_option).unwrap_or_default();
    let sizes = Sizes::of(&descriptor);
    let texts = |all: &[String]| all.iter().map(|text| Str::from(text.as_str())).collect();
    Ok(OvfParseDescriptorResult {
        eula: texts(&descriptor.eulas),
        network: descriptor.networks.iter().map(network).collect(),
        property: properties::property_infos(&descriptor, option),
        product_info: descriptor
            .products
            .first()
            .map(|product| Box::new(properties::product_info(0, product))),
        annotation: descriptor.annotation.as_str().into(),
        approximate_download_size: sizes.download,
        approximate_flat_deployment_size: Some(sizes.flat),
        approximate_sparse_deployment_size: sizes.sparse,
        default_entity_name: descriptor.default_name().into(),
        virtual_app: descriptor.is_collection,
        deployment_option: descriptor.options.iter().map(deployment_option).collect(),
        default_deployment_option: descriptor.default_option().into(),
        error: localized(&errors),
        warning: localized(&warnings),
        ..Default::default()
    })
}

fn network((name, description): &(String, String)) -> OvfNetworkInfo {
    OvfNetworkInfo {
        name: name.as_str().into(),
        description: description.as_str().into(),
        ..Default::default()
    }
}

fn deployment_option(option: &super::model::DeploymentOption) -> OvfDeploymentOption {
    OvfDeploymentOption {
        key: option.id.as_str().into(),
        label: option.label.as_str().into(),
        description: option.description.as_str().into(),
        ..Default::default()
    }
}

/// What is sent and what room it takes, in bytes. Unknown when a file or disk does not tell its size.
struct Sizes {
    download: Option<i64>,
    flat: i64,
    sparse: Option<i64>,
}

impl Sizes {
    fn of(descriptor: &Descriptor) -> Self {
        Self {
            download: descriptor.files.iter().map(|file| file.size).sum(),
            flat: descriptor.disks.iter().map(|disk| disk.capacity).sum(),
            sparse: descriptor.disks.iter().map(|disk| disk.populated).sum(),
        }
    }
}

fn validate_host(call: &Call, asked: ValidateHost) -> Result<OvfValidateHostResult, Fault> {
    let snapshot = call.snapshot();
    let host = snapshot.get::<HostSystem>(&asked.host);
    let host = host.ok_or_else(|| Fault::object_not_found(&asked.host))?;
    let supported = PROVISIONING.iter().map(|kind| Str::from(*kind)).collect();
    let descriptor = match read(&asked.ovf_descriptor) {
        Ok(descriptor) => descriptor,
        Err(fault) => {
            let error = localized(&[fault]);
            return Ok(OvfValidateHostResult { error, ..Default::default() });
        }
    };
    let (errors, warnings) = deploy::package_problems(&descriptor, host.server.product);
    let sizes = Sizes::of(&descriptor);
    Ok(OvfValidateHostResult {
        download_size: sizes.download,
        flat_deployment_size: Some(sizes.flat),
        sparse_deployment_size: sizes.sparse,
        error: localized(&errors),
        warning: localized(&warnings),
        supported_disk_provisioning: supported,
        ..Default::default()
    })
}

fn create_import_spec(
    call: &Call,
    asked: CreateImportSpec,
) -> Result<OvfCreateImportSpecResult, Fault> {
    let snapshot = call.snapshot();
    let pool = snapshot.get::<ResourcePool>(&asked.resource_pool);
    let pool = pool.ok_or_else(|| Fault::object_not_found(&asked.resource_pool))?;
    if snapshot.get::<Datastore>(&asked.datastore).is_none() {
        return Err(Fault::object_not_found(&asked.datastore));
    }
    let members = hosts(&pool.owner, &*snapshot);
    let host = match &asked.cisp.host_system {
        Some(host) if !snapshot.contains(host) => return Err(Fault::object_not_found(host)),
        Some(host) => host.clone(),
        None => {
            let mounts = |host: &&MoRef| {
                let found = snapshot.get::<HostSystem>(host);
                found.is_some_and(|host| host.datastores.contains(&asked.datastore))
            };
            let found = members.iter().find(mounts).or(members.first());
            found.cloned().ok_or_else(|| Fault::invalid_state("The pool has no host."))?
        }
    };
    let descriptor = match read(&asked.ovf_descriptor) {
        Ok(descriptor) => descriptor,
        Err(fault) => {
            let error = localized(&[fault]);
            return Ok(OvfCreateImportSpecResult { error, ..Default::default() });
        }
    };
    let to = Destination {
        product: call.core().product,
        snapshot: &snapshot,
        host,
        datastore: asked.datastore,
    };
    Ok(deploy::import_spec(&descriptor, &to, &asked.cisp))
}
