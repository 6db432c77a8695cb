//! What a managed object has to say: [`ManagedObject`], the trait that every kind of object implements.
//!
//! An object keeps each fact once, typed. Everything else that vSphere shows (`host.vm`, `summary.*`,
//! `recentTask`) is worked out by `property` when it is read, from the object itself and from others through
//! [`At`]. What was read is recorded there, so nobody declares what depends on what.

use std::any::Any;
use std::sync::Arc;

use vim25::{DataObject, MoRef, Value};

use super::at::At;

/// One property as read: a value of its own, or an object that is borrowed to save the copy.
pub enum Property<'a> {
    /// A value.
    Value(Value),
    /// A data object kept by the managed object.
    Object(&'a dyn DataObject),
}

impl<'a> Property<'a> {
    /// A property that is a plain value.
    pub fn of(value: impl Into<Value>) -> Option<Self> {
        Some(Self::Value(value.into()))
    }

    /// A property that is a data object made for this reading.
    pub fn object(object: impl DataObject) -> Option<Self> {
        Some(Self::Value(Value::object(object)))
    }

    /// A property that is a data object kept by the managed object.
    pub fn borrowed(object: &'a dyn DataObject) -> Option<Self> {
        Some(Self::Object(object))
    }

    /// A list of references; an empty list is a value too.
    pub fn refs<'r>(refs: impl IntoIterator<Item = &'r MoRef>) -> Option<Self> {
        Some(Self::Value(Value::from(refs.into_iter().cloned().collect::<Vec<MoRef>>())))
    }

    /// The property as a value of its own.
    #[must_use]
    pub fn into_value(self) -> Value {
        match self {
            Self::Value(value) => value,
            Self::Object(object) => Value::Object(object.clone_object()),
        }
    }
}

/// A kind of managed object.
///
/// Implement it for a `Clone` struct that holds the object's own facts, then put values into the store with
/// [`Transaction::insert`](super::Transaction::insert).
pub trait ManagedObject: Clone + Send + Sync + 'static {
    /// The managed type of this object, as vSphere spells it.
    fn kind(&self) -> &'static str;

    /// The property `name`, `None` when unset. Names outside the schema are never asked for.
    fn property<'a>(&'a self, name: &str, at: &At<'a>) -> Option<Property<'a>>;

    /// References that others read backwards through [`At::referrers`].
    fn links(&self, _links: &mut Links) {}
}

/// The references of one object, each under a name.
#[derive(Default)]
pub struct Links(pub(super) Vec<(MoRef, &'static str)>);

impl Links {
    /// Says that this object refers to `target`; the same pair twice counts once.
    pub fn add(&mut self, name: &'static str, target: &MoRef) {
        if !self.0.iter().any(|(to, by)| *by == name && to == target) {
            self.0.push((target.clone(), name));
        }
    }

    /// Says so for each of `targets`.
    pub fn add_all<'r>(
        &mut self,
        name: &'static str,
        targets: impl IntoIterator<Item = &'r MoRef>,
    ) {
        for target in targets {
            self.add(name, target);
        }
    }
}

/// The store's view of an object, with its type erased.
pub(crate) trait Stored: Any + Send + Sync {
    fn kind(&self) -> &'static str;
    fn property<'a>(&'a self, name: &str, at: &At<'a>) -> Option<Property<'a>>;
    fn links(&self) -> Links;
    fn duplicate(&self) -> Arc<dyn Stored>;
}

impl<T: ManagedObject> Stored for T {
    fn kind(&self) -> &'static str {
        ManagedObject::kind(self)
    }

    fn property<'a>(&'a self, name: &str, at: &At<'a>) -> Option<Property<'a>> {
        ManagedObject::property(self, name, at)
    }

    fn links(&self) -> Links {
        let mut links = Links::default();
        ManagedObject::links(self, &mut links);
        links
    }

    fn duplicate(&self) -> Arc<dyn Stored> {
        Arc::new(self.clone())
    }
}

impl dyn Stored {
    pub(crate) fn as_type<T: ManagedObject>(&self) -> Option<&T> {
        (self as &dyn Any).downcast_ref()
    }
}
