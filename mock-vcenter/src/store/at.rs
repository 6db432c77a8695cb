//! The place a property is read at: [`At`], a snapshot seen from one object.
//!
//! Every look at another object goes through it and is recorded when somebody watches. That record is all
//! that notification needs to know about derived properties.

use std::cell::RefCell;
use std::collections::HashSet;
use std::time::SystemTime;

use vim25::{MoRef, Value};

use super::object::{ManagedObject, Property};
use super::snapshot::{Snapshot, kind_key};

/// Something a reading depended on.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Dependency {
    /// The object's own facts, or its existence.
    Object(MoRef),
    /// Who refers to the object under a link.
    Link(MoRef, &'static str),
}

/// Collects the dependencies of readings.
#[derive(Default)]
pub(crate) struct Tracker(RefCell<HashSet<Dependency>>);

impl Tracker {
    pub(crate) fn into_set(self) -> HashSet<Dependency> {
        self.0.into_inner()
    }

    fn note(&self, dependency: Dependency) {
        self.0.borrow_mut().insert(dependency);
    }
}

/// A snapshot as seen by one reader.
#[derive(Clone, Copy)]
pub(crate) struct Reading<'a> {
    pub(crate) snapshot: &'a Snapshot,
    /// Key of the session that reads, for the few properties that differ by session.
    pub(crate) session: Option<&'a str>,
    pub(crate) tracker: Option<&'a Tracker>,
}

impl<'a> Reading<'a> {
    pub(crate) fn of(snapshot: &'a Snapshot) -> Self {
        Self { snapshot, session: None, tracker: None }
    }

    pub(crate) fn with_session(self, session: Option<&'a str>) -> Self {
        Self { session, ..self }
    }

    pub(crate) fn with_tracker(self, tracker: &'a Tracker) -> Self {
        Self { tracker: Some(tracker), ..self }
    }

    fn note(&self, dependency: impl FnOnce() -> Dependency) {
        if let Some(tracker) = self.tracker {
            tracker.note(dependency());
        }
    }

    /// The property of `id`; `None` when unset or when the object is gone.
    pub(crate) fn property(&self, id: &'a MoRef, name: &str) -> Option<Property<'a>> {
        self.note(|| Dependency::Object(id.clone()));
        let object = self.snapshot.stored(id)?;
        object.property(name, &At { reading: *self, this: id })
    }
}

/// A snapshot as seen from one object while one of its properties is read.
pub struct At<'a> {
    reading: Reading<'a>,
    this: &'a MoRef,
}

impl<'a> At<'a> {
    pub(crate) fn new(reading: Reading<'a>, this: &'a MoRef) -> Self {
        Self { reading, this }
    }

    /// The object whose property is read.
    #[must_use]
    pub fn this(&self) -> &'a MoRef {
        self.this
    }

    /// Another object as a `T`; `None` when it is gone or of another kind.
    #[must_use]
    pub fn get<T: ManagedObject>(&self, id: &MoRef) -> Option<&'a T> {
        self.reading.note(|| Dependency::Object(id.clone()));
        self.reading.snapshot.get(id)
    }

    /// True when the object exists.
    #[must_use]
    pub fn contains(&self, id: &MoRef) -> bool {
        self.reading.note(|| Dependency::Object(id.clone()));
        self.reading.snapshot.contains(id)
    }

    /// Who refers to this object under the link `name`.
    #[must_use]
    pub fn referrers(&self, name: &'static str) -> &'a [MoRef] {
        self.referrers_of(self.this, name)
    }

    /// Who refers to `target` under the link `name`.
    #[must_use]
    pub fn referrers_of(&self, target: &MoRef, name: &'static str) -> &'a [MoRef] {
        self.reading.note(|| Dependency::Link(target.clone(), name));
        self.reading.snapshot.referrers(target, name)
    }

    /// All objects of exactly this managed type, in order of creation.
    #[must_use]
    pub fn of_kind(&self, kind: &str) -> &'a [MoRef] {
        self.reading.note(|| {
            let (key, name) = kind_key(kind);
            Dependency::Link(key, name)
        });
        self.reading.snapshot.of_kind(kind)
    }

    /// A property of another object, derived ones included.
    #[must_use]
    pub fn property_of(&self, id: &MoRef, name: &str) -> Option<Value> {
        self.reading.note(|| Dependency::Object(id.clone()));
        let object = self.reading.snapshot.stored(id)?;
        let there = At { reading: self.reading, this: id };
        object.property(name, &there).map(Property::into_value)
    }

    /// The whole snapshot. What is read through it is not recorded: use it only for what cannot change
    /// without a change of something read through `self`.
    pub(crate) fn snapshot(&self) -> &'a Snapshot {
        self.reading.snapshot
    }

    /// The reading this is part of, to look at other objects with.
    pub(crate) fn reading(&self) -> &Reading<'a> {
        &self.reading
    }

    /// The time on the server's clock. Nobody is told when it passes.
    #[must_use]
    pub fn now(&self) -> SystemTime {
        self.reading.snapshot.clock.now()
    }

    /// Key of the session that reads, when there is one.
    #[must_use]
    pub fn session(&self) -> Option<&'a str> {
        self.reading.session
    }
}
