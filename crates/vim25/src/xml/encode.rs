//! From objects to XML: one interpreter for every type of the schema.
//!
//! What the version of the other side does not know is left out: members, and the more special part
//! of a type.

use super::element::XmlElement;
use super::names::{array_of_item, simple_kind, simple_name};
use crate::descriptor::{FieldDesc, Kind, TypeDesc};
use crate::{Array, DataObject, Field, Item, MoRef, Value, Version};

/// What to do with members that hold secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Secrets {
    /// Write them: for the wire.
    Write,
    /// Write `***` instead: for logs.
    Mask,
}

/// Writes values for one version of the API.
pub(crate) struct Encoder {
    pub(crate) out: Vec<u8>,
    version: Version,
    secrets: Secrets,
}

/// One value as an element called `name`, with its `xsi:type`. The prefixes `xsi` and `xsd` are bound
/// by whatever encloses it.
pub fn encode_value(name: &str, value: &Value, version: Version) -> Vec<u8> {
    let mut encoder = Encoder::new(version, Secrets::Write);
    encoder.value(name, value);
    encoder.out
}

impl Encoder {
    pub(crate) fn new(version: Version, secrets: Secrets) -> Self {
        Encoder { out: Vec::with_capacity(1024), version, secrets }
    }

    /// The members of `object` that `desc`, its type or a base of it, describes.
    pub(crate) fn members(&mut self, object: &dyn DataObject, desc: &TypeDesc) {
        if object.extra().is_empty() {
            return self.known(object, desc);
        }
        self.unknown(object, 0);
        for index in 0..desc.len() {
            let described = desc.field(index);
            if self.version.knows(described.since) && !object.extra().is_missing(index) {
                self.field(object.field(index), described);
            }
            self.unknown(object, index + 1);
        }
    }

    /// The members of an object that has nothing beyond its schema.
    fn known(&mut self, object: &dyn DataObject, desc: &TypeDesc) {
        if let Some(base) = desc.base {
            self.known(object, base);
        }
        for (index, described) in desc.own.iter().enumerate() {
            if self.version.knows(described.since) {
                self.field(object.field(desc.inherited + index), described);
            }
        }
    }

    fn unknown(&mut self, object: &dyn DataObject, position: usize) {
        for (at, element) in object.extra().elements() {
            if *at == position {
                self.element(element);
            }
        }
    }

    /// Every value of `field` as an element.
    pub(crate) fn field(&mut self, field: &dyn Field, desc: &FieldDesc) {
        for index in 0..field.count() {
            let item = field.item(index);
            if desc.is_secret() && self.secrets == Secrets::Mask {
                self.text_element(desc.name, "***");
            } else {
                self.item(&item, desc);
            }
        }
    }

    fn item(&mut self, item: &Item<'_>, desc: &FieldDesc) {
        match item {
            Item::Text(text) => self.text_element(desc.name, text),
            Item::Bool(v) => self.text_element(desc.name, if *v { "true" } else { "false" }),
            Item::Int(v) => self.number(desc.name, "", *v),
            Item::Float(v) => self.text_element(desc.name, &float(f64::from(*v), v)),
            Item::Double(v) => self.text_element(desc.name, &float(*v, v)),
            Item::Binary(v) => self.text_element(desc.name, &crate::leaf::encode_base64(v)),
            Item::Ref(v) => self.reference(desc.name, v, ""),
            Item::Value(v) => self.value(desc.name, v),
            Item::Object(v) => self.object(desc.name, *v, Some(desc.type_name)),
        }
    }

    /// `object` as an element called `name`, with `xsi:type` where it is not of type `declared`.
    pub(crate) fn object(&mut self, name: &str, object: &dyn DataObject, declared: Option<&str>) {
        let mut desc = object.type_desc();
        while !self.version.knows(desc.since)
            && let Some(base) = desc.base
        {
            desc = base;
        }
        let type_name = object.extra().type_name().unwrap_or(desc.name);
        self.start(name);
        if declared != Some(type_name) {
            self.raw(" xsi:type=\"");
            self.text(type_name);
            self.raw("\"");
        }
        self.raw(">");
        self.members(object, desc);
        self.close(name);
    }

    /// `value` as an element called `name`, with its `xsi:type`.
    pub(crate) fn value(&mut self, name: &str, value: &Value) {
        match value {
            Value::Bool(v) => self.typed(name, Kind::Boolean, if *v { "true" } else { "false" }),
            Value::Byte(v) => self.number(name, " xsi:type=\"xsd:byte\"", (*v).into()),
            Value::Short(v) => self.number(name, " xsi:type=\"xsd:short\"", (*v).into()),
            Value::Int(v) => self.number(name, " xsi:type=\"xsd:int\"", (*v).into()),
            Value::Long(v) => self.number(name, " xsi:type=\"xsd:long\"", *v),
            Value::Float(v) => self.typed(name, Kind::Float, &float(f64::from(*v), v)),
            Value::Double(v) => self.typed(name, Kind::Double, &float(*v, v)),
            Value::String(v) => self.typed(name, Kind::String, v),
            Value::DateTime(v) => self.typed(name, Kind::DateTime, v.as_str()),
            Value::Binary(v) => self.typed(name, Kind::Binary, &crate::leaf::encode_base64(v)),
            Value::Text { type_name, value } => self.named(name, type_name, value),
            Value::Ref(v) => self.reference(name, v, " xsi:type=\"ManagedObjectReference\""),
            Value::Object(v) => self.object(name, &**v, None),
            Value::Array(v) => self.array(name, v),
            Value::Unknown(v) => self.renamed(name, v),
        }
    }

