//! Reading the virtual hardware of a descriptor, and the units it counts in.

use crate::fault::Fault;

use super::model::{Hardware, Item};
use super::problems;
use super::read::is_true;
use super::tree::Element;

/// Reads a `VirtualHardwareSection`.
pub(super) fn read(section: &Element) -> Result<Hardware, Fault> {
    let words = |text: &str| {
        text.split([' ', ',']).filter(|word| !word.is_empty()).map(str::to_owned).collect()
    };
    let mut hardware = Hardware { line: section.line, ..Hardware::default() };
    if let Some(text) = section.attribute("transport") {
        hardware.transport = words(text);
    }
    if let Some(kind) = section.child("System").and_then(|it| it.text_of("VirtualSystemType")) {
        hardware.families = words(kind);
    }
    for element in &section.children {
        match element.name.as_str() {
            "Item" | "StorageItem" | "EthernetPortItem" => hardware.items.push(item(element)?),
            "ExtraConfig" => {
                let value = |name| element.attribute(name).unwrap_or_default().to_owned();
                hardware.extra_config.push((value("key"), value("value")));
            }
            "Config" if element.attribute("key") == Some("firmware") => {
                hardware.firmware = element.attribute("value").map(str::to_owned);
            }
            _ => {}
        }
    }
    Ok(hardware)
}

fn item(element: &Element) -> Result<Item, Fault> {
    let text = |name: &str| element.text_of(name).filter(|text| !text.is_empty());
    let number = |name: &str| -> Result<Option<i64>, Fault> {
        let Some(value) = text(name) else { return Ok(None) };
        let number = value.parse().map_err(|_| problems::invalid_value(element.line, name, value));
        number.map(Some)
    };
    let required =
        |name: &str| text(name).ok_or_else(|| problems::missing_element(element.line, name));
    let kind = required("ResourceType")?;
    let options = element.attribute("configuration").unwrap_or_default();
    Ok(Item {
        kind: kind
            .parse()
            .map_err(|_| problems::invalid_value(element.line, "ResourceType", kind))?,
        sub_type: text("ResourceSubType").unwrap_or_default().to_lowercase(),
        id: required("InstanceID")?.to_owned(),
        parent: text("Parent").map(str::to_owned),
        address: number("AddressOnParent")?.and_then(|address| i32::try_from(address).ok()),
        name: text("ElementName").unwrap_or_default().to_owned(),
        host_resource: text("HostResource").map(str::to_owned),
        connection: text("Connection").map(str::to_owned),
        quantity: number("VirtualQuantity")?.unwrap_or(0),
        units: text("AllocationUnits").unwrap_or_default().to_owned(),
        starts_connected: is_true(text("AutomaticAllocation"), true),
        required: is_true(element.attribute("required"), true),
        options: options.split_whitespace().map(str::to_owned).collect(),
        line: element.line,
    })
}

/// Bytes of one unit: `byte * 2^20`, `MegaBytes` and the like; `None` for what is no unit.
pub(super) fn bytes_of(units: &str) -> Option<i64> {
    let plain: String = units.to_lowercase().split_whitespace().collect();
    match plain.as_str() {
        "" | "byte" | "bytes" => Some(1),
        "kilobyte" | "kilobytes" | "kb" => Some(1 << 10),
        "megabyte" | "megabytes" | "mb" => Some(1 << 20),
        "gigabyte" | "gigabytes" | "gb" => Some(1 << 30),
        "terabyte" | "terabytes" | "tb" => Some(1 << 40),
        other => {
            let factor = other.strip_prefix("byte*").or_else(|| other.strip_prefix("bytes*"))?;
            let (base, power) = factor.split_once('^').unwrap_or((factor, "1"));
            base.parse::<i64>().ok()?.checked_pow(power.parse().ok()?)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_read_in_old_and_new_spelling() {
        for (units, bytes) in [
            ("byte * 2^20", Some(1 << 20)),
            ("MegaBytes", Some(1 << 20)),
            ("byte * 1024", Some(1024)),
            ("", Some(1)),
            ("byte * 2^99", None),
            ("hertz * 10^6", None),
        ] {
            assert_eq!(bytes_of(units), bytes, "{units}");
        }
    }
}
