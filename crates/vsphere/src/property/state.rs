//! What a watch has seen.

use std::collections::{BTreeMap, BTreeSet};

use vim25::MoRef;
use vim25::enums::{ObjectUpdateKind, PropertyChangeOp};

use super::ObjectProperties;
use super::batch::Told;
use crate::call::CallError;

/// The present state of all objects of a watch.
#[derive(Debug, Clone, Default)]
pub struct WatchState {
    objects: BTreeMap<MoRef, ObjectProperties>,
    gone: BTreeSet<MoRef>,
    complete: bool,
    failure: Option<CallError>,
}

impl WatchState {
    /// One object, if it is there.
    #[must_use]
    pub fn object(&self, object: &MoRef) -> Option<&ObjectProperties> {
        self.objects.get(object)
    }

    /// All objects that are there.
    pub fn objects(&self) -> impl Iterator<Item = &ObjectProperties> {
        self.objects.values()
    }

    /// Was this object there, or asked for, and is no more?
    #[must_use]
    pub fn is_gone(&self, object: &MoRef) -> bool {
        self.gone.contains(object)
    }

    /// Has the server told everything at least once?
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.complete
    }

    /// Why nothing more will come, if that is so.
    #[must_use]
    pub fn failure(&self) -> Option<&CallError> {
        self.failure.as_ref()
    }

    pub(super) fn fail(&mut self, error: CallError) {
        self.failure = Some(error);
    }

    pub(super) fn clear(&mut self) {
        self.objects.clear();
        self.gone.clear();
    }

    pub(super) fn mark_complete(&mut self) {
        self.complete = true;
    }

    pub(super) fn mark_gone(&mut self, object: &MoRef) {
        self.objects.remove(object);
        self.gone.insert(object.clone());
    }

    pub(super) fn apply(&mut self, told: Told) {
        let change = match told {
            Told::Missing(object) => return self.mark_gone(&object),
            Told::Changed(change) => change,
        };
        if change.kind == ObjectUpdateKind::Leave {
            return self.mark_gone(&change.obj);
        }
        self.gone.remove(&change.obj);
        let object = self
            .objects
            .entry(change.obj.clone())
            .or_insert_with(|| ObjectProperties::new(change.obj.clone()));
        if change.kind == ObjectUpdateKind::Enter {
            *object = ObjectProperties::new(change.obj.clone());
        }
        for property in change.change_set {
            let removed =
                matches!(property.op, PropertyChangeOp::Remove | PropertyChangeOp::IndirectRemove);
            object.set(&property.name, if removed { None } else { property.val });
        }
        for missing in change.missing_set {
            object.set_unreadable(missing);
        }
    }
}
