//! One filter of a collector: what it selects at a snapshot, and what changed between two.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use vim25::MoRef;
use vim25::types::{MissingObject, ObjectUpdate};

use crate::fault::Fault;
use crate::store::{Dependency, Reading, Snapshot, Touched, Tracker};

use super::difference::{self, Detail};
use super::reader::{Reader, Wanted};
use super::selection::{Plan, Selection};

/// What a filter selected at one snapshot.
pub(super) struct Members {
    order: Vec<MoRef>,
    wanted: HashMap<MoRef, Wanted>,
    missing: Vec<MoRef>,
    /// What the choice of objects depended on.
    structure: HashSet<Dependency>,
}

/// A filter.
pub(super) struct Filter {
    pub(super) id: MoRef,
    plan: Plan,
    reader: Reader,
    detail: Detail,
    /// Beyond an object's own facts, what its values depended on; only grows until the objects are chosen anew.
    values: Mutex<HashMap<Dependency, HashSet<MoRef>>>,
}

/// What a filter has to tell, and the members it told of.
pub(super) struct Told {
    pub(super) updates: Vec<ObjectUpdate>,
    pub(super) missing: Vec<MissingObject>,
    pub(super) members: Arc<Members>,
    /// Dependencies that may be new to the index.
    pub(super) watch: Vec<Dependency>,
}

impl Filter {
    pub(super) fn new(id: MoRef, plan: Plan, reader: Reader, detail: Detail) -> Self {
        Self { id, plan, reader, detail, values: Mutex::default() }
    }

    /// Everything that the filter depends on at present.
    pub(super) fn dependencies(&self, members: &Members) -> Vec<Dependency> {
        let own = members.order.iter().cloned().map(Dependency::Object);
        let structure = members.structure.iter().cloned();
        own.chain(structure).chain(self.values().keys().cloned()).collect()
    }

    /// What changed for the client since `before`; everything when there is no `before`.
    pub(super) fn tell(
        &self,
        before: Option<(&Snapshot, &Arc<Members>)>,
        now: &Snapshot,
        touched: &Touched,
    ) -> Told {
        let chosen_anew = before.is_none_or(|(_, members)| {
            members.structure.iter().any(|dependency| touched.contains(dependency))
        });
        let mut told = Told {
            updates: Vec::new(),
            missing: Vec::new(),
            members: match before {
                Some((_, members)) if !chosen_anew => members.clone(),
                _ => Arc::new(self.choose(now)),
            },
            watch: Vec::new(),
        };
        if chosen_anew {
            told.watch = self.dependencies(&told.members);
            let known = before.map_or(&[] as &[MoRef], |(_, members)| &members.missing);
            let fresh = told.members.missing.iter().filter(|id| !known.contains(id));
            told.missing = fresh.map(missing_object).collect();
        }
        match before {
            None => self.tell_entered(told.members.clone().order.iter(), now, &mut told),
            Some((old, members)) => self.tell_changed(old, members, now, touched, &mut told),
        }
        told
    }

    fn tell_changed(
        &self,
        old: &Snapshot,
        before: &Arc<Members>,
        now: &Snapshot,
        touched: &Touched,
        told: &mut Told,
    ) {
        let members = told.members.clone();
        if !Arc::ptr_eq(before, &members) {
            let is_new = |id: &&MoRef| !before.wanted.contains_key(*id);
            self.tell_entered(members.order.iter().filter(is_new), now, told);
            let is_gone = |id: &&MoRef| !members.wanted.contains_key(*id);
            told.updates.extend(before.order.iter().filter(is_gone).map(difference::left));
        }
        for id in self.affected(&members, touched) {
            let Some(wanted) = before.wanted.get(&id).and(members.wanted.get(&id)) else {
                continue;
            };
            let tracker = Tracker::default();
            let then = self.reading(old);
            let reading = self.reading(now).with_tracker(&tracker);
            let update =
                difference::modified(&self.reader, &then, &reading, &id, wanted, self.detail);
            told.updates.extend(update);
            self.remember(&id, tracker, &mut told.watch);
        }
    }

    fn tell_entered<'m>(
        &self,
        ids: impl Iterator<Item = &'m MoRef>,
        now: &Snapshot,
        told: &mut Told,
    ) {
        let members = told.members.clone();
        for id in ids {
            let Some(wanted) = members.wanted.get(id) else { continue };
            let tracker = Tracker::default();
            let reading = self.reading(now).with_tracker(&tracker);
            told.updates.push(difference::entered(&self.reader, &reading, id, wanted));
            self.remember(id, tracker, &mut told.watch);
        }
    }

    /// Members whose values may differ, in their order.
    fn affected(&self, members: &Members, touched: &Touched) -> Vec<MoRef> {
        let Touched::Only(set) = touched else { return members.order.clone() };
        let values = self.values();
        let mut hit: HashSet<&MoRef> = HashSet::new();
        for dependency in set {
            if let Dependency::Object(id) = dependency
                && members.wanted.contains_key(id)
            {
                hit.insert(id);
            }
            hit.extend(values.get(dependency).into_iter().flatten());
        }
        if hit.len() > 16 {
            return members.order.iter().filter(|id| hit.contains(id)).cloned().collect();
        }
        let mut few: Vec<MoRef> = hit.into_iter().cloned().collect();
        few.sort_unstable();
        few
    }

    fn choose(&self, now: &Snapshot) -> Members {
        let tracker = Tracker::default();
        let Selection { objects, missing } =
            self.plan.select_again(&self.reading(now).with_tracker(&tracker));
        self.values().retain(|_, ids| {
            ids.retain(|id| now.contains(id));
            !ids.is_empty()
        });
        let order = objects.iter().map(|(id, _)| id.clone()).collect();
        let wanted = objects.into_iter().collect();
        Members { order, wanted, missing, structure: tracker.into_set() }
    }

    fn remember(&self, id: &MoRef, tracker: Tracker, watch: &mut Vec<Dependency>) {
        let mut values = self.values();
        for dependency in tracker.into_set() {
            if matches!(&dependency, Dependency::Object(own) if own == id) {
                continue;
            }
            watch.push(dependency.clone());
            values.entry(dependency).or_default().insert(id.clone());
        }
    }

    fn reading<'a>(&'a self, snapshot: &'a Snapshot) -> Reading<'a> {
        Reading::of(snapshot).with_session(Some(&self.reader.session))
    }

    fn values(&self) -> MutexGuard<'_, HashMap<Dependency, HashSet<MoRef>>> {
        self.values.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn missing_object(id: &MoRef) -> MissingObject {
    MissingObject {
        obj: id.clone(),
        fault: Fault::object_not_found(id).localized(),
        ..Default::default()
    }
}
