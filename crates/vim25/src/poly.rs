//! Objects of a type or of any type that extends it.

use std::fmt;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};

use crate::descriptor::TypeDesc;
use crate::{DataObject, Element, IsA, Item, Value};

/// A boxed data object known to be a `T` or to extend it.
pub struct Poly<T>(Box<dyn DataObject>, PhantomData<T>);

/// An object that is not of the wanted type, given back.
#[derive(Debug, thiserror::Error)]
#[error("the object is a `{}`, which is not the wanted type", .0.type_name())]
pub struct NotA(pub Box<dyn DataObject>);

impl<T: DataObject> Poly<T> {
    /// Boxes `object`.
    pub fn new<U: DataObject + IsA<T>>(object: U) -> Self {
        Poly(Box::new(object), PhantomData)
    }

    /// Takes a boxed object if it is a `T`.
    ///
    /// # Errors
    /// [`NotA`], with the object in it, when it is not.
    pub fn try_from_box(object: Box<dyn DataObject>) -> Result<Self, NotA> {
        if object.as_type::<T>().is_some() {
            Ok(Poly(object, PhantomData))
        } else {
            Err(NotA(object))
        }
    }

    /// Its type's name on the wire; for a type that the schema lacks, the name the server used.
    pub fn type_name(&self) -> &str {
        self.0.type_name()
    }

    /// The object as a `U`: of exactly that type, or of one that extends it.
    pub fn downcast_ref<U: DataObject>(&self) -> Option<&U> {
        self.0.as_type()
    }

    /// The object as a `U`, to be changed.
    pub fn downcast_mut<U: DataObject>(&mut self) -> Option<&mut U> {
        self.0.as_type_mut()
    }

    /// The object without its static type.
    pub fn as_object(&self) -> &dyn DataObject {
        &*self.0
    }

    /// The object without its static type, to be changed.
    pub fn as_object_mut(&mut self) -> &mut dyn DataObject {
        &mut *self.0
    }

    /// The box itself.
    pub fn into_box(self) -> Box<dyn DataObject> {
        self.0
    }
}

impl<T: DataObject> Deref for Poly<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.0.as_type().expect("a `Poly<T>` holds a `T`: every constructor checks it")
    }
}

impl<T: DataObject> DerefMut for Poly<T> {
    fn deref_mut(&mut self) -> &mut T {
        self.0.as_type_mut().expect("a `Poly<T>` holds a `T`: every constructor checks it")
    }
}

impl<T> Clone for Poly<T> {
    fn clone(&self) -> Self {
        Poly(self.0.clone_object(), PhantomData)
    }
}

impl<T: DataObject + Default> Default for Poly<T> {
    fn default() -> Self {
        Poly(Box::new(T::default()), PhantomData)
    }
}

impl<T> PartialEq for Poly<T> {
    fn eq(&self, other: &Self) -> bool {
        crate::compare::objects(&*self.0, &*other.0)
    }
}

impl<T> fmt::Debug for Poly<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        crate::debug::object(&*self.0, f)
    }
}

impl<T: DataObject + Default> Element for Poly<T> {
    fn as_item(&self) -> Item<'_> {
        Item::Object(&*self.0)
    }

    fn from_value(value: Value) -> Option<Self> {
        match value {
            Value::Object(object) => Poly::try_from_box(object).ok(),
            _ => None,
        }
    }

    fn from_desc(desc: Option<&'static TypeDesc>) -> Option<Self> {
        match desc {
            None => Some(Poly::default()),
            Some(desc) => Poly::try_from_box((desc.new)()).ok(),
        }
    }

    fn as_object_mut(&mut self) -> Option<&mut dyn DataObject> {
        Some(&mut *self.0)
    }
}
