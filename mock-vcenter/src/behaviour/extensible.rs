//! What `ExtensibleManagedObject` adds to an object that has no custom fields.

use vim25::Value;

use crate::store::Property;

/// Its property `name`.
pub(super) fn extensible<'a>(name: &str) -> Option<Property<'a>> {
    match name {
        "value" => Property::of(Value::array_of("CustomFieldValue", [])),
        "availableField" => Property::of(Value::array_of("CustomFieldDef", [])),
        _ => None,
    }
}
