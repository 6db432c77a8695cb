//! What can be wrong with a package, as vSphere's faults.

use vim25::types::{
    OvfConstraint, OvfElementInvalidValue, OvfImport, OvfInvalidValueConfiguration,
    OvfInvalidValueReference, OvfMappedOsId, OvfMissingAttribute, OvfMissingElement, OvfNoHostNic,
    OvfNoSupportedHardwareFamily, OvfPropertyValue, OvfUnsupportedDiskProvisioning,
    OvfUnsupportedElement, OvfUnsupportedSection, OvfUnsupportedType, OvfWrongElement,
    OvfXmlFormat,
};

use crate::fault::Fault;

pub(super) fn xml(line: i32, description: &str) -> Fault {
    let mut detail = OvfXmlFormat { description: description.into(), ..Default::default() };
    detail.line_number = line;
    Fault::new(detail, format!("Line {line}: the descriptor is no valid XML: {description}."))
}

pub(super) fn missing_element(line: i32, name: &str) -> Fault {
    let mut detail = OvfMissingElement::default();
    detail.line_number = line;
    detail.name = name.into();
    Fault::new(detail, format!("Line {line}: Element '{name}' is missing."))
}

pub(super) fn wrong_element(line: i32, name: &str) -> Fault {
    let mut detail = OvfWrongElement::default();
    detail.line_number = line;
    detail.name = name.into();
    Fault::new(detail, format!("Line {line}: Element '{name}' is not expected."))
}

pub(super) fn missing_attribute(line: i32, element: &str, attribute: &str) -> Fault {
    let mut detail = OvfMissingAttribute::default();
    detail.line_number = line;
    detail.element_name = element.into();
    detail.attribute_name = attribute.into();
    let message = format!("Line {line}: Attribute '{attribute}' of '{element}' is missing.");
    Fault::new(detail, message)
}

pub(super) fn invalid_value(line: i32, element: &str, value: &str) -> Fault {
    let mut detail = OvfElementInvalidValue { value: value.into(), ..Default::default() };
    detail.line_number = line;
    detail.name = element.into();
    Fault::new(detail, format!("Line {line}: Invalid value '{value}' for element '{element}'."))
}

/// An id that nothing in the descriptor has.
pub(super) fn reference(line: i32, element: &str, attribute: &str, value: &str) -> Fault {
    let mut detail = OvfInvalidValueReference::default();
    detail.line_number = line;
    detail.element_name = element.into();
    detail.attribute_name = attribute.into();
    detail.value = value.into();
    let message = format!("Line {line}: Unable to find '{value}' that '{element}' refers to.");
    Fault::new(detail, message)
}

pub(super) fn configuration(value: &str) -> Fault {
    let mut detail = OvfInvalidValueConfiguration::default();
    detail.element_name = "Configuration".into();
    detail.attribute_name = "id".into();
    detail.value = value.into();
    Fault::new(detail, format!("The package has no deployment option '{value}'."))
}

pub(super) fn hardware_family(line: i32, version: &str) -> Fault {
    let mut detail = OvfNoSupportedHardwareFamily { version: version.into(), ..Default::default() };
    detail.line_number = Some(line);
    Fault::new(detail, format!("No supported hardware versions among [{version}]."))
}

pub(super) fn unsupported_element(line: i32, name: &str) -> Fault {
    let mut detail = OvfUnsupportedElement { name: name.into(), ..Default::default() };
    detail.line_number = Some(line);
    Fault::new(detail, format!("Line {line}: Unsupported element '{name}'."))
}

pub(super) fn unsupported_section(line: i32, name: &str, info: &str) -> Fault {
    let mut detail = OvfUnsupportedSection { info: info.into(), ..Default::default() };
    detail.line_number = Some(line);
    detail.name = name.into();
    Fault::new(detail, format!("Line {line}: Unsupported section '{name}' ({info})."))
}

pub(super) fn unsupported_device(line: i32, name: &str, id: &str, kind: i32) -> Fault {
    let mut detail = OvfUnsupportedType {
        name: name.into(),
        instance_id: id.into(),
        device_type: kind,
        ..Default::default()
    };
    detail.line_number = Some(line);
    let message = format!("Line {line}: Unsupported hardware type {kind} of device '{name}'.");
    Fault::new(detail, message)
}

pub(super) fn property_value(kind: &str, value: &str, key: &str) -> Fault {
    let mut detail = OvfPropertyValue::default();
    detail.type_ = kind.into();
    detail.value = value.into();
    Fault::new(detail, format!("Property '{key}' of type '{kind}' cannot be '{value}'."))
}

pub(super) fn disk_provisioning(asked: &str, supported: &str) -> Fault {
    let detail = OvfUnsupportedDiskProvisioning {
        disk_provisioning: asked.into(),
        supported_disk_provisioning: supported.into(),
        ..Default::default()
    };
    Fault::new(detail, format!("Disk provisioning type '{asked}' is not supported."))
}

pub(super) fn no_network() -> Fault {
    Fault::new(OvfNoHostNic::default(), "The host has no network.")
}

pub(super) fn unmapped_network(name: &str, instead: &str) -> Fault {
    let message = format!("No mapping for network '{name}': '{instead}' is used.");
    Fault::new(OvfImport::default(), message)
}

pub(super) fn mapped_os(id: i32, description: &str, target: &str) -> Fault {
    let detail = OvfMappedOsId {
        ovf_id: id,
        ovf_description: description.into(),
        target_description: target.into(),
        ..Default::default()
    };
    Fault::new(detail, format!("The operating system '{description}' ({id}) becomes '{target}'."))
}

pub(super) fn too_much(name: &str) -> Fault {
    let detail = OvfConstraint { name: name.into(), ..Default::default() };
    Fault::new(detail, format!("The value of '{name}' is out of bounds."))
}
