//! From a descriptor to what would be deployed: `CreateImportSpec`, and the sizes that go with it.

use vim25::enums::ArrayUpdateOperation;
use vim25::types::{
    LocalizedMethodFault, OptionValue, OvfCreateImportSpecParams, OvfCreateImportSpecResult,
    OvfFileItem, VAppIPAssignmentInfo, VAppProductSpec, VAppPropertySpec, VirtualMachineConfigSpec,
    VirtualMachineFileInfo, VirtualMachineImportSpec, VmConfigSpec,
};
use vim25::{MoRef, Poly, Str};

use crate::behaviour::datastore::Datastore;
use crate::behaviour::host_system::HostSystem;
use crate::behaviour::network::Network;
use crate::behaviour::virtual_machine::version_key;
use crate::fault::Fault;
use crate::product::{Product, Role};
use crate::store::Snapshot;

use super::devices::{self, Target, base_name};
use super::model::Descriptor;
use super::problems;
use super::properties;

/// Kinds of disks that VMFS holds.
pub(super) const PROVISIONING: &[&str] = &["thin", "thick", "flat", "eagerZeroedThick"];

/// Where a package is to be deployed.
pub(super) struct Destination<'a> {
    pub(super) product: Product,
    pub(super) snapshot: &'a Snapshot,
    pub(super) host: MoRef,
    pub(super) datastore: MoRef,
}

/// What stands against the package itself, and what is only worth knowing.
pub(super) fn package_problems(
    descriptor: &Descriptor,
    product: Product,
) -> (Vec<Fault>, Vec<Fault>) {
    let section = |(line, name, info): &(i32, String, String)| {
        problems::unsupported_section(*line, name, info)
    };
    let mut errors: Vec<Fault> = descriptor.unknown_required.iter().map(section).collect();
    let warnings = descriptor.unknown_optional.iter().map(section).collect();
    if descriptor.is_collection {
        errors.push(problems::unsupported_element(descriptor.line, "VirtualSystemCollection"));
    } else if hardware_version(descriptor, product).is_none() {
        let families = descriptor.hardware.families.join(",");
        errors.push(problems::hardware_family(descriptor.hardware.line, &families));
    }
    (errors, warnings)
}

/// The newest virtual hardware that both the package and hosts of a release know.
fn hardware_version(descriptor: &Descriptor, product: Product) -> Option<Str> {
    let families = &descriptor.hardware.families;
    if families.is_empty() {
        return Some(version_key(product.newest_hardware_version()));
    }
    let numbers = families.iter().filter_map(|family| family.strip_prefix("vmx-")?.parse().ok());
    let numbers: Vec<i32> = numbers.collect();
    product.hardware_versions().filter(|known| numbers.contains(known)).last().map(version_key)
}

/// The answer to `CreateImportSpec` when the descriptor can be read.
pub(super) fn import_spec(
    descriptor: &Descriptor,
    to: &Destination<'_>,
    asked: &OvfCreateImportSpecParams,
) -> OvfCreateImportSpecResult {
    let host = to.snapshot.get::<HostSystem>(&to.host);
    let host = host.map_or(to.product, |host| host.server.product);
    let (mut errors, mut warnings) = package_problems(descriptor, host);
    let Some(option) = descriptor.option(&asked.deployment_option) else {
        errors.push(problems::configuration(&asked.deployment_option));
        return answer(None, Vec::new(), &errors, &warnings);
    };
    let provisioning = asked.disk_provisioning.as_deref().unwrap_or_default();
    if !provisioning.is_empty() && !PROVISIONING.contains(&provisioning) {
        errors.push(problems::disk_provisioning(provisioning, &PROVISIONING.join(",")));
    }
    if descriptor.is_collection {
        return answer(None, Vec::new(), &errors, &warnings);
    }
    let networks = networks(descriptor, to, asked, &mut errors, &mut warnings);
    let name = if asked.entity_name.is_empty() {
        descriptor.default_name()
    } else {
        asked.entity_name.as_str()
    };
    let find = |wanted: &str| {
        let found = networks.iter().find(|(name, ..)| name == wanted);
        found.map(|(_, network, name)| (network.clone(), name.clone()))
    };
    let target = Target { name, provisioning, network: &find };
    let mut built = devices::build(descriptor, option, &target);
    errors.append(&mut built.errors);
    warnings.append(&mut built.warnings);
    let mut spec = VirtualMachineConfigSpec {
        name: Some(name.into()),
        version: hardware_version(descriptor, host),
        guest_id: Some(guest_id(descriptor, &mut warnings)),
        num_cp_us: Some(built.cpus),
        memory_mb: Some(built.megabytes),
        annotation: Some(descriptor.annotation.as_str().into()),
        files: Some(Box::new(files(to))),
        device_change: built.changes(),
        firmware: descriptor.hardware.firmware.as_deref().map(Str::from),
        ..Default::default()
    };
    let mut items = built.file_items(&target);
    extra_config(descriptor, name, &mut spec, &mut items, &mut errors);
    let (properties, mut wrong) = properties::mapped(descriptor, option, &asked.property_mapping);
    // A host by itself knows no vApp options: properties do not reach the guest, and nobody says so.
    if to.product.role() == Role::Vcenter {
        errors.append(&mut wrong);
        spec.v_app_config = v_app(descriptor, properties, asked);
    }
    let spec = VirtualMachineImportSpec { config_spec: spec, ..Default::default() };
    answer(Some(spec), items, &errors, &warnings)
}

