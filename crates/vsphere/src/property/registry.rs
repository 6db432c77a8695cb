//! The watches of a client, the filters that serve them, and what arrives for them. No I/O.

use std::collections::BTreeMap;

use tokio::sync::watch;
use vim25::types::{ManagedObjectNotFound, PropertyFilterSpec, UpdateSet};
use vim25::{MoRef, Str};

use super::WatchState;
use super::batch::{Batch, Members, names_its_objects};
use crate::call::{CallError, CallProblem};

/// So many obsolete filters are left to the server: to end each takes a call, and to begin anew a few.
const WORN_OUT: usize = 128;

/// A server that says nothing of a new filter in so many answers, or at the end of a wait, is asked for everything.
const PASSED_OVER: u8 = 2;

/// One watch.
struct Entry {
    spec: PropertyFilterSpec,
    filter: Option<MoRef>,
    /// The server refused a filter that it shared.
    alone: bool,
    state: watch::Sender<WatchState>,
    /// What is held is older than the next full state.
    stale: bool,
    /// The full state that was asked for includes this one.
    asked: bool,
    /// Changed since those who wait were last woken.
    dirty: bool,
    /// How many whole answers in a row said nothing of it although it had its filter before they were asked for.
    passed_over: u8,
}

impl Entry {
    fn needs_filter(&self) -> bool {
        self.filter.is_none() && !self.spec.object_set.is_empty()
    }

    fn change(&mut self, change: impl FnOnce(&mut WatchState)) {
        self.dirty = true;
        self.state.send_if_modified(|state| {
            change(state);
            false
        });
    }

    fn settle(&mut self) {
        if std::mem::take(&mut self.asked) && std::mem::take(&mut self.stale) {
            self.change(WatchState::clear);
        }
        if !self.stale {
            self.dirty |= !self.state.borrow().is_complete();
            if std::mem::take(&mut self.dirty) {
                self.state.send_modify(WatchState::mark_complete);
            }
        }
    }

    fn fail(&self, error: &CallError) {
        self.state.send_modify(|state| state.fail(error.clone()));
    }
}

/// All watches of a client.
#[derive(Default)]
pub(super) struct Registry {
    pub(super) collector: Option<MoRef>,
    /// The login that the collector belongs to.
    pub(super) generation: u64,
    /// How far the server has told us; empty asks for everything.
    pub(super) version: Str,
    /// Is there a loop?
    pub(super) running: bool,
    /// Did we ask the server to end a wait, and did none end for that yet?
    pub(super) poked: bool,
    last_id: u64,
    entries: BTreeMap<u64, Entry>,
    filters: BTreeMap<MoRef, Members>,
    /// How many filters serve nobody any more, or how often such a one told something.
    obsolete: usize,
}

impl Registry {
    /// A new watch: its id, and what it will see.
    pub(super) fn add(&mut self, spec: PropertyFilterSpec) -> (u64, watch::Receiver<WatchState>) {
        let (state, receiver) = watch::channel(WatchState::default());
        self.last_id += 1;
        let entry = Entry {
            spec,
            filter: None,
            alone: false,
            state,
            stale: true,
            asked: false,
            dirty: false,
            passed_over: 0,
        };
        self.entries.insert(self.last_id, entry);
        (self.last_id, receiver)
    }

    /// Ends a watch.
    pub(super) fn remove(&mut self, id: u64) {
        let Some(filter) = self.entries.remove(&id).and_then(|entry| entry.filter) else { return };
        if self.filters.get_mut(&filter).is_some_and(|members| members.remove(id)) {
            self.filters.remove(&filter);
            self.obsolete += 1;
        }
    }

    /// How many watches there are.
    pub(super) fn count(&self) -> usize {
        self.entries.len()
    }

    /// Is there a watch that no filter serves yet?
    pub(super) fn lacks_filters(&self) -> bool {
        self.entries.values().any(Entry::needs_filter)
    }

