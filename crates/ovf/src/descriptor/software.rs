//! Reads sections about software: products, properties, licence agreements.

use super::error::DescriptorError;
use super::language::Texts;
use super::property::{Property, PropertyKind, qualifiers};
use super::types::{Eula, Product};
use super::xml::{Element, Space};

/// The sections `ProductSection` directly within `element`.
pub(super) fn products(
    element: &Element,
    texts: &Texts<'_>,
) -> Result<Vec<Product>, DescriptorError> {
    element.children("ProductSection").map(|section| product(section, texts)).collect()
}

/// The sections `EulaSection` directly within `element`.
pub(super) fn eulas(element: &Element, texts: &Texts<'_>) -> Vec<Eula> {
    let licences = element.children("EulaSection").filter_map(|section| section.child("License"));
    licences.map(|licence| Eula { text: texts.of_element(licence) }).collect()
}

fn product(section: &Element, texts: &Texts<'_>) -> Result<Product, DescriptorError> {
    let named =
        |name: &str| section.attribute(name).filter(|value| !value.is_empty()).map(str::to_owned);
    let mut product = Product {
        class: named("class"),
        instance: named("instance"),
        name: texts.of_child(section, "Product"),
        vendor: texts.of_child(section, "Vendor"),
        version: texts.of_child(section, "Version"),
        full_version: texts.of_child(section, "FullVersion"),
        product_url: texts.of_child(section, "ProductUrl"),
        vendor_url: texts.of_child(section, "VendorUrl"),
        properties: Vec::new(),
    };
    let mut category = None;
    for child in &section.children {
        if child.is("Category") {
            category = Some(texts.of_element(child).trim().to_owned());
        } else if child.is("Property") {
            let property = property(child, &product, category.clone(), texts)?;
            product.properties.push(property);
        }
    }
    Ok(product)
}

fn property(
    element: &Element,
    product: &Product,
    category: Option<String>,
    texts: &Texts<'_>,
) -> Result<Property, DescriptorError> {
    let missing =
        |attribute| DescriptorError::BadAttribute { element: "`Property`".to_owned(), attribute };
    let id = element.attribute("key").filter(|key| !key.is_empty()).ok_or(missing("key"))?;
    let vendors = element.attribute_of(Space::Vmware, "qualifiers").unwrap_or_default();
    let own = element.attribute("qualifiers").unwrap_or_default();
    Ok(Property {
        key: key(product, id),
        label: texts.of_child(element, "Label"),
        description: texts.of_child(element, "Description"),
        category,
        kind: PropertyKind::of(element.attribute("type").unwrap_or("string")),
        default: element.attribute("value").map(str::to_owned),
        option_defaults: option_defaults(element),
        user_configurable: is_true(element.attribute("userConfigurable")),
        password: is_true(element.attribute("password")),
        qualifiers: [own, vendors].into_iter().flat_map(qualifiers).collect(),
    })
}

fn key(product: &Product, id: &str) -> String {
    let parts = [product.class.as_deref(), Some(id), product.instance.as_deref()];
    parts.into_iter().flatten().collect::<Vec<_>>().join(".")
}

fn option_defaults(element: &Element) -> Vec<(String, String)> {
    let values = element.children("Value");
    let pair = |value: &Element| {
        let text = value.attribute("value")?;
        Some((value.attribute("configuration")?.to_owned(), text.to_owned()))
    };
    values.filter_map(pair).collect()
}

/// A boolean as XML Schema spells it.
pub(super) fn is_true(value: Option<&str>) -> bool {
    matches!(value.map(str::trim), Some("true" | "1"))
}
