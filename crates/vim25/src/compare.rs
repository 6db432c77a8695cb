//! Equality of data objects, field by field, by their descriptors.

use crate::{DataObject, Field, Item};

/// Whether two objects have the same type and equal fields.
pub(crate) fn objects(a: &dyn DataObject, b: &dyn DataObject) -> bool {
    let desc = a.type_desc();
    std::ptr::eq(desc, b.type_desc())
        && a.extra() == b.extra()
        && (0..desc.len()).all(|i| fields(a.field(i), b.field(i)))
}

/// Whether two fields hold equal values in the same order.
pub(crate) fn fields(a: &dyn Field, b: &dyn Field) -> bool {
    a.count() == b.count() && (0..a.count()).all(|i| items(&a.item(i), &b.item(i)))
}

fn items(a: &Item<'_>, b: &Item<'_>) -> bool {
    match (a, b) {
        (Item::Bool(a), Item::Bool(b)) => a == b,
        (Item::Int(a), Item::Int(b)) => a == b,
        (Item::Float(a), Item::Float(b)) => a == b,
        (Item::Double(a), Item::Double(b)) => a == b,
        (Item::Text(a), Item::Text(b)) => a == b,
        (Item::Binary(a), Item::Binary(b)) => a == b,
        (Item::Ref(a), Item::Ref(b)) => a == b,
        (Item::Value(a), Item::Value(b)) => a == b,
        (Item::Object(a), Item::Object(b)) => objects(*a, *b),
        _ => false,
    }
}

impl PartialEq for dyn DataObject {
    fn eq(&self, other: &Self) -> bool {
        objects(self, other)
    }
}
