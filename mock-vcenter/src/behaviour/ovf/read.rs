//! From the tree of a descriptor to what it says.

use crate::fault::Fault;

use super::hardware;
use super::model::{DeploymentOption, Descriptor, PackageDisk, PackageFile, Product, Property};
use super::problems;
use super::tree::{self, Element};

/// Sections that need nothing from this server.
const KNOWN: &[&str] = &[
    "Info",
    "Name",
    "References",
    "DiskSection",
    "NetworkSection",
    "DeploymentOptionSection",
    "VirtualSystem",
    "VirtualSystemCollection",
    "EulaSection",
    "ProductSection",
    "AnnotationSection",
    "OperatingSystemSection",
    "VirtualHardwareSection",
    "ResourceAllocationSection",
    "Strings",
    "StartupSection",
    "IpAssignmentSection",
    "BootOrderSection",
    "InstallSection",
];

/// Reads a descriptor.
///
/// # Errors
/// A fault of the family `OvfInvalidPackage`.
pub(super) fn read(text: &str) -> Result<Descriptor, Fault> {
    let root = tree::parse(text)?;
    if root.name != "Envelope" {
        return Err(problems::wrong_element(root.line, &root.name));
    }
    let mut descriptor = Descriptor { line: root.line, ..Descriptor::default() };
    let references = root.child("References");
    let references =
        references.ok_or_else(|| problems::missing_element(root.line, "References"))?;
    for file in references.all("File") {
        descriptor.files.push(package_file(file)?);
    }
    if let Some(section) = root.child("DiskSection") {
        for disk in section.all("Disk") {
            descriptor.disks.push(package_disk(disk, &descriptor)?);
        }
    }
    if let Some(section) = root.child("NetworkSection") {
        for network in section.all("Network") {
            let description = network.text_of("Description").unwrap_or_default().to_owned();
            descriptor.networks.push((required(network, "name")?.to_owned(), description));
        }
    }
    if let Some(section) = root.child("DeploymentOptionSection") {
        for option in section.all("Configuration") {
            descriptor.options.push(deployment_option(option)?);
        }
    }
    note_unknown(&root, &mut descriptor);
    let system = root.child("VirtualSystem").or_else(|| root.child("VirtualSystemCollection"));
    let system = system.ok_or_else(|| problems::missing_element(root.line, "VirtualSystem"))?;
    read_system(system, &mut descriptor)?;
    Ok(descriptor)
}

fn required<'a>(element: &'a Element, attribute: &str) -> Result<&'a str, Fault> {
    element
        .attribute(attribute)
        .ok_or_else(|| problems::missing_attribute(element.line, &element.name, attribute))
}

fn number(element: &Element, attribute: &str) -> Result<Option<i64>, Fault> {
    let Some(text) = element.attribute(attribute) else { return Ok(None) };
    let number: Option<i64> = text.trim().parse().ok().filter(|number| *number >= 0);
    number.map(Some).ok_or_else(|| problems::invalid_value(element.line, attribute, text))
}

fn package_file(file: &Element) -> Result<PackageFile, Fault> {
    Ok(PackageFile {
        id: required(file, "id")?.to_owned(),
        href: required(file, "href")?.to_owned(),
        size: number(file, "size")?,
        compression: file.attribute("compression").map(str::to_owned),
        chunk_size: number(file, "chunkSize")?,
    })
}

fn package_disk(disk: &Element, descriptor: &Descriptor) -> Result<PackageDisk, Fault> {
    let file = disk.attribute("fileRef").map(str::to_owned);
    if let Some(id) = &file
        && descriptor.file(id).is_none()
    {
        return Err(problems::reference(disk.line, "Disk", "fileRef", id));
    }
    let text = required(disk, "capacity")?;
    let units = disk.attribute("capacityAllocationUnits").unwrap_or("byte");
    let capacity = number(disk, "capacity")?
        .and_then(|capacity| capacity.checked_mul(hardware::bytes_of(units)?))
        .ok_or_else(|| problems::invalid_value(disk.line, "capacity", text))?;
    Ok(PackageDisk {
        id: required(disk, "diskId")?.to_owned(),
        file,
        capacity,
        populated: number(disk, "populatedSize")?,
    })
}

