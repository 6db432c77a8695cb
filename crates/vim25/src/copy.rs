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

/// Fills `to`, an empty object of the type of `base`, with what `with` has set under the same name, and else with
/// what `base` has. Objects that both have, of one type, are overlaid in turn.
pub(crate) fn overlay(base: &dyn DataObject, with: &dyn DataObject, to: &mut dyn DataObject) {
    let (desc, with_desc) = (base.type_desc(), with.type_desc());
    for index in 0..desc.len() {
        let described = desc.field(index);
        let own = base.field(index);
        let named = with_desc.find(described.name, index.min(with_desc.len()));
        let set = named.filter(|it| !with.extra().is_missing(*it)).map(|it| with.field(it));
        let Some(set) = set.filter(|set| set.count() > 0) else {
            field(own, to.field_mut(index), described);
            continue;
        };
        match (both_objects(own, set, described), to.field_mut(index)) {
            (Some((own, set)), target) => {
                if let Some(target) = target.put_object(Some(own.type_desc())) {
                    overlay(own, set, target);
                }
            }
            (None, target) => field(set, target, described),
        }
    }
}

fn both_objects<'a>(
    own: &'a dyn Field,
    set: &'a dyn Field,
    described: &FieldDesc,
) -> Option<(&'a dyn DataObject, &'a dyn DataObject)> {
    if described.is_list() || own.count() == 0 {
        return None;
    }
    match (own.item(0), set.item(0)) {
        (Item::Object(own), Item::Object(set))
            if std::ptr::eq(own.type_desc(), set.type_desc()) =>
        {
            Some((own, set))
        }
        _ => None,
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