    /// The next filter to be made.
    pub(super) fn next_batch(&self) -> Option<Batch> {
        let mut waiting = self.entries.iter().filter(|(_, entry)| entry.needs_filter()).peekable();
        let (id, first) = *waiting.peek()?;
        let shares = |entry: &Entry| !entry.alone && names_its_objects(&entry.spec);
        if !shares(first) {
            return Some(Batch::alone(*id, first.spec.clone()));
        }
        let sharing = waiting.filter(|(_, entry)| shares(entry));
        Batch::shared(sharing.map(|(id, entry)| (*id, &entry.spec)))
    }

    /// Notes the filter that was made for a batch.
    pub(super) fn serve(&mut self, filter: MoRef, mut members: Members) {
        let ids = members.ids();
        let mut left = ids.len();
        for id in ids {
            if let Some(entry) = self.entries.get_mut(&id) {
                entry.filter = Some(filter.clone());
            } else {
                // It ended while the filter was being made.
                members.remove(id);
                left -= 1;
            }
        }
        if left == 0 {
            self.obsolete += 1;
        } else {
            self.filters.insert(filter, members);
        }
    }

    /// Takes in that the filter for `batch` was refused. Those to whom it is not due are tried again.
    ///
    /// # Errors
    /// `error` again, where it is not about this filter.
    pub(super) fn refused(&mut self, batch: &Batch, error: CallError) -> Result<(), CallError> {
        let gone = error.fault::<ManagedObjectNotFound>().map(|fault| fault.obj.clone());
        if let Some(object) = gone.as_ref().filter(|object| batch.names(object)) {
            self.object_is_gone(object);
            return Ok(());
        }
        let about_it = matches!(error.problem(), CallProblem::Fault(_))
            && !error.is_not_authenticated()
            && gone.is_none_or(|object| Some(&object) != self.collector.as_ref());
        if !about_it {
            return Err(error);
        }
        match &batch.members {
            Members::One(id) => {
                if let Some(entry) = self.entries.remove(id) {
                    entry.fail(&error);
                }
            }
            shared @ Members::Each(_) => {
                for id in shared.ids() {
                    self.entries.entry(id).and_modify(|entry| entry.alone = true);
                }
            }
        }
        Ok(())
    }

    /// The collector, if so much of it is obsolete that it is to be destroyed; it is forgotten here. The watches that
    /// are left get filters in the next one, and are told everything again.
    pub(super) fn take_worn_out(&mut self) -> Option<MoRef> {
        let enough = if self.entries.is_empty() { 1 } else { WORN_OUT };
        if self.obsolete < enough {
            return None;
        }
        let collector = self.collector.take();
        self.forget_server_objects();
        collector
    }

    /// Asks for everything with the next wait.
    pub(super) fn resync(&mut self) {
        self.version = Str::default();
        for entry in self.entries.values_mut() {
            entry.stale = true;
            entry.asked = false;
            entry.passed_over = 0;
        }
    }

    /// Forgets what the server held for us.
    pub(super) fn forget_server_objects(&mut self) {
        self.collector = None;
        self.filters.clear();
        self.obsolete = 0;
        for entry in self.entries.values_mut() {
            entry.filter = None;
        }
        self.resync();
    }

    /// To be called before each wait.
    pub(super) fn about_to_wait(&mut self) {
        if self.version.is_empty() {
            for entry in self.entries.values_mut() {
                entry.asked = entry.filter.is_some();
            }
        }
    }

    /// Takes in what a wait brought. Filters that serve nobody any more may still tell something.
    pub(super) fn apply(&mut self, set: Option<UpdateSet>) {
        let Some(set) = set else {
            self.settle(PASSED_OVER);
            return;
        };
        for update in set.filter_set {
            let Some(members) = self.filters.get(&update.filter) else {
                self.obsolete += 1;
                continue;
            };
            members.route(update, |id, told| {
                let Some(entry) = self.entries.get_mut(&id) else { return };
                if std::mem::take(&mut entry.stale) {
                    entry.change(WatchState::clear);
                }
                entry.change(|state| state.apply(told));
            });
        }
        self.version = set.version;
        if set.truncated != Some(true) {
            self.settle(1);
        }
    }

