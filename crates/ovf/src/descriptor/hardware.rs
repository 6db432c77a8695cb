//! Reads virtual machines and their virtual hardware.

use super::error::DescriptorError;
use super::language::Texts;
use super::types::{Device, VirtualSystem};
use super::units;
use super::xml::Element;

/// CIM's number for memory, whose quantity has a unit.
const MEMORY: u16 = 4;

/// The virtual machine that `element` describes.
pub(super) fn system(
    element: &Element,
    texts: &Texts<'_>,
) -> Result<VirtualSystem, DescriptorError> {
    let id = element.attribute("id").filter(|id| !id.is_empty());
    let id = id.ok_or_else(|| DescriptorError::BadAttribute {
        element: "`VirtualSystem`".to_owned(),
        attribute: "id",
    })?;
    let os = element.child("OperatingSystemSection");
    let mut system = VirtualSystem {
        id: id.to_owned(),
        name: texts.of_child(element, "Name"),
        operating_system: os.and_then(|section| texts.of_child(section, "Description")),
        hardware_versions: Vec::new(),
        transports: Vec::new(),
        devices: Vec::new(),
    };
    for section in element.children("VirtualHardwareSection") {
        add_hardware(&mut system, section);
    }
    Ok(system)
}

fn add_hardware(system: &mut VirtualSystem, section: &Element) {
    let transports = section.attribute("transport").unwrap_or_default();
    system.transports.extend(transports.split_whitespace().map(str::to_owned));
    let versions = section.child("System").and_then(|own| own.cim("VirtualSystemType"));
    let versions = versions.unwrap_or_default().split([' ', ',', '\t', '\n']);
    system.hardware_versions.extend(versions.filter(|one| !one.is_empty()).map(str::to_owned));
    // Edition 2.0 has elements of their own for storage and network adapters.
    let is_item = |child: &&Element| {
        child.is("Item") || child.is("StorageItem") || child.is("EthernetPortItem")
    };
    system.devices.extend(section.children.iter().filter(is_item).map(device));
}

fn device(item: &Element) -> Device {
    let owned = |name| item.cim(name).map(str::to_owned);
    let kind = item.cim("ResourceType").and_then(|kind| kind.parse().ok());
    let quantity = item.cim("VirtualQuantity").and_then(|number| number.parse::<u64>().ok());
    let unit = item.cim("AllocationUnits").unwrap_or("byte * 2^20");
    let quantity = match kind {
        Some(MEMORY) => quantity.and_then(|number| number.checked_mul(units::bytes(unit)?)),
        _ => quantity,
    };
    let options = item.attribute("configuration").unwrap_or_default();
    Device {
        id: owned("InstanceID").or_else(|| owned("InstanceId")).unwrap_or_default(),
        name: owned("ElementName").or_else(|| owned("Caption")).unwrap_or_default(),
        kind,
        model: owned("ResourceSubType"),
        quantity,
        networks: item.all_cim("Connection").map(str::to_owned).collect(),
        backing: item.all_cim("HostResource").map(str::to_owned).collect(),
        deployment_options: options.split_whitespace().map(str::to_owned).collect(),
    }
}
