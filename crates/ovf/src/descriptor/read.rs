//! Reads a descriptor from its text, and holds its parts against each other.

use std::collections::HashSet;

use super::error::DescriptorError;
use super::hardware;
use super::language::Texts;
use super::software;
use super::types::{
    Capacity, Compression, DeploymentOption, Descriptor, Disk, Edition, FileReference, Network,
};
use super::units;
use super::xml::{self, Element, MAX_BYTES, Space};
use crate::names;

impl Descriptor {
    /// Reads a descriptor.
    ///
    /// # Errors
    /// What is wrong with it. What only a server can judge, such as virtual hardware, is not looked at.
    pub fn read(bytes: &[u8]) -> Result<Self, DescriptorError> {
        if bytes.len() as u64 > MAX_BYTES {
            let limit = usize::try_from(MAX_BYTES).unwrap_or(usize::MAX);
            return Err(DescriptorError::TooMuch { what: "bytes", limit });
        }
        let text = std::str::from_utf8(bytes).map_err(|_| DescriptorError::NotUtf8)?;
        let root = xml::read(text.strip_prefix('\u{feff}').unwrap_or(text))?;
        let descriptor = envelope(&root)?;
        hold_together(&descriptor)?;
        Ok(descriptor)
    }
}

fn envelope(root: &Element) -> Result<Descriptor, DescriptorError> {
    let edition = match (root.space, root.name.as_str()) {
        (Space::Envelope1, "Envelope") => Edition::V1,
        (Space::Envelope2, "Envelope") => Edition::V2,
        (_, name) => return Err(DescriptorError::NotAnEnvelope(name.to_owned())),
    };
    let texts = Texts::of(root);
    let content = root.child("VirtualSystemCollection").or_else(|| root.child("VirtualSystem"));
    let content = content.ok_or_else(|| DescriptorError::Missing("`VirtualSystem`".to_owned()))?;
    let mut descriptor = Descriptor {
        edition,
        files: in_section(root, "References", "File", file)?,
        disks: in_section(root, "DiskSection", "Disk", disk)?,
        networks: in_section(root, "NetworkSection", "Network", |one| network(one, &texts))?,
        deployment_options: in_section(root, "DeploymentOptionSection", "Configuration", |one| {
            option(one, &texts)
        })?,
        systems: Vec::new(),
        is_collection: content.is("VirtualSystemCollection"),
        products: Vec::new(),
        eulas: Vec::new(),
        annotation: None,
    };
    add_content(&mut descriptor, content, &texts)?;
    Ok(descriptor)
}

/// Adds what a virtual machine, or a collection with all that is in it, says.
fn add_content(
    descriptor: &mut Descriptor,
    content: &Element,
    texts: &Texts<'_>,
) -> Result<(), DescriptorError> {
    descriptor.products.extend(software::products(content, texts)?);
    descriptor.eulas.extend(software::eulas(content, texts));
    if descriptor.annotation.is_none() {
        let section = content.child("AnnotationSection");
        descriptor.annotation = section.and_then(|section| texts.of_child(section, "Annotation"));
    }
    if content.is("VirtualSystem") {
        descriptor.systems.push(hardware::system(content, texts)?);
        return Ok(());
    }
    // As deep as the document, which is bounded.
    let within = content.children.iter();
    let within = within.filter(|one| one.is("VirtualSystem") || one.is("VirtualSystemCollection"));
    within.into_iter().try_for_each(|one| add_content(descriptor, one, texts))
}

fn in_section<T>(
    root: &Element,
    section: &str,
    item: &str,
    read: impl Fn(&Element) -> Result<T, DescriptorError>,
) -> Result<Vec<T>, DescriptorError> {
    root.children(section).flat_map(|section| section.children(item)).map(read).collect()
}

fn file(element: &Element) -> Result<FileReference, DescriptorError> {
    let id = required(element, "id", "`File`")?;
    let href = required(element, "href", &format!("file `{id}`"))?;
    let size = optional_number(element, "size", &id)?;
    let chunk_size = optional_number(element, "chunkSize", &id)?.filter(|size| *size > 0);
    if chunk_size.is_some() && size.is_none() {
        return Err(bad(format!("file `{id}`"), "size"));
    }
    let compression = match element.attribute("compression").unwrap_or_default() {
        "" | "identity" => Compression::None,
        "gzip" => Compression::Gzip,
        other => Compression::Other(other.to_owned()),
    };
    Ok(FileReference { id, href, size, chunk_size, compression })
}

