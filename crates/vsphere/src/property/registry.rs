//! The filters that are watched, and what arrives for them. No I/O.

use std::collections::BTreeMap;

use tokio::sync::watch;
use vim25::types::{PropertyFilterSpec, UpdateSet};
use vim25::{MoRef, Str};

use super::WatchState;
use crate::call::CallError;

/// One watch.
pub(super) struct Entry {
    pub(super) spec: PropertyFilterSpec,
    pub(super) filter: Option<MoRef>,
    state: watch::Sender<WatchState>,
    /// What is held is older than the next full state.
    stale: bool,
    /// The full state that was asked for includes this one.
    asked: bool,
    /// Changed since those who wait were last woken.
    dirty: bool,
}

impl Entry {
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

    pub(super) fn fail(&self, error: &CallError) {
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
    pub(super) entries: BTreeMap<u64, Entry>,
    /// Is there a loop?
    pub(super) running: bool,
    /// Is the loop waiting for the server?
    pub(super) parked: bool,
    /// Did we ask the server to end the present wait?
    pub(super) poked: bool,
}

impl Registry {
    pub(super) fn add(&mut self, id: u64, spec: PropertyFilterSpec) -> watch::Receiver<WatchState> {
        let (state, receiver) = watch::channel(WatchState::default());
        let entry = Entry { spec, filter: None, state, stale: true, asked: false, dirty: false };
        self.entries.insert(id, entry);
        receiver
    }

    /// Asks for everything with the next wait.
    pub(super) fn resync(&mut self) {
        self.version = Str::default();
        for entry in self.entries.values_mut() {
            entry.stale = true;
            entry.asked = false;
        }
    }

    /// Forgets what the server held for us.
    pub(super) fn forget_server_objects(&mut self) {
        self.collector = None;
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

    /// Takes in what a wait brought. Gives back the filters that nobody watches.
    pub(super) fn apply(&mut self, set: Option<UpdateSet>) -> Vec<MoRef> {
        let Some(set) = set else {
            self.entries.values_mut().for_each(Entry::settle);
            return Vec::new();
        };
        let mut unknown = Vec::new();
        for update in set.filter_set {
            let entry = self
                .entries
                .values_mut()
                .find(|entry| entry.filter.as_ref() == Some(&update.filter));
            let Some(entry) = entry else {
                unknown.push(update.filter);
                continue;
            };
            if std::mem::take(&mut entry.stale) {
                entry.change(WatchState::clear);
            }
            entry.change(|state| state.apply(update));
        }
        self.version = set.version;
        if set.truncated != Some(true) {
            self.entries.values_mut().for_each(Entry::settle);
        }
        unknown
    }

    /// Tells those who watch `object` by name that it is gone. Gives back their filters, which no
    /// longer fit; empty when nobody does.
    pub(super) fn object_is_gone(&mut self, object: &MoRef) -> Vec<MoRef> {
        let mut filters = Vec::new();
        for entry in self.entries.values_mut() {
            let before = entry.spec.object_set.len();
            entry.spec.object_set.retain(|spec| spec.obj != *object);
            if entry.spec.object_set.len() < before {
                filters.extend(entry.filter.take());
                entry.change(|state| state.mark_gone(object));
                entry.stale = false;
                entry.settle();
            }
        }
        filters
    }

    /// Tells everybody that nothing more will come.
    pub(super) fn fail_all(&mut self, error: &CallError) {
        for entry in self.entries.values() {
            entry.fail(error);
        }
        self.entries.clear();
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

    #[test]
    fn nobody_is_woken_before_a_truncated_set_is_whole() {
        let mut registry = Registry::default();
        let mut seen = registry.add(1, objects_spec(&[vm("vm-1"), vm("vm-2")], &["name"]));
        registry.entries.get_mut(&1).unwrap().filter = Some(filter("f"));
        registry.about_to_wait();
        assert!(registry.apply(Some(set("1", &filter("f"), &vm("vm-1"), "a", true))).is_empty());
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
        let mut seen = registry.add(1, objects_spec(&[vm("vm-1")], &["name"]));
        registry.entries.get_mut(&1).unwrap().filter = Some(filter("f"));
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
    fn a_set_made_before_a_filter_existed_does_not_complete_it() {
        let mut registry = Registry { version: "5".into(), ..Registry::default() };
        let seen = registry.add(1, objects_spec(&[vm("vm-1")], &["name"]));
        registry.entries.get_mut(&1).unwrap().filter = Some(filter("new"));
        let unknown = registry.apply(Some(set("6", &filter("old"), &vm("vm-9"), "x", false)));
        assert_eq!(unknown, [filter("old")]);
        assert!(!seen.borrow().is_complete());
    }

    #[test]
    fn a_gone_object_concerns_only_those_who_watch_it() {
        let mut registry = Registry::default();
        let one = registry.add(1, objects_spec(&[vm("vm-1")], &["name"]));
        let two = registry.add(2, objects_spec(&[vm("vm-2")], &["name"]));
        registry.entries.get_mut(&1).unwrap().filter = Some(filter("f1"));
        registry.entries.get_mut(&2).unwrap().filter = Some(filter("f2"));
        assert_eq!(registry.object_is_gone(&vm("vm-1")), [filter("f1")]);
        assert!(one.borrow().is_gone(&vm("vm-1")) && one.borrow().is_complete());
        assert!(!two.borrow().is_complete());
        assert!(registry.object_is_gone(&vm("vm-7")).is_empty());
    }
}