fn answer(
    spec: Option<VirtualMachineImportSpec>,
    items: Vec<OvfFileItem>,
    errors: &[Fault],
    warnings: &[Fault],
) -> OvfCreateImportSpecResult {
    let failed = !errors.is_empty();
    OvfCreateImportSpecResult {
        import_spec: spec.filter(|_| !failed).map(Poly::new),
        file_item: if failed { Vec::new() } else { items },
        error: localized(errors),
        warning: localized(warnings),
        ..Default::default()
    }
}

/// Faults as an answer carries them.
pub(super) fn localized(faults: &[Fault]) -> Vec<LocalizedMethodFault> {
    faults.iter().map(Fault::localized).collect()
}

fn files(to: &Destination<'_>) -> VirtualMachineFileInfo {
    let name = to.snapshot.get::<Datastore>(&to.datastore);
    let name = name.map(|datastore| datastore.entity.name.clone()).unwrap_or_default();
    VirtualMachineFileInfo { vm_path_name: Some(format!("[{name}]").into()), ..Default::default() }
}

/// Which network stands for each of the package; those that nobody mapped get the host's first.
fn networks(
    descriptor: &Descriptor,
    to: &Destination<'_>,
    asked: &OvfCreateImportSpecParams,
    errors: &mut Vec<Fault>,
    warnings: &mut Vec<Fault>,
) -> Vec<(String, MoRef, Str)> {
    let named = |id: &MoRef| {
        let network = to.snapshot.get::<Network>(id);
        network.map_or_else(|| id.value.clone(), |network| network.entity.name.clone())
    };
    let host = to.snapshot.get::<HostSystem>(&to.host);
    let default = host.and_then(|host| host.networks.first().cloned());
    let mut found = Vec::new();
    for (name, _) in &descriptor.networks {
        let mapped = asked.network_mapping.iter().find(|mapping| mapping.name == *name);
        match (mapped, &default) {
            (Some(mapping), _) => {
                let network = mapping.network.clone();
                let network_name = named(&network);
                found.push((name.clone(), network, network_name));
            }
            (None, Some(default)) => {
                warnings.push(problems::unmapped_network(name, &named(default)));
                found.push((name.clone(), default.clone(), named(default)));
            }
            (None, None) => errors.push(problems::no_network()),
        }
    }
    found
}

/// Linux, Windows and others as the descriptor names them.
fn guest_id(descriptor: &Descriptor, warnings: &mut Vec<Fault>) -> Str {
    let Some((id, named, description)) = &descriptor.os else { return "otherGuest".into() };
    if let Some(named) = named {
        return named.as_str().into();
    }
    let known = match id {
        36 => "otherLinuxGuest",
        79 => "rhel5Guest",
        80 => "rhel5_64Guest",
        93 => "ubuntuGuest",
        94 => "ubuntu64Guest",
        95 => "debian5Guest",
        96 => "debian5_64Guest",
        101 => "otherLinux64Guest",
        106 => "centosGuest",
        107 => "centos64Guest",
        _ => {
            warnings.push(problems::mapped_os(*id, description, "otherGuest"));
            "otherGuest"
        }
    };
    known.into()
}

/// Settings of the package; one that stands for a file gets it sent.
fn extra_config(
    descriptor: &Descriptor,
    name: &str,
    spec: &mut VirtualMachineConfigSpec,
    items: &mut Vec<OvfFileItem>,
    errors: &mut Vec<Fault>,
) {
    for (key, value) in &descriptor.hardware.extra_config {
        let mut shown = value.clone();
        if let Some(id) = value.strip_prefix("ovf:/file/") {
            let Some(file) = descriptor.file(id) else {
                let line = descriptor.hardware.line;
                errors.push(problems::reference(line, "ExtraConfig", "value", id));
                continue;
            };
            shown = format!("ovf:/file/{}", base_name(&file.href));
            items.push(OvfFileItem {
                device_id: format!("/{name}/{key}").into(),
                path: file.href.as_str().into(),
                size: file.size,
                cim_type: 0,
                create: true,
                ..Default::default()
            });
        }
        spec.extra_config.push(Poly::new(OptionValue {
            key: key.as_str().into(),
            value: Some(Str::from(shown).into()),
            ..Default::default()
        }));
    }
}

fn v_app(
    descriptor: &Descriptor,
    properties: Vec<vim25::types::VAppPropertyInfo>,
    asked: &OvfCreateImportSpecParams,
) -> Option<Poly<VmConfigSpec>> {
    if descriptor.products.is_empty() && descriptor.eulas.is_empty() {
        return None;
    }
    let property = |info| {
        let mut added = VAppPropertySpec { info: Some(Box::new(info)), ..Default::default() };
        added.operation = ArrayUpdateOperation::Add;
        added
    };
    let products = descriptor.products.iter().enumerate().map(|(key, product)| {
        let info = properties::product_info(i32::try_from(key).unwrap_or(0), product);
        let mut added = VAppProductSpec { info: Some(Box::new(info)), ..Default::default() };
        added.operation = ArrayUpdateOperation::Add;
        added
    });
    let transport = descriptor.hardware.transport.iter();
    Some(Poly::new(VmConfigSpec {
        product: products.collect(),
        property: properties.into_iter().map(property).collect(),
        ip_assignment: Some(Box::new(VAppIPAssignmentInfo {
            ip_allocation_policy: asked
                .ip_allocation_policy
                .clone()
                .or_else(|| Some("fixedPolicy".into())),
            ip_protocol: asked.ip_protocol.clone().or_else(|| Some("IPv4".into())),
            ..Default::default()
        })),
        eula: descriptor.eulas.iter().map(|text| Str::from(text.as_str())).collect(),
        ovf_environment_transport: transport.map(|name| Str::from(name.as_str())).collect(),
        install_boot_required: Some(false),
        ..Default::default()
    }))
}