    /// Wakes those who have something new, after a whole answer. There are servers that begin to tell of a filter only
    /// when something changes, and of one that selects nothing none need say anything: what was passed over is asked
    /// for with everything else. `counts` is as how many answers this one counts.
    fn settle(&mut self, counts: u8) {
        let mut passed_over = false;
        for entry in self.entries.values_mut() {
            entry.settle();
            if entry.filter.is_some() && entry.stale {
                entry.passed_over = entry.passed_over.saturating_add(counts);
                passed_over |= entry.passed_over >= PASSED_OVER;
            }
        }
        if passed_over {
            self.resync();
        }
    }

    /// Tells those who watch `object` by name that it is gone. Their filters no longer fit, so they
    /// become obsolete. False when nobody does.
    pub(super) fn object_is_gone(&mut self, object: &MoRef) -> bool {
        let mut filters = Vec::new();
        let mut watched = false;
        for entry in self.entries.values_mut() {
            let before = entry.spec.object_set.len();
            entry.spec.object_set.retain(|spec| spec.obj != *object);
            if entry.spec.object_set.len() < before {
                watched = true;
                filters.extend(entry.filter.clone());
                entry.change(|state| state.mark_gone(object));
                entry.stale = false;
                entry.settle();
            }
        }
        for filter in filters {
            if self.filters.remove(&filter).is_none() {
                continue;
            }
            for entry in self.entries.values_mut() {
                entry.filter.take_if(|own| *own == filter);
            }
            self.obsolete += 1;
        }
        watched
    }

    /// Tells everybody that nothing more will come.
    pub(super) fn fail_all(&mut self, error: &CallError) {
        for entry in self.entries.values() {
            entry.fail(error);
        }
        self.entries.clear();
        self.filters.clear();
        self.running = false;
    }
}

#[cfg(test)]
mod tests {
    use vim25::enums::ObjectUpdateKind;
    use vim25::types::{ObjectUpdate, PropertyChange, PropertyFilterUpdate};

    use super::*;
    use crate::property::objects_spec;

    fn vm(id: &str) -> MoRef {
        MoRef::new("VirtualMachine", id)
    }

    fn filter(id: &str) -> MoRef {
        MoRef::new("PropertyFilter", id)
    }

    fn set(version: &str, of: &MoRef, object: &MoRef, name: &str, truncated: bool) -> UpdateSet {
        let change =
            PropertyChange { name: "name".into(), val: Some(name.into()), ..Default::default() };
        let update = ObjectUpdate {
            kind: ObjectUpdateKind::Modify,
            obj: object.clone(),
            change_set: vec![change],
            ..Default::default()
        };
        let filter_set = vec![PropertyFilterUpdate {
            filter: of.clone(),
            object_set: vec![update],
            ..Default::default()
        }];
        UpdateSet {
            version: version.into(),
            filter_set,
            truncated: truncated.then_some(true),
            ..Default::default()
        }
    }

    /// Watches objects with a filter of its own.
    fn watched(registry: &mut Registry, ids: &[&str], name: &str) -> watch::Receiver<WatchState> {
        let objects: Vec<MoRef> = ids.iter().map(|id| vm(id)).collect();
        let (id, seen) = registry.add(objects_spec(&objects, &["name"]));
        registry.serve(filter(name), Members::One(id));
        seen
    }

    #[test]
    fn nobody_is_woken_before_a_truncated_set_is_whole() {
        let mut registry = Registry::default();
        let mut seen = watched(&mut registry, &["vm-1", "vm-2"], "f");
        registry.about_to_wait();
        registry.apply(Some(set("1", &filter("f"), &vm("vm-1"), "a", true)));
        assert_eq!(registry.obsolete, 0);
        assert!(!seen.has_changed().unwrap());
        registry.apply(Some(set("2", &filter("f"), &vm("vm-2"), "b", false)));
        assert!(seen.has_changed().unwrap());
        let state = seen.borrow_and_update();
        assert!(state.is_complete());
        assert_eq!(state.objects().count(), 2);
        assert_eq!(registry.version, "2");
    }

