//! The managed object `EnvironmentBrowser`: what VMs may be like in a cluster.

use std::collections::BTreeMap;

use vim25::MoRef;
use vim25::methods::{QueryConfigOptionDescriptor, QueryTargetCapabilities};
use vim25::types::{HostCapability, VirtualMachineConfigOptionDescriptor};

use crate::behaviour::cluster_compute_resource::hosts;
use crate::behaviour::host_system::{HostSystem, capability_of};
use crate::behaviour::look::Look;
use crate::behaviour::virtual_machine::version_key;
use crate::dispatch::{Call, Dispatch};
use crate::fault::Fault;
use crate::store::{At, ManagedObject, Property};

/// An environment browser.
#[derive(Clone)]
pub struct EnvironmentBrowser {
    /// Its cluster or compute resource.
    pub owner: MoRef,
}

impl ManagedObject for EnvironmentBrowser {
    fn kind(&self) -> &'static str {
        "EnvironmentBrowser"
    }

    fn property<'a>(&'a self, name: &str, at: &At<'a>) -> Option<Property<'a>> {
        match name {
            "datastoreBrowser" => {
                let host = hosts(&self.owner, at).first()?;
                Property::of(crate::behaviour::datastore::browser_id(host))
            }
            _ => None,
        }
    }
}

pub(super) fn register(dispatch: &mut Dispatch) {
    dispatch.add::<QueryTargetCapabilities>(target_capabilities);
    dispatch.add::<QueryConfigOptionDescriptor>(config_option_descriptors);
}

/// What one host can do, or what all hosts of the cluster can.
fn target_capabilities(
    call: &Call,
    asked: QueryTargetCapabilities,
) -> Result<Option<Box<HostCapability>>, Fault> {
    let snapshot = call.snapshot();
    let browser = snapshot
        .get::<EnvironmentBrowser>(call.this())
        .ok_or_else(|| Fault::object_not_found(call.this()))?;
    if let Some(host) = &asked.host {
        let found =
            snapshot.get::<HostSystem>(host).ok_or_else(|| Fault::object_not_found(host))?;
        return Ok(Some(Box::new(capability_of(found, &*snapshot))));
    }
    let members = hosts(&browser.owner, &*snapshot);
    let all = members.iter().filter_map(|host| snapshot.get::<HostSystem>(host));
    let mut capabilities = all.map(|host| capability_of(host, &*snapshot));
    let Some(mut common) = capabilities.next() else { return Ok(None) };
    for other in capabilities {
        common.smp_ft_supported &= other.smp_ft_supported;
        for issue in other.smp_ft_compatibility_issues {
            if !common.smp_ft_compatibility_issues.contains(&issue) {
                common.smp_ft_compatibility_issues.push(issue);
            }
        }
        common.max_vcpus_per_ft_vm = common.max_vcpus_per_ft_vm.min(other.max_vcpus_per_ft_vm);
        common.max_mem_mb_per_ft_vm = common.max_mem_mb_per_ft_vm.min(other.max_mem_mb_per_ft_vm);
    }
    Ok(Some(Box::new(common)))
}

fn config_option_descriptors(
    call: &Call,
    _: QueryConfigOptionDescriptor,
) -> Result<Vec<VirtualMachineConfigOptionDescriptor>, Fault> {
    let snapshot = call.snapshot();
    let browser = snapshot
        .get::<EnvironmentBrowser>(call.this())
        .ok_or_else(|| Fault::object_not_found(call.this()))?;
    let usual = usual_version(&browser.owner, &*snapshot);
    let mut by_version: BTreeMap<i32, Vec<MoRef>> = BTreeMap::new();
    for (id, host) in known_hosts(&browser.owner, &*snapshot) {
        for version in host.server.product.hardware_versions() {
            by_version.entry(version).or_default().push(id.clone());
        }
    }
    let descriptor = |(number, host): (i32, Vec<MoRef>)| VirtualMachineConfigOptionDescriptor {
        key: version_key(number),
        description: Some(format!("Virtual hardware {number}").into()),
        host,
        create_supported: true,
        default_config_option: Some(number) == usual,
        run_supported: true,
        upgrade_supported: true,
        ..Default::default()
    };
    Ok(by_version.into_iter().map(descriptor).collect())
}

fn known_hosts<'a>(
    owner: &MoRef,
    look: impl Look<'a>,
) -> impl Iterator<Item = (&'a MoRef, &'a HostSystem)> {
    hosts(owner, look).iter().filter_map(move |id| Some((id, look.object(id)?)))
}

/// The virtual hardware of new VMs in a cluster or compute resource: the newest that all of its hosts run.
pub fn usual_version<'a>(owner: &MoRef, look: impl Look<'a>) -> Option<i32> {
    let newest =
        known_hosts(owner, look).map(|(_, host)| host.server.product.newest_hardware_version());
    newest.min()
}
