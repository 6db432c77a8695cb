//! Printing for people who debug: unset fields are left out, secrets are masked.

use std::fmt;

use crate::descriptor::FieldDesc;
use crate::{DataObject, Field, Item, Value};

/// Shown in place of a secret.
const MASK: &str = "<secret>";

/// Prints an object as `Type { field: value, .. }`.
pub(crate) fn object(object: &dyn DataObject, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let desc = object.type_desc();
    let mut out = f.debug_struct(object.type_name());
    for index in 0..desc.len() {
        let field = object.field(index);
        if field.count() > 0 {
            out.field(desc.field(index).name, &Shown(field, desc.field(index)));
        }
    }
    for (_, element) in object.extra().elements() {
        out.field(&element.name, element);
    }
    out.finish()
}

/// Prints a value.
pub(crate) fn value(value: &Value, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match value {
        Value::Bool(v) => write!(f, "{v}"),
        Value::Byte(v) => write!(f, "{v}"),
        Value::Short(v) => write!(f, "{v}"),
        Value::Int(v) => write!(f, "{v}"),
        Value::Long(v) => write!(f, "{v}"),
        Value::Float(v) => write!(f, "{v}"),
        Value::Double(v) => write!(f, "{v}"),
        Value::String(v) => write!(f, "{v:?}"),
        Value::DateTime(v) => write!(f, "{v}"),
        Value::Binary(v) => write!(f, "<{} bytes>", v.len()),
        Value::Text { value, .. } => write!(f, "{value}"),
        Value::Ref(v) => write!(f, "{v}"),
        Value::Object(v) => object(&**v, f),
        Value::Array(v) => f.debug_list().entries(&v.items).finish(),
        Value::Unknown(v) => write!(f, "{v:?}"),
    }
}

impl fmt::Debug for dyn DataObject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        object(self, f)
    }
}

struct Shown<'a>(&'a dyn Field, &'static FieldDesc);

impl fmt::Debug for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.1.is_secret() {
            return f.write_str(MASK);
        }
        if !self.1.is_list() {
            return item(&self.0.item(0), f);
        }
        f.debug_list().entries((0..self.0.count()).map(|i| ShownItem(self.0.item(i)))).finish()
    }
}

struct ShownItem<'a>(Item<'a>);

impl fmt::Debug for ShownItem<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        item(&self.0, f)
    }
}

fn item(item: &Item<'_>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match item {
        Item::Bool(v) => write!(f, "{v}"),
        Item::Int(v) => write!(f, "{v}"),
        Item::Float(v) => write!(f, "{v}"),
        Item::Double(v) => write!(f, "{v}"),
        Item::Text(v) => write!(f, "{v:?}"),
        Item::Binary(v) => write!(f, "<{} bytes>", v.len()),
        Item::Ref(v) => write!(f, "{v}"),
        Item::Value(v) => value(v, f),
        Item::Object(v) => object(*v, f),
    }
}
