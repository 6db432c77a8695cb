//! `StorageResourceManager`, which is there but answers nothing: its methods are for storage clusters and the
//! control of storage traffic.

use crate::store::{At, ManagedObject, Property};

/// Has no properties.
#[derive(Clone)]
pub(super) struct StorageResourceManager;

impl ManagedObject for StorageResourceManager {
    fn kind(&self) -> &'static str {
        "StorageResourceManager"
    }

    fn property<'a>(&'a self, _name: &str, _at: &At<'a>) -> Option<Property<'a>> {
        None
    }
}
