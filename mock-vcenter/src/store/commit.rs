//! What a transaction changed: [`Commit`].

use std::collections::HashSet;
use std::sync::Arc;

use vim25::{MoRef, mo};

use super::at::{Dependency, Reading};
use super::object::Property;
use super::snapshot::Snapshot;

/// How an object changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeKind {
    /// It is new.
    Entered,
    /// Its own facts were open to change.
    Modified,
    /// It is gone.
    Left,
}

/// One changed object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The object.
    pub object: MoRef,
    /// What happened to it.
    pub kind: ChangeKind,
}

/// The difference that one transaction made.
pub struct Commit {
    /// The objects that were written, in order of their references.
    pub changes: Vec<Change>,
    /// The state before.
    pub before: Arc<Snapshot>,
    /// The state after.
    pub after: Arc<Snapshot>,
    pub(crate) dependencies: HashSet<Dependency>,
}

/// Learns of every commit, in order, while the writer still holds its turn: it must be quick and must not
/// write.
pub trait Observer: Send + Sync {
    /// Called after the new state is visible.
    fn committed(&self, commit: &Commit);
}

impl Commit {
    /// The version this commit made.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.after.version()
    }

    /// The properties of `object` whose values differ, derived ones included, in the order of the schema.
    #[must_use]
    pub fn changed_properties(&self, object: &MoRef) -> Vec<&'static str> {
        let Some(described) = mo::find(&object.kind) else { return Vec::new() };
        let value =
            |snapshot, name| Reading::of(snapshot).property(object, name).map(Property::into_value);
        described
            .all_properties()
            .map(|property| property.field.name)
            .filter(|name| value(&self.before, name) != value(&self.after, name))
            .collect()
    }
}
