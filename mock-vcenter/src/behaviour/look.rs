//! Looking at other objects: [`Look`], the same from a property's reading and from a plain snapshot.

use vim25::MoRef;

use crate::store::{At, ManagedObject, Snapshot};

/// A view of all objects.
pub trait Look<'a>: Copy {
    /// The object as a `T`; `None` when it is gone or of another kind.
    fn object<T: ManagedObject>(self, id: &MoRef) -> Option<&'a T>;

    /// Who refers to `target` under the link `name`.
    fn referring(self, target: &MoRef, name: &'static str) -> &'a [MoRef];
}

impl<'a> Look<'a> for &At<'a> {
    fn object<T: ManagedObject>(self, id: &MoRef) -> Option<&'a T> {
        self.get(id)
    }

    fn referring(self, target: &MoRef, name: &'static str) -> &'a [MoRef] {
        self.referrers_of(target, name)
    }
}

impl<'a> Look<'a> for &'a Snapshot {
    fn object<T: ManagedObject>(self, id: &MoRef) -> Option<&'a T> {
        self.get(id)
    }

    fn referring(self, target: &MoRef, name: &'static str) -> &'a [MoRef] {
        self.referrers(target, name)
    }
}
