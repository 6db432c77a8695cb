//! One change of the state in the making: [`Transaction`].
//!
//! It works on a draft; reading sees its own writes. Links between objects are kept current lazily: an object
//! that was opened for change is looked at again before anybody reads links.

use std::any::Any;
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use vim25::{DateTime, MoRef, Str};

use crate::fault::Fault;

use super::at::Dependency;
use super::commit::{Change, ChangeKind};
use super::object::{Links, ManagedObject, Stored};
use super::snapshot::{Entry, Snapshot, kind_key};

/// Who causes a change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// User name; empty for the server itself.
    pub user: Str,
    /// Key of the session.
    pub session: Option<Str>,
    /// The chain of events this belongs to; 0 starts a new one.
    pub chain: i32,
}

type Action = Box<dyn FnOnce(&mut Transaction<'_>) -> Result<(), Fault> + Send>;

pub(super) struct Delayed {
    pub(super) delay: Duration,
    pub(super) origin: Origin,
    pub(super) action: Action,
}

/// The next state as far as it is made.
#[derive(Clone)]
pub(super) struct Draft {
    next: Snapshot,
    changed: BTreeMap<MoRef, ChangeKind>,
    dependencies: HashSet<Dependency>,
}

impl Draft {
    pub(super) fn new(before: &Snapshot) -> Self {
        Self { next: before.clone(), changed: BTreeMap::new(), dependencies: HashSet::new() }
    }

    /// The next state and what differs; `None` when nothing was written.
    pub(super) fn into_next(mut self) -> Option<(Snapshot, Vec<Change>, HashSet<Dependency>)> {
        if self.changed.is_empty() {
            return None;
        }
        self.next.version += 1;
        let changes = self.changed.into_iter().map(|(object, kind)| Change { object, kind });
        Some((self.next, changes.collect(), self.dependencies))
    }

    fn note(&mut self, id: &MoRef, kind: ChangeKind) {
        self.dependencies.insert(Dependency::Object(id.clone()));
        let before = self.changed.get(id).copied();
        let total = match (before, kind) {
            (Some(ChangeKind::Entered), ChangeKind::Left) => {
                self.changed.remove(id);
                return;
            }
            (Some(ChangeKind::Entered), _) => ChangeKind::Entered,
            (Some(ChangeKind::Left), ChangeKind::Entered) => ChangeKind::Modified,
            (_, kind) => kind,
        };
        self.changed.insert(id.clone(), total);
    }

    fn link(&mut self, source: &MoRef, (target, name): (MoRef, &'static str)) {
        self.dependencies.insert(Dependency::Link(target.clone(), name));
        let key = (target, name);
        match self.next.links.get_mut(&key) {
            Some(sources) => Arc::make_mut(sources).push(source.clone()),
            None => {
                self.next.links.insert(key, Arc::new(vec![source.clone()]));
            }
        }
    }

    fn unlink(&mut self, source: &MoRef, (target, name): (MoRef, &'static str)) {
        self.dependencies.insert(Dependency::Link(target.clone(), name));
        let key = (target, name);
        let Some(sources) = self.next.links.get_mut(&key) else { return };
        let sources = Arc::make_mut(sources);
        sources.retain(|other| other != source);
        if sources.is_empty() {
            self.next.links.remove(&key);
        }
    }
}

/// A change of the state in the making.
pub struct Transaction<'t> {
    draft: &'t mut Draft,
    origin: Origin,
    now: SystemTime,
    /// Objects opened for change, with the links they had.
    opened: BTreeMap<MoRef, Links>,
    delayed: Vec<Delayed>,
}

impl<'t> Transaction<'t> {
    pub(super) fn new(draft: &'t mut Draft, origin: &Origin, now: SystemTime) -> Self {
        let origin = origin.clone();
        Self { draft, origin, now, opened: BTreeMap::new(), delayed: Vec::new() }
    }

    pub(super) fn finish(mut self) -> Vec<Delayed> {
        self.relink();
        self.delayed
    }

    /// Who causes this change.
    #[must_use]
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Puts what follows into the chain of events `chain`.
    pub fn set_chain(&mut self, chain: i32) {
        self.origin.chain = chain;
    }

    /// The time of this change.
    #[must_use]
    pub fn now(&self) -> SystemTime {
        self.now
    }

    /// The time of this change as it goes over the wire.
    #[must_use]
    pub fn timestamp(&self) -> DateTime {
        DateTime::from_system_time(self.now)
    }

    /// The state as it will be, own changes included.
    pub fn view(&mut self) -> &Snapshot {
        self.relink();
        &self.draft.next
    }

    /// An object as a `T`.
    ///
    /// # Errors
    /// `ManagedObjectNotFound` when it is gone or of another kind.
    pub fn get<T: ManagedObject>(&self, id: &MoRef) -> Result<&T, Fault> {
        self.draft.next.get(id).ok_or_else(|| Fault::object_not_found(id))
    }

    /// Opens an object for change.
    ///
    /// # Errors
    /// `ManagedObjectNotFound` when it is gone or of another kind.
    pub fn edit<T: ManagedObject>(&mut self, id: &MoRef) -> Result<&mut T, Fault> {
        self.get::<T>(id)?;
        self.draft.note(id, ChangeKind::Modified);
        let entry =
            self.draft.next.objects.get_mut(id).ok_or_else(|| Fault::object_not_found(id))?;
        if !self.opened.contains_key(id) {
            self.opened.insert(id.clone(), entry.object.links());
        }
        unshared(&mut entry.object).ok_or_else(|| Fault::object_not_found(id))
    }

    /// Adds an object; one with the same reference is replaced.
    pub fn insert<T: ManagedObject>(&mut self, id: MoRef, object: T) {
        if self.draft.next.contains(&id) {
            self.remove(&id);
        }
        self.draft.note(&id, ChangeKind::Entered);
        for link in Stored::links(&object).0 {
            self.draft.link(&id, link);
        }
        self.draft.link(&id, kind_key(ManagedObject::kind(&object)));
        let born = self.draft.next.next_born();
        self.draft.next.objects.insert(id, Entry { object: Arc::new(object), born });
    }

    /// Adds an object under a reference of its own, `prefix-N`.
    pub fn create<T: ManagedObject>(&mut self, prefix: &str, object: T) -> MoRef {
        let id = self.new_id(ManagedObject::kind(&object), prefix);
        self.insert(id.clone(), object);
        id
    }

    /// Takes an object away. Nothing happens when it is gone already.
    pub fn remove(&mut self, id: &MoRef) {
        self.relink();
        let Some(entry) = self.draft.next.objects.remove(id) else { return };
        for link in entry.object.links().0 {
            self.draft.unlink(id, link);
        }
        self.draft.unlink(id, kind_key(entry.object.kind()));
        self.draft.note(id, ChangeKind::Left);
    }

    /// A reference that no object has had, `prefix-N`.
    pub fn new_id(&mut self, kind: &str, prefix: &str) -> MoRef {
        MoRef::new(kind, format!("{prefix}-{}", self.draft.next.next_number()))
    }

    /// A number that this server has not given out before, the same in every run.
    pub fn new_number(&mut self) -> u64 {
        self.draft.next.next_number()
    }

    /// A UUID that follows from the seed and the order of requests.
    pub fn new_uuid(&mut self) -> Str {
        let (high, low) = (self.draft.next.next_random(), self.draft.next.next_random());
        let node = low & 0xffff_ffff_ffff;
        let text = format!(
            "{:08x}-{:04x}-4{:03x}-{:04x}-{node:012x}",
            high >> 32,
            (high >> 16) & 0xffff,
            high & 0xfff,
            ((low >> 48) & 0x3fff) | 0x8000,
        );
        Str::from(text)
    }

    /// Runs `action` as a change of its own once `delay` has passed after this one took effect. A failure
    /// there changes nothing.
    pub fn after(
        &mut self,
        delay: Duration,
        action: impl FnOnce(&mut Transaction<'_>) -> Result<(), Fault> + Send + 'static,
    ) {
        let origin = self.origin.clone();
        self.delayed.push(Delayed { delay, origin, action: Box::new(action) });
    }

    /// Runs `change`, and takes back what it changed when it fails.
    ///
    /// # Errors
    /// Whatever `change` returns.
    pub fn attempt<T>(
        &mut self,
        change: impl FnOnce(&mut Transaction<'_>) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        self.relink();
        let (draft, delayed) = (self.draft.clone(), self.delayed.len());
        let result = change(self);
        if result.is_err() {
            *self.draft = draft;
            self.opened.clear();
            self.delayed.truncate(delayed);
        }
        result
    }

    fn relink(&mut self) {
        for (id, before) in std::mem::take(&mut self.opened) {
            let Some(entry) = self.draft.next.objects.get(&id) else { continue };
            let after = entry.object.links();
            for link in before.0.iter().filter(|link| !after.0.contains(link)) {
                self.draft.unlink(&id, link.clone());
            }
            for link in after.0.into_iter().filter(|link| !before.0.contains(link)) {
                self.draft.link(&id, link);
            }
        }
    }
}

/// The object behind the reference count, copied first when a snapshot shares it.
fn unshared<T: ManagedObject>(object: &mut Arc<dyn Stored>) -> Option<&mut T> {
    if Arc::get_mut(object).is_none() {
        *object = object.duplicate();
    }
    let object: &mut dyn Any = Arc::get_mut(object)?;
    object.downcast_mut()
}
