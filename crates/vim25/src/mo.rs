//! Managed object types: what properties and methods they have.

use crate::descriptor::{ManagedDesc, MethodDesc, PropertyDesc};
use crate::generated::managed::MANAGED;

/// The managed type called `name`.
pub fn find(name: &str) -> Option<&'static ManagedDesc> {
    MANAGED.binary_search_by(|m| m.name.cmp(name)).ok().map(|i| &MANAGED[i])
}

/// Every managed type, by name.
pub fn all() -> &'static [ManagedDesc] {
    MANAGED
}

/// Whether managed type `name` is `base` or extends it.
pub fn is_a(name: &str, base: &str) -> bool {
    ancestry(name).any(|m| m.name == base)
}

/// The managed type `name` and those it extends, nearest first.
pub fn ancestry(name: &str) -> impl Iterator<Item = &'static ManagedDesc> {
    std::iter::successors(find(name), |m| m.base.and_then(find))
}

impl ManagedDesc {
    /// The property called `name`, inherited ones included.
    pub fn property(&self, name: &str) -> Option<&'static PropertyDesc> {
        ancestry(self.name).flat_map(|m| m.properties).find(|p| p.field.name == name)
    }

    /// All properties, those of the bases last.
    pub fn all_properties(&self) -> impl Iterator<Item = &'static PropertyDesc> {
        ancestry(self.name).flat_map(|m| m.properties)
    }

    /// The method called `name` on the wire, inherited ones included.
    pub fn method(&self, name: &str) -> Option<&'static MethodDesc> {
        ancestry(self.name).flat_map(|m| m.methods).copied().find(|m| m.name == name)
    }
}
