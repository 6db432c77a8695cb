//! Types and methods by their names on the wire.

use crate::descriptor::{EnumDesc, MethodDesc, TypeDesc};
use crate::generated::{methods::METHODS, registry::ENUMS, registry::TYPES};

/// The data object or fault called `name`.
pub fn find_type(name: &str) -> Option<&'static TypeDesc> {
    TYPES.binary_search_by(|t| t.name.cmp(name)).ok().map(|i| TYPES[i])
}

/// The method called `name` on the wire. Names are unique over all managed types.
pub fn find_method(name: &str) -> Option<&'static MethodDesc> {
    METHODS.binary_search_by(|m| m.name.cmp(name)).ok().map(|i| METHODS[i])
}

/// Whether `name` is an enumeration.
pub fn is_enum(name: &str) -> bool {
    ENUMS.binary_search_by(|e| e.name.cmp(name)).is_ok()
}

/// Every enumeration, by name.
pub fn enums() -> &'static [EnumDesc] {
    ENUMS
}

/// Every data object and fault, by name.
pub fn types() -> &'static [&'static TypeDesc] {
    TYPES
}

/// Every method, by name.
pub fn methods() -> &'static [&'static MethodDesc] {
    METHODS
}
