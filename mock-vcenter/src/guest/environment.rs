//! What a guest learns from outside when it boots: its OVF properties.
//!
//! On vCenter they are part of the VM's configuration; on a host by itself they come as a document in the
//! setting `guestinfo.ovfEnv`. Guests of VMware Studio know their address as `vami.ip0.NAME`; any property with
//! such a part in its key counts.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use vim25::Str;

use crate::behaviour::virtual_machine::VirtualMachine;

use super::state::GuestNetwork;

/// Properties by key.
pub(crate) fn properties(vm: &VirtualMachine) -> Vec<(String, String)> {
    let document = vm.extra_config.iter().find(|(key, _)| key == "guestinfo.ovfEnv");
    if let Some((_, document)) = document {
        return from_document(document);
    }
    let Some(config) = &vm.v_app else { return Vec::new() };
    if config.ovf_environment_transport.is_empty() {
        return Vec::new();
    }
    let listed = config.property.iter().filter_map(|property| {
        let parts = [&property.class_id, &property.id, &property.instance_id];
        let parts: Vec<&str> = parts.into_iter().flatten().map(Str::as_str).collect();
        let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        let set = property.value.as_ref().filter(|value| !value.is_empty());
        let value = set.or(property.default_value.as_ref())?;
        Some((parts.join("."), value.to_string()))
    });
    listed.collect()
}

/// The network that the properties describe.
pub(super) fn network(vm: &VirtualMachine) -> GuestNetwork {
    let properties = properties(vm);
    let find = |names: &[&str]| {
        let named = |key: &str| key.split('.').any(|part| names.contains(&&*part.to_lowercase()));
        let found = properties.iter().find(|(key, value)| named(key) && !value.is_empty());
        found.map(|(_, value)| Str::from(value.as_str()))
    };
    GuestNetwork {
        address: find(&["ip0", "ip", "address", "ipaddress", "ip_address"]),
        netmask: find(&["netmask0", "netmask"]).unwrap_or_default(),
        gateway: find(&["gateway0", "gateway"]).unwrap_or_default(),
    }
}

fn from_document(text: &str) -> Vec<(String, String)> {
    let mut reader = Reader::from_str(text);
    let mut found = Vec::new();
    while let Ok(event) = reader.read_event() {
        match event {
            Event::Eof => break,
            Event::Start(element) | Event::Empty(element)
                if element.local_name().as_ref() == "Property" =>
            {
                let value = |name: &str| attribute(&element, name).unwrap_or_default();
                found.push((value("key"), value("value")));
            }
            _ => {}
        }
    }
    found
}

fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    let mut attributes = element.attributes().flatten();
    let found = attributes.find(|attribute| attribute.key.local_name().as_ref() == name)?;
    Some(found.normalized_value(quick_xml::XmlVersion::Implicit1_0).ok()?.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn properties_are_read_from_the_document_whatever_its_prefixes() {
        let document = r#"<?xml version="1.0"?><Environment xmlns="e" xmlns:oe="e">
            <PropertySection><Property oe:key="vami.ip0.ft" oe:value="10.0.0.7"/>
            <oe:Property key="note" value="a &amp; b"></oe:Property></PropertySection></Environment>"#;
        let expected = [("vami.ip0.ft", "10.0.0.7"), ("note", "a & b")];
        let expected = expected.map(|(key, value)| (key.to_owned(), value.to_owned()));
        assert_eq!(from_document(document), expected);
        assert!(from_document("<unclosed").is_empty());
    }
}