    fn array(&mut self, name: &str, array: &Array) {
        self.start(name);
        self.raw(" xsi:type=\"");
        self.text(&array_of_item(&array.item));
        self.raw("\">");
        for item in &array.items {
            self.value(&array.item, item);
        }
        self.close(name);
    }

    fn typed(&mut self, name: &str, kind: Kind, text: &str) {
        self.with_type(name, simple_name(kind), text);
    }

    fn named(&mut self, name: &str, type_name: &str, text: &str) {
        match type_name {
            "anyURI" => self.with_type(name, "xsd:anyURI", text),
            other => self.with_type(name, other, text),
        }
    }

    fn with_type(&mut self, name: &str, type_name: &str, text: &str) {
        self.start(name);
        self.raw(" xsi:type=\"");
        self.text(type_name);
        self.raw("\">");
        self.text(text);
        self.close(name);
    }

    fn reference(&mut self, name: &str, reference: &MoRef, more: &str) {
        self.start(name);
        self.raw(" type=\"");
        self.text(&reference.kind);
        self.raw("\"");
        self.raw(more);
        self.raw(">");
        self.text(&reference.value);
        self.close(name);
    }

    fn number(&mut self, name: &str, attributes: &str, value: i64) {
        self.start(name);
        self.raw(attributes);
        self.raw(">");
        let mut digits = [0; 20];
        let mut at = digits.len();
        let mut rest = value.unsigned_abs();
        loop {
            at -= 1;
            digits[at] = DIGITS[(rest % 10) as usize];
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        if value < 0 {
            self.out.push(b'-');
        }
        self.out.extend_from_slice(&digits[at..]);
        self.close(name);
    }

    /// An element that the schema lacks, as it came.
    fn element(&mut self, element: &XmlElement) {
        self.renamed(&element.name, element);
    }

    fn renamed(&mut self, name: &str, element: &XmlElement) {
        self.start(name);
        for (key, value) in &element.attributes {
            self.raw(" ");
            self.raw(key);
            self.raw("=\"");
            let simple = key.ends_with(":type") && simple_kind(value).is_some();
            if simple && !value.contains(':') && value != "ManagedObjectReference" {
                self.raw("xsd:");
            }
            self.text(value);
            self.raw("\"");
        }
        self.raw(">");
        self.text(&element.text);
        for child in &element.children {
            self.element(child);
        }
        self.close(name);
    }

    pub(crate) fn text_element(&mut self, name: &str, text: &str) {
        self.start(name);
        self.raw(">");
        self.text(text);
        self.close(name);
    }

    fn start(&mut self, name: &str) {
        self.out.reserve(2 * name.len() + 64);
        self.out.push(b'<');
        self.raw(name);
    }

    fn close(&mut self, name: &str) {
        self.raw("</");
        self.raw(name);
        self.out.push(b'>');
    }

    pub(crate) fn raw(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    /// Text with markup escaped. Characters that XML 1.0 cannot carry become U+FFFD.
    pub(crate) fn text(&mut self, text: &str) {
        let mut rest = text.as_bytes();
        while let Some(at) = rest.iter().position(|b| SPECIAL[usize::from(*b)]) {
            self.out.extend_from_slice(&rest[..at]);
            self.raw(escaped(rest[at]));
            rest = &rest[at + 1..];
        }
        self.out.extend_from_slice(rest);
    }
}

const DIGITS: &[u8; 10] = b"0123456789";

/// The bytes that cannot stand in a text as they are.
static SPECIAL: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 0x20 {
        table[byte] = byte != 0x09 && byte != 0x0a;
        byte += 1;
    }
    table[b'<' as usize] = true;
    table[b'>' as usize] = true;
    table[b'&' as usize] = true;
    table[b'"' as usize] = true;
    table[b'\'' as usize] = true;
    table
};

fn escaped(byte: u8) -> &'static str {
    match byte {
        b'<' => "&lt;",
        b'>' => "&gt;",
        b'&' => "&amp;",
        b'"' => "&quot;",
        b'\'' => "&apos;",
        b'\r' => "&#xD;",
        _ => "\u{fffd}",
    }
}

/// A floating-point number as XML Schema writes it.
fn float(wide: f64, value: &impl std::fmt::Display) -> String {
    if wide.is_nan() {
        "NaN".to_owned()
    } else if wide.is_infinite() {
        if wide > 0.0 { "INF" } else { "-INF" }.to_owned()
    } else {
        value.to_string()
    }
}
