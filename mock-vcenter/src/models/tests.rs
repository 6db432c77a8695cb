//! What holds for every model: no reference dangles, every object answers, every run is the same.

use vim25::{DataObject, Item, MoRef, Value, mo};

use crate::store::{Property, Reading, Snapshot};
use crate::testing::Rig;

use super::MODELS;

pub(crate) fn in_value(value: &Value, found: &mut Vec<MoRef>) {
    match value {
        Value::Ref(reference) => found.push(reference.clone()),
        Value::Object(object) => in_object(&**object, found),
        Value::Array(array) => array.items.iter().for_each(|item| in_value(item, found)),
        _ => {}
    }
}

fn in_object(object: &dyn DataObject, found: &mut Vec<MoRef>) {
    for index in 0..object.type_desc().len() {
        let field = object.field(index);
        for item in 0..field.count() {
            match field.item(item) {
                Item::Ref(reference) => found.push(reference.clone()),
                Item::Value(value) => in_value(value, found),
                Item::Object(inner) => in_object(inner, found),
                _ => {}
            }
        }
    }
}

/// Every property of every object, as (object, property, value).
pub(crate) fn everything(snapshot: &Snapshot) -> Vec<(MoRef, &'static str, Value)> {
    let mut all = Vec::new();
    for id in snapshot.all() {
        for property in mo::find(&id.kind).into_iter().flat_map(|kind| kind.all_properties()) {
            let name = property.field.name;
            let value = Reading::of(snapshot).property(id, name).map(Property::into_value);
            all.extend(value.map(|value| (id.clone(), name, value)));
        }
    }
    all
}

#[test]
fn no_model_has_a_dangling_or_empty_reference() {
    for model in MODELS {
        let rig = Rig::anonymous(model.name);
        let snapshot = rig.core.store.snapshot();
        for (id, name, value) in everything(&snapshot) {
            let mut references = Vec::new();
            in_value(&value, &mut references);
            for reference in references {
                assert!(
                    snapshot.contains(&reference),
                    "{}: {id}.{name} refers to {reference}, which does not exist",
                    model.name
                );
            }
        }
    }
}

#[test]
fn required_properties_are_set_on_every_object() {
    for model in MODELS {
        let rig = Rig::anonymous(model.name);
        let snapshot = rig.core.store.snapshot();
        for id in snapshot.all() {
            let properties = mo::find(&id.kind).into_iter().flat_map(|kind| kind.all_properties());
            for property in properties.filter(|property| property.field.is_required()) {
                let value = Reading::of(&snapshot).property(id, property.field.name);
                assert!(value.is_some(), "{}: {id}.{} is unset", model.name, property.field.name);
            }
        }
    }
}

#[test]
fn a_model_is_the_same_in_every_run() {
    for model in MODELS {
        let load = || everything(&Rig::anonymous(model.name).core.store.snapshot());
        assert!(load() == load(), "{}", model.name);
    }
}
