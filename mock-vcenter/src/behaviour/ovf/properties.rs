//! Properties of a package: as they are shown, and with the values that a deployment gives them.

use vim25::Str;
use vim25::types::{KeyValue, VAppProductInfo, VAppPropertyInfo};

use crate::fault::Fault;

use super::model::{Descriptor, Product, Property};
use super::problems;

/// The product as vSphere shows it.
pub(super) fn product_info(key: i32, product: &Product) -> VAppProductInfo {
    let text = |text: &str| Some(Str::from(text));
    VAppProductInfo {
        key,
        class_id: text(&product.class),
        instance_id: text(&product.instance),
        name: text(&product.name),
        vendor: text(&product.vendor),
        version: text(&product.version),
        full_version: text(&product.full_version),
        vendor_url: text(&product.vendor_url),
        product_url: text(&product.product_url),
        app_url: text(&product.app_url),
        ..Default::default()
    }
}

/// All properties with their defaults in a deployment option.
pub(super) fn property_infos(descriptor: &Descriptor, option: &str) -> Vec<VAppPropertyInfo> {
    let all = descriptor.properties().enumerate();
    all.map(|(key, property)| info(i32::try_from(key).unwrap_or(0), property, option)).collect()
}

fn info(key: i32, property: &Property, option: &str) -> VAppPropertyInfo {
    let text = |text: &str| Some(Str::from(text));
    VAppPropertyInfo {
        key,
        class_id: text(&property.class),
        instance_id: text(&property.instance),
        id: text(&property.id),
        category: text(&property.category),
        label: text(&property.label),
        type_: Some(wire_type(property)),
        user_configurable: Some(property.user_configurable),
        default_value: text(property.default_in(option)),
        value: text(""),
        description: text(&property.description),
        ..Default::default()
    }
}

/// The type with its bounds, as in `string(1..20)`, `int(0..255)` or `password`.
fn wire_type(property: &Property) -> Str {
    let bound = |name: &str| qualifier(&property.qualifiers, name);
    let base = if property.is_password { "password" } else { property.kind.as_str() };
    let base = match base {
        "uint8" => return "int(0..255)".into(),
        "uint16" => return "int(0..65535)".into(),
        "sint8" => return "int(-128..127)".into(),
        "sint16" => return "int(-32768..32767)".into(),
        "uint32" | "sint32" | "uint64" | "sint64" => "int",
        "real32" | "real64" => "real",
        other => other,
    };
    let choices = property.qualifiers.split_once("ValueMap{").map(|(_, rest)| rest);
    if let Some((choices, _)) = choices.and_then(|rest| rest.split_once('}')) {
        return format!("{base}[{choices}]").into();
    }
    match (bound("MinLen"), bound("MaxLen")) {
        (None, None) => base.into(),
        (low, high) => {
            format!("{base}({}..{})", low.unwrap_or_default(), high.unwrap_or_default()).into()
        }
    }
}

fn qualifier(qualifiers: &str, name: &str) -> Option<String> {
    let (_, rest) = qualifiers.split_once(name)?;
    let (value, _) = rest.trim_start().strip_prefix('(')?.split_once(')')?;
    Some(value.trim().to_owned())
}

/// The properties with the values that a deployment gives them, and what is wrong with these.
pub(super) fn mapped(
    descriptor: &Descriptor,
    option: &str,
    mapping: &[KeyValue],
) -> (Vec<VAppPropertyInfo>, Vec<Fault>) {
    let mut infos = property_infos(descriptor, option);
    let mut problems = Vec::new();
    for (property, info) in descriptor.properties().zip(&mut infos) {
        let key = property.key();
        let given = mapping.iter().find(|pair| pair.key == *key);
        // Properties that a user may not set keep their default.
        let Some(given) = given.filter(|_| property.user_configurable) else { continue };
        if fits(property, &given.value) {
            info.value = Some(given.value.clone());
        } else {
            let shown = if property.is_password { "(hidden)" } else { given.value.as_str() };
            problems.push(problems::property_value(&property.kind, shown, &key));
        }
    }
    (infos, problems)
}

fn fits(property: &Property, value: &str) -> bool {
    let within = |low: i128, high: i128| {
        value.trim().parse::<i128>().is_ok_and(|number| (low..=high).contains(&number))
    };
    let length = i128::try_from(value.chars().count()).unwrap_or(i128::MAX);
    let bound = |name| qualifier(&property.qualifiers, name).and_then(|text| text.parse().ok());
    match property.kind.as_str() {
        "boolean" => matches!(value.to_lowercase().as_str(), "true" | "false"),
        "uint8" => within(0, 255),
        "uint16" => within(0, 65_535),
        "uint32" => within(0, i128::from(u32::MAX)),
        "uint64" => within(0, i128::from(u64::MAX)),
        "sint8" => within(-128, 127),
        "sint16" => within(-32_768, 32_767),
        "int" | "sint32" => within(i128::from(i32::MIN), i128::from(i32::MAX)),
        "sint64" => within(i128::from(i64::MIN), i128::from(i64::MAX)),
        "real32" | "real64" => value.trim().parse::<f64>().is_ok(),
        _ => {
            length >= bound("MinLen").unwrap_or(0) && length <= bound("MaxLen").unwrap_or(i128::MAX)
        }
    }
}
