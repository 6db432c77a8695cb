//! Objects of a type or of any type that extends it.

use std::fmt;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};

use crate::descriptor::TypeDesc;
use crate::{DataObject, Field, IsA, Item, Typed, Value};

/// A boxed data object known to be a `T` or to extend it.
pub struct Poly<T>(Held, PhantomData<T>);

enum Held {
    Boxed(Box<dyn DataObject>),
    /// An empty one that nobody changed yet: it can stand in a constant, where there are no boxes.
    Empty(&'static dyn DataObject),
}

impl Held {
    fn get(&self) -> &dyn DataObject {
        match self {
            Held::Boxed(object) => &**object,
            Held::Empty(object) => *object,
        }
    }

    fn get_mut(&mut self) -> &mut dyn DataObject {
        if let Held::Empty(object) = self {
            *self = Held::Boxed(object.clone_object());
        }
        match self {
            Held::Boxed(object) => &mut **object,
            Held::Empty(_) => unreachable!("it was boxed above"),
        }
    }
}

/// An object that is not of the wanted type, given back.
#[derive(Debug, thiserror::Error)]
#[error("the object is a `{}`, which is not the wanted type", .0.type_name())]
pub struct NotA(pub Box<dyn DataObject>);

impl<T: DataObject> Poly<T> {
    /// Boxes `object`.
    pub fn new<U: DataObject + IsA<T>>(object: U) -> Self {
        Poly::of(Box::new(object))
    }

    /// An empty `T`, for constants.
    pub(crate) const fn empty(object: &'static T) -> Self {
        Poly(Held::Empty(object), PhantomData)
    }

    /// Takes a boxed object if it is a `T`.
    ///
    /// # Errors
    /// [`NotA`], with the object in it, when it is not.
    pub fn try_from_box(object: Box<dyn DataObject>) -> Result<Self, NotA> {
        if object.as_type::<T>().is_some() { Ok(Poly::of(object)) } else { Err(NotA(object)) }
    }

    /// Its type's name on the wire; for a type that the schema lacks, the name the server used.
    pub fn type_name(&self) -> &str {
        self.0.get().type_name()
    }

    /// The object as a `U`: of exactly that type, or of one that extends it.
    pub fn downcast_ref<U: DataObject>(&self) -> Option<&U> {
        self.0.get().as_type()
    }

    /// The object as a `U`, to be changed.
    pub fn downcast_mut<U: DataObject>(&mut self) -> Option<&mut U> {
        self.0.get_mut().as_type_mut()
    }

    /// The object without its static type.
    pub fn as_object(&self) -> &dyn DataObject {
        self.0.get()
    }

    /// The object without its static type, to be changed.
    pub fn as_object_mut(&mut self) -> &mut dyn DataObject {
        self.0.get_mut()
    }

    /// The box itself.
    pub fn into_box(self) -> Box<dyn DataObject> {
        match self.0 {
            Held::Boxed(object) => object,
            Held::Empty(object) => object.clone_object(),
        }
    }
}

impl<T> Poly<T> {
    /// `object`, which the caller knows to be a `T`.
    fn of(object: Box<dyn DataObject>) -> Self {
        Poly(Held::Boxed(object), PhantomData)
    }
}

/// A [`Poly`] of an empty object of the type, as a constant.
macro_rules! empty_poly {
    ($type:ident) => {
        $crate::Poly::empty({
            static EMPTY: $type = <$type as $crate::Typed>::EMPTY;
            &EMPTY
        })
    };
}
pub(crate) use empty_poly;

impl<T: DataObject> Deref for Poly<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.0.get().as_type().expect("a `Poly<T>` holds a `T`: every constructor checks it")
    }
}

impl<T: DataObject> DerefMut for Poly<T> {
    fn deref_mut(&mut self) -> &mut T {
        self.0
            .get_mut()
            .as_type_mut()
            .expect("a `Poly<T>` holds a `T`: every constructor checks it")
    }
}

