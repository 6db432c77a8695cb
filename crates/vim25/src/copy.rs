//! Copies of data objects, field by field, by their descriptors.
//!
//! One interpreter instead of a derived `Clone` for each of thousands of types: that code would be a
//! third of the whole crate.

use crate::descriptor::{FieldDesc, Kind};
use crate::path::item_value;
use crate::{DataObject, Field, Item, Typed};

/// A copy of an object whose type is known while compiling.
pub(crate) fn typed<T: Typed>(from: &T) -> T {
    let mut copy = T::EMPTY;
    object(from, &mut copy);
    copy
}

/// Fills `to`, an empty object of the same type, with copies of the fields of `from`.
pub(crate) fn object(from: &dyn DataObject, to: &mut dyn DataObject) {
    let desc = from.type_desc();
    for index in 0..desc.len() {
        field(from.field(index), to.field_mut(index), desc.field(index));
    }
    if !from.extra().is_empty() {
        *to.extra_mut() = from.extra().clone();
    }
}

fn field(from: &dyn Field, to: &mut dyn Field, desc: &FieldDesc) {
    for index in 0..from.count() {
        match from.item(index) {
            Item::Object(inner) => {
                if let Some(target) = to.put_object(Some(inner.type_desc())) {
                    object(inner, target);
                }
            }
            Item::Text(text) => {
                let fits = to.put_text(text);
                debug_assert!(fits.is_ok(), "a field takes the text that it gave");
            }
            item => {
                let fits = to.put_value(item_value(&item, desc));
                debug_assert!(fits || desc.kind == Kind::Void, "a field takes the value it gave");
            }
        }
    }
}