fn disk(element: &Element) -> Result<Disk, DescriptorError> {
    let id = required(element, "diskId", "`Disk`")?;
    let place = format!("disk `{id}`");
    let unit = element.attribute("capacityAllocationUnits").unwrap_or("byte");
    let unit = units::bytes(unit).ok_or_else(|| bad(place.clone(), "capacityAllocationUnits"))?;
    let owned = |name| element.attribute(name).map(str::to_owned);
    Ok(Disk {
        capacity: capacity(element, unit).ok_or_else(|| bad(place, "capacity"))?,
        populated: element.attribute("populatedSize").and_then(|size| size.trim().parse().ok()),
        file: owned("fileRef"),
        format: owned("format"),
        parent: owned("parentRef"),
        id,
    })
}

fn capacity(element: &Element, unit: u64) -> Option<Capacity> {
    let text = element.attribute("capacity")?.trim();
    if let Some(key) = text.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')) {
        return Some(Capacity::Property { key: key.trim().to_owned(), unit });
    }
    text.parse::<u64>().ok()?.checked_mul(unit).map(Capacity::Bytes)
}

fn network(element: &Element, texts: &Texts<'_>) -> Result<Network, DescriptorError> {
    let name = required(element, "name", "`Network`")?;
    Ok(Network { name, description: texts.of_child(element, "Description") })
}

fn option(element: &Element, texts: &Texts<'_>) -> Result<DeploymentOption, DescriptorError> {
    let id = required(element, "id", "`Configuration`")?;
    Ok(DeploymentOption {
        label: texts.of_child(element, "Label").unwrap_or_else(|| id.clone()),
        description: texts.of_child(element, "Description").unwrap_or_default(),
        is_default: software::is_true(element.attribute("default")),
        id,
    })
}

fn required(element: &Element, name: &'static str, place: &str) -> Result<String, DescriptorError> {
    let value = element.attribute(name).filter(|value| !value.is_empty());
    value.map(str::to_owned).ok_or_else(|| bad(place.to_owned(), name))
}

fn optional_number(
    element: &Element,
    name: &'static str,
    file: &str,
) -> Result<Option<u64>, DescriptorError> {
    let Some(text) = element.attribute(name) else { return Ok(None) };
    text.trim().parse().map(Some).map_err(|_| bad(format!("file `{file}`"), name))
}

fn bad(element: String, attribute: &'static str) -> DescriptorError {
    DescriptorError::BadAttribute { element, attribute }
}

/// What the parts say of each other.
fn hold_together(descriptor: &Descriptor) -> Result<(), DescriptorError> {
    for file in &descriptor.files {
        names::check(&file.href)
            .map_err(|problem| DescriptorError::BadName { name: file.href.clone(), problem })?;
    }
    unique("files", descriptor.files.iter().map(|file| file.id.as_str()))?;
    unique("file names", descriptor.files.iter().map(|file| names::plain(&file.href)))?;
    unique("disks", descriptor.disks.iter().map(|disk| disk.id.as_str()))?;
    unique("networks", descriptor.networks.iter().map(|network| network.name.as_str()))?;
    let options = descriptor.deployment_options.iter();
    unique("deployment options", options.map(|option| option.id.as_str()))?;
    if !descriptor.is_collection {
        unique("properties", descriptor.properties().map(|property| property.key.as_str()))?;
    }
    references(descriptor)
}

fn unique<'a>(
    what: &'static str,
    names: impl Iterator<Item = &'a str>,
) -> Result<(), DescriptorError> {
    let mut seen = HashSet::new();
    for name in names {
        if !seen.insert(name) {
            return Err(DescriptorError::Duplicate { what, name: name.to_owned() });
        }
    }
    Ok(())
}

fn references(descriptor: &Descriptor) -> Result<(), DescriptorError> {
    let files: HashSet<&str> = descriptor.files.iter().map(|file| file.id.as_str()).collect();
    let disks: HashSet<&str> = descriptor.disks.iter().map(|disk| disk.id.as_str()).collect();
    let dangling = |disk: &Disk, what, name: &String| DescriptorError::Dangling {
        from: format!("disk `{}`", disk.id),
        what,
        name: name.clone(),
    };
    for disk in &descriptor.disks {
        if let Some(file) = disk.file.as_ref().filter(|file| !files.contains(file.as_str())) {
            return Err(dangling(disk, "file", file));
        }
        if let Some(parent) = disk.parent.as_ref().filter(|id| !disks.contains(id.as_str())) {
            return Err(dangling(disk, "disk", parent));
        }
    }
    Ok(())
}