impl<T> Clone for Poly<T> {
    fn clone(&self) -> Self {
        match &self.0 {
            Held::Boxed(object) => Poly::of(object.clone_object()),
            Held::Empty(object) => Poly(Held::Empty(*object), PhantomData),
        }
    }
}

impl<T: DataObject + Default> Default for Poly<T> {
    fn default() -> Self {
        Poly::of(Box::new(T::default()))
    }
}

impl<T> PartialEq for Poly<T> {
    fn eq(&self, other: &Self) -> bool {
        crate::compare::objects(self.0.get(), other.0.get())
    }
}

impl<T> fmt::Debug for Poly<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        crate::debug::object(self.0.get(), f)
    }
}

/// An empty object of type `desc`, or of the `declared` type, where that fits.
fn made(
    desc: Option<&'static TypeDesc>,
    declared: &'static TypeDesc,
) -> Option<Box<dyn DataObject>> {
    let desc = desc.unwrap_or(declared);
    desc.is_a(declared).then(|| (desc.new)())
}

/// The object in `value`, where it is a `declared`.
fn taken(value: Value, declared: &'static TypeDesc) -> Option<Box<dyn DataObject>> {
    match value {
        Value::Object(object) if object.type_desc().is_a(declared) => Some(object),
        _ => None,
    }
}

impl<T: Typed> Field for Poly<T> {
    fn count(&self) -> usize {
        1
    }

    fn item(&self, _index: usize) -> Item<'_> {
        Item::Object(self.as_object())
    }

    fn put_value(&mut self, value: Value) -> bool {
        taken(value, T::DESC).map(|object| *self = Poly::of(object)).is_some()
    }

    fn put_object(&mut self, desc: Option<&'static TypeDesc>) -> Option<&mut dyn DataObject> {
        *self = Poly::of(made(desc, T::DESC)?);
        Some(self.as_object_mut())
    }
}

impl<T: Typed> Field for Option<Poly<T>> {
    fn count(&self) -> usize {
        usize::from(self.is_some())
    }

    fn item(&self, _index: usize) -> Item<'_> {
        match self {
            Some(object) => Item::Object(object.as_object()),
            None => Item::Text(""),
        }
    }

    fn put_value(&mut self, value: Value) -> bool {
        taken(value, T::DESC).map(|object| *self = Some(Poly::of(object))).is_some()
    }

    fn put_object(&mut self, desc: Option<&'static TypeDesc>) -> Option<&mut dyn DataObject> {
        let made = made(desc, T::DESC)?;
        Some(self.insert(Poly::of(made)).as_object_mut())
    }
}

impl<T: Typed> Field for Vec<Poly<T>> {
    fn count(&self) -> usize {
        self.len()
    }

    fn item(&self, index: usize) -> Item<'_> {
        Item::Object(self[index].as_object())
    }

    fn put_value(&mut self, value: Value) -> bool {
        taken(value, T::DESC).map(|object| self.push(Poly::of(object))).is_some()
    }

    fn put_object(&mut self, desc: Option<&'static TypeDesc>) -> Option<&mut dyn DataObject> {
        let made = made(desc, T::DESC)?;
        Some(self.push_mut(Poly::of(made)).as_object_mut())
    }
}

#[cfg(test)]
mod tests {
    use crate::types::AccountCreatedEvent;

    #[test]
    fn to_change_an_empty_one_changes_no_other() {
        let mut changed = AccountCreatedEvent::default();
        let copy = changed.clone();
        assert!(changed.spec.id.is_empty());
        changed.spec.id = "root".into();
        assert_eq!(changed.spec.clone().id, "root");
        assert!(copy.spec.id.is_empty() && AccountCreatedEvent::default().spec.id.is_empty());
        assert_ne!(changed.spec, copy.spec);
        assert_eq!(copy.spec.into_box().type_name(), "HostAccountSpec");
    }
}