fn deployment_option(option: &Element) -> Result<DeploymentOption, Fault> {
    let text = |name| option.text_of(name).unwrap_or_default().to_owned();
    Ok(DeploymentOption {
        id: required(option, "id")?.to_owned(),
        label: text("Label"),
        description: text("Description"),
        is_default: is_true(option.attribute("default"), false),
    })
}

pub(super) fn is_true(text: Option<&str>, otherwise: bool) -> bool {
    text.map_or(otherwise, |text| matches!(text, "true" | "1"))
}

fn note_unknown(of: &Element, descriptor: &mut Descriptor) {
    for section in of.children.iter().filter(|child| !KNOWN.contains(&child.name.as_str())) {
        let info = section.text_of("Info").unwrap_or_default().to_owned();
        let found = (section.line, section.name.clone(), info);
        if is_true(section.attribute("required"), true) {
            descriptor.unknown_required.push(found);
        } else {
            descriptor.unknown_optional.push(found);
        }
    }
}

fn read_system(system: &Element, descriptor: &mut Descriptor) -> Result<(), Fault> {
    descriptor.is_collection = system.name == "VirtualSystemCollection";
    descriptor.line = system.line;
    descriptor.id = required(system, "id")?.to_owned();
    descriptor.name = system.text_of("Name").unwrap_or_default().to_owned();
    note_unknown(system, descriptor);
    for eula in system.all("EulaSection") {
        descriptor.eulas.push(eula.text_of("License").unwrap_or_default().to_owned());
    }
    for product in system.all("ProductSection") {
        descriptor.products.push(read_product(product)?);
    }
    if let Some(section) = system.child("AnnotationSection") {
        descriptor.annotation = section.text_of("Annotation").unwrap_or_default().to_owned();
    }
    if let Some(section) = system.child("OperatingSystemSection") {
        let id = required(section, "id")?;
        let id = id.parse().map_err(|_| problems::invalid_value(section.line, "id", id))?;
        let description = section.text_of("Description").unwrap_or_default().to_owned();
        descriptor.os = Some((id, section.attribute("osType").map(str::to_owned), description));
    }
    if descriptor.is_collection {
        return Ok(());
    }
    let section = system.child("VirtualHardwareSection");
    let section =
        section.ok_or_else(|| problems::missing_element(system.line, "VirtualHardwareSection"))?;
    descriptor.hardware = hardware::read(section)?;
    Ok(())
}

fn read_product(section: &Element) -> Result<Product, Fault> {
    let text = |name| section.text_of(name).unwrap_or_default().to_owned();
    let attribute = |name| section.attribute(name).unwrap_or_default().to_owned();
    let mut product = Product {
        class: attribute("class"),
        instance: attribute("instance"),
        name: text("Product"),
        vendor: text("Vendor"),
        version: text("Version"),
        full_version: text("FullVersion"),
        product_url: text("ProductUrl"),
        vendor_url: text("VendorUrl"),
        app_url: text("AppUrl"),
        properties: Vec::new(),
    };
    let mut category = String::new();
    for child in &section.children {
        match child.name.as_str() {
            "Category" => category = child.text().to_owned(),
            "Property" => {
                let property = read_property(child, &product, &category)?;
                product.properties.push(property);
            }
            _ => {}
        }
    }
    Ok(product)
}

fn read_property(element: &Element, product: &Product, category: &str) -> Result<Property, Fault> {
    let attribute = |name| element.attribute(name).unwrap_or_default().to_owned();
    let text = |name| element.text_of(name).unwrap_or_default().to_owned();
    let mut defaults = Vec::new();
    for value in element.all("Value") {
        let option = value.attribute("configuration").unwrap_or_default();
        defaults.push((option.to_owned(), required(value, "value")?.to_owned()));
    }
    Ok(Property {
        class: product.class.clone(),
        instance: product.instance.clone(),
        id: required(element, "key")?.to_owned(),
        kind: required(element, "type")?.to_owned(),
        qualifiers: attribute("qualifiers"),
        default: attribute("value"),
        defaults,
        user_configurable: is_true(element.attribute("userConfigurable"), false),
        category: category.to_owned(),
        label: text("Label"),
        description: text("Description"),
        is_password: is_true(element.attribute("password"), false),
    })
}