    #[test]
    fn a_resync_forgets_what_is_not_told_again() {
        let mut registry = Registry::default();
        let mut seen = watched(&mut registry, &["vm-1"], "f");
        registry.about_to_wait();
        registry.apply(Some(set("1", &filter("f"), &vm("vm-1"), "a", false)));
        assert!(seen.borrow_and_update().object(&vm("vm-1")).is_some());

        registry.resync();
        assert!(registry.version.is_empty());
        registry.about_to_wait();
        registry.apply(Some(UpdateSet { version: "9".into(), ..Default::default() }));
        assert!(seen.has_changed().unwrap());
        assert!(seen.borrow_and_update().object(&vm("vm-1")).is_none());
    }

    #[test]
    fn a_filter_of_which_the_server_says_nothing_is_asked_for() {
        let other = || Some(set("6", &filter("old"), &vm("vm-9"), "x", false));
        for answers in [vec![None], vec![other(), other()]] {
            let mut registry = Registry { version: "5".into(), ..Registry::default() };
            let seen = watched(&mut registry, &["vm-1"], "new");
            for answer in answers {
                assert!(!registry.version.is_empty() && !seen.borrow().is_complete());
                registry.about_to_wait();
                registry.apply(answer);
            }
            assert!(registry.version.is_empty());
            registry.about_to_wait();
            registry.apply(Some(set("1", &filter("new"), &vm("vm-1"), "a", false)));
            assert!(seen.borrow().is_complete());
            assert!(seen.borrow().object(&vm("vm-1")).is_some());
        }
    }

    #[test]
    fn a_set_made_before_a_filter_existed_does_not_complete_it() {
        let mut registry = Registry { version: "5".into(), ..Registry::default() };
        let seen = watched(&mut registry, &["vm-1"], "new");
        registry.apply(Some(set("6", &filter("old"), &vm("vm-9"), "x", false)));
        assert_eq!(registry.obsolete, 1);
        assert!(!seen.borrow().is_complete());
    }

    #[test]
    fn a_gone_object_concerns_only_those_who_watch_it() {
        let mut registry = Registry::default();
        let one = watched(&mut registry, &["vm-1"], "f1");
        let two = watched(&mut registry, &["vm-2"], "f2");
        assert!(registry.object_is_gone(&vm("vm-1")));
        assert_eq!(registry.obsolete, 1);
        assert!(one.borrow().is_gone(&vm("vm-1")) && one.borrow().is_complete());
        assert!(!two.borrow().is_complete());
        assert!(!registry.object_is_gone(&vm("vm-7")));
        assert!(!registry.lacks_filters());
    }

    #[test]
    fn those_who_shared_the_filter_of_a_gone_object_get_another() {
        let mut registry = Registry::default();
        let gone = registry.add(objects_spec(&[vm("vm-1")], &["name"])).1;
        let stays = registry.add(objects_spec(&[vm("vm-2")], &["name"])).1;
        let batch = registry.next_batch().unwrap();
        registry.serve(filter("f"), batch.members);
        registry.object_is_gone(&vm("vm-1"));
        assert_eq!(registry.obsolete, 1);
        assert!(gone.borrow().is_complete() && !stays.borrow().is_complete());
        let again = registry.next_batch().unwrap();
        assert!(again.names(&vm("vm-2")) && !again.names(&vm("vm-1")));
    }

    #[test]
    fn a_filter_is_obsolete_when_all_whom_it_serves_are_gone() {
        let mut registry = Registry::default();
        let ids = ["vm-1", "vm-2"].map(|id| registry.add(objects_spec(&[vm(id)], &["name"])).0);
        let batch = registry.next_batch().unwrap();
        registry.remove(ids[0]);
        registry.serve(filter("f"), batch.members);
        assert_eq!(registry.obsolete, 0);
        registry.remove(ids[1]);
        assert_eq!(registry.obsolete, 1);
        assert_eq!(registry.count(), 0);
    }
}
