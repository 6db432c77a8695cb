//! Watches that one filter can serve. No I/O.
//!
//! A filter is made, told and destroyed with a call each, so watches that begin together and want the same
//! properties share one.

use std::collections::BTreeMap;

use vim25::MoRef;
use vim25::types::{ObjectSpec, ObjectUpdate, PropertyFilterSpec, PropertyFilterUpdate};

/// A filter to be made, and whom it is for.
pub(super) struct Batch {
    pub(super) spec: PropertyFilterSpec,
    pub(super) members: Members,
}

/// Whom a filter is for.
#[derive(Debug, PartialEq)]
pub(super) enum Members {
    /// One watch; all that the filter tells is for it.
    One(u64),
    /// The watches of each object.
    Each(BTreeMap<MoRef, Vec<u64>>),
}

/// What a filter tells one of its watches.
#[derive(Debug, PartialEq)]
pub(super) enum Told {
    Missing(MoRef),
    Changed(ObjectUpdate),
}

impl Batch {
    /// A filter of its own for watch `id`.
    pub(super) fn alone(id: u64, spec: PropertyFilterSpec) -> Self {
        Self { spec, members: Members::One(id) }
    }

    /// A filter for all of `watches` that want the same properties as the first; each comes with its
    /// id. Only for specifications that [name their objects](names_its_objects).
    pub(super) fn shared<'a>(
        watches: impl IntoIterator<Item = (u64, &'a PropertyFilterSpec)>,
    ) -> Option<Self> {
        let mut watches = watches.into_iter().peekable();
        let (first, like) = *watches.peek()?;
        let mut each: BTreeMap<MoRef, Vec<u64>> = BTreeMap::new();
        let mut ids = Vec::new();
        for (id, spec) in watches.filter(|(_, spec)| spec.prop_set == like.prop_set) {
            ids.push(id);
            for object in &spec.object_set {
                each.entry(object.obj.clone()).or_default().push(id);
            }
        }
        if ids.len() == 1 {
            return Some(Self::alone(first, like.clone()));
        }
        let mut spec = like.clone();
        let objects =
            each.keys().map(|object| ObjectSpec { obj: object.clone(), ..Default::default() });
        spec.object_set = objects.collect();
        Some(Self { spec, members: Members::Each(each) })
    }

    /// Does its filter name `object`?
    pub(super) fn names(&self, object: &MoRef) -> bool {
        self.spec.object_set.iter().any(|spec| spec.obj == *object)
    }
}

/// Does `spec` select just the objects that it names, so that it is known whom an update is for?
pub(super) fn names_its_objects(spec: &PropertyFilterSpec) -> bool {
    spec.object_set.iter().all(|object| object.select_set.is_empty() && object.skip != Some(true))
}

impl Members {
    /// All watches, each once.
    pub(super) fn ids(&self) -> Vec<u64> {
        let mut ids = match self {
            Self::One(id) => vec![*id],
            Self::Each(each) => each.values().flatten().copied().collect(),
        };
        ids.sort_unstable();
        ids.dedup();
        ids
    }

    /// Takes a watch out. True if it was the last.
    pub(super) fn remove(&mut self, id: u64) -> bool {
        match self {
            Self::One(only) => *only == id,
            Self::Each(each) => {
                each.retain(|_, ids| {
                    ids.retain(|one| *one != id);
                    !ids.is_empty()
                });
                each.is_empty()
            }
        }
    }

    /// Hands out what the filter told.
    pub(super) fn route(&self, update: PropertyFilterUpdate, mut hand_to: impl FnMut(u64, Told)) {
        for missing in update.missing_set {
            self.watching(&missing.obj)
                .iter()
                .for_each(|id| hand_to(*id, Told::Missing(missing.obj.clone())));
        }
        for change in update.object_set {
            let Some((last, others)) = self.watching(&change.obj).split_last() else { continue };
            others.iter().for_each(|id| hand_to(*id, Told::Changed(change.clone())));
            hand_to(*last, Told::Changed(change));
        }
    }

    fn watching(&self, object: &MoRef) -> &[u64] {
        match self {
            Self::One(id) => std::slice::from_ref(id),
            Self::Each(each) => each.get(object).map_or(&[], Vec::as_slice),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::property::objects_spec;

    fn vm(id: &str) -> MoRef {
        MoRef::new("VirtualMachine", id)
    }

    fn update(object: &MoRef) -> ObjectUpdate {
        ObjectUpdate { obj: object.clone(), ..Default::default() }
    }

    fn routed(members: &Members, objects: &[MoRef]) -> Vec<(u64, MoRef)> {
        let mut told = Vec::new();
        let update = PropertyFilterUpdate {
            object_set: objects.iter().map(update).collect(),
            ..Default::default()
        };
        members.route(update, |id, what| match what {
            Told::Missing(object) => panic!("{object} is not missing"),
            Told::Changed(change) => told.push((id, change.obj)),
        });
        told
    }

    #[test]
    fn watches_of_the_same_properties_share_a_filter() {
        let specs = [
            objects_spec(&[vm("vm-1")], &["name"]),
            objects_spec(&[vm("vm-2")], &["runtime"]),
            objects_spec(&[vm("vm-3")], &["name"]),
            objects_spec(&[vm("vm-1")], &["name"]),
        ];
        let batch = Batch::shared((1..).zip(&specs)).unwrap();
        assert_eq!(batch.spec.object_set.len(), 2, "an object is named once");
        assert!(batch.names(&vm("vm-3")) && !batch.names(&vm("vm-2")));
        assert_eq!(batch.members.ids(), [1, 3, 4]);
        let told = routed(&batch.members, &[vm("vm-1"), vm("vm-3"), vm("vm-9")]);
        assert_eq!(told, [(1, vm("vm-1")), (4, vm("vm-1")), (3, vm("vm-3"))]);
    }

    #[test]
    fn the_filter_goes_with_its_last_watch() {
        let specs =
            [objects_spec(&[vm("vm-1")], &["name"]), objects_spec(&[vm("vm-2")], &["name"])];
        let mut members = Batch::shared((1..).zip(&specs)).unwrap().members;
        assert!(!members.remove(1));
        assert_eq!(routed(&members, &[vm("vm-1"), vm("vm-2")]), [(2, vm("vm-2"))]);
        assert!(members.remove(2));
    }

    #[test]
    fn one_watch_is_told_of_objects_that_it_does_not_name() {
        let spec = objects_spec(&[vm("vm-1")], &["name"]);
        let batch = Batch::shared([(7, &spec)]).unwrap();
        assert_eq!(batch.members, Members::One(7));
        assert_eq!(routed(&batch.members, &[vm("vm-5")]), [(7, vm("vm-5"))]);
    }
}
