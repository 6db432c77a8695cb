//! Laying one data object over another: what is set in the upper one wins, field by field.

use vim25::{DataObject, Field, Item, Value};

/// `lower` with every field replaced that `upper` sets. Objects of the same type are laid over each other in
/// turn, lists are replaced as a whole.
#[must_use]
pub(super) fn overlaid<T: DataObject + Default>(lower: &T, upper: &T) -> T {
    let mut result = T::default();
    fill(&mut result, lower, upper);
    result
}

fn fill(result: &mut dyn DataObject, lower: &dyn DataObject, upper: &dyn DataObject) {
    let described = upper.type_desc();
    for index in 0..described.len() {
        let (under, over) = (lower.field(index), upper.field(index));
        let target = result.field_mut(index);
        let is_list = described.field(index).is_list();
        match (single_object(under, is_list), single_object(over, is_list)) {
            (Some(under), Some(over)) if std::ptr::eq(under.type_desc(), over.type_desc()) => {
                put_object(target, under, over);
            }
            _ => copy(target, if over.count() > 0 { over } else { under }),
        }
    }
}

fn single_object(field: &dyn Field, is_list: bool) -> Option<&dyn DataObject> {
    if is_list || field.count() == 0 {
        return None;
    }
    match field.item(0) {
        Item::Object(object) => Some(object),
        _ => None,
    }
}

fn put_object(target: &mut dyn Field, lower: &dyn DataObject, upper: &dyn DataObject) {
    if let Some(place) = target.put_object(Some(upper.type_desc())) {
        fill(place, lower, upper);
    }
}

fn copy(target: &mut dyn Field, source: &dyn Field) {
    for index in 0..source.count() {
        match source.item(index) {
            Item::Object(object) => put_object(target, object, object),
            Item::Ref(reference) => put_value(target, Value::Ref(reference.clone())),
            Item::Value(value) => put_value(target, value.clone()),
            Item::Binary(bytes) => put_value(target, Value::Binary(bytes.into())),
            Item::Text(text) => put_text(target, text),
            Item::Bool(value) => put_text(target, if value { "true" } else { "false" }),
            Item::Int(value) => put_text(target, &value.to_string()),
            Item::Float(value) => put_text(target, &value.to_string()),
            Item::Double(value) => put_text(target, &value.to_string()),
        }
    }
}

fn put_value(target: &mut dyn Field, value: Value) {
    let fits = target.put_value(value);
    debug_assert!(fits, "a field takes the value that a field of the same type held");
}

fn put_text(target: &mut dyn Field, text: &str) {
    let fits = target.put_text(text).is_ok();
    debug_assert!(fits, "a field takes the text that a field of the same type held");
}

#[cfg(test)]
mod tests {
    use vim25::types::{ClusterDasConfigInfo, ClusterDasVmSettings};

    use super::*;

    #[test]
    fn set_fields_win_and_unset_fields_stay() {
        let settings = |priority: Option<&str>, response: Option<&str>| ClusterDasVmSettings {
            restart_priority: priority.map(Into::into),
            isolation_response: response.map(Into::into),
            ..Default::default()
        };
        let das = |enabled, settings| ClusterDasConfigInfo {
            enabled,
            failover_level: Some(1),
            default_vm_settings: Some(Box::new(settings)),
            ..Default::default()
        };
        let lower = das(Some(false), settings(Some("medium"), Some("powerOff")));
        let upper = ClusterDasConfigInfo {
            failover_level: None,
            ..das(Some(true), settings(None, Some("none")))
        };
        let expected = das(Some(true), settings(Some("medium"), Some("none")));
        assert_eq!(overlaid(&lower, &upper), expected);
    }
}
