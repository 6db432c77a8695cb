//! The seam between the interpreter and the fields of generated structs.
//!
//! A struct hands out each field as a `dyn` [`Field`]. There are three shapes: required (`T`), optional (`Option<T>`)
//! and repeated (`Vec<T>`). What is no data object is a [`Leaf`] and gets its shapes by [`leaf_fields`]; those of data
//! objects are here. There are more than a thousand of them, so they hold only what depends on the type.

use crate::descriptor::TypeDesc;
use crate::object::{Typed, boxed};
use crate::{DataObject, MoRef, Value};

/// A text that is not a value of the field's type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the text is not a value of this type")]
pub struct BadText;

/// One value of a field, borrowed for writing.
pub enum Item<'a> {
    /// A boolean.
    Bool(bool),
    /// Any of byte, short, int and long.
    Int(i64),
    /// A float.
    Float(f32),
    /// A double.
    Double(f64),
    /// Strings, names, constants of enumerations and points in time.
    Text(&'a str),
    /// Bytes.
    Binary(&'a [u8]),
    /// A reference.
    Ref(&'a MoRef),
    /// A value that carries its type.
    Value(&'a Value),
    /// A data object.
    Object(&'a dyn DataObject),
}

/// A field of a data object, as the interpreter sees it. What is put into it must fit: unless a shape says otherwise,
/// nothing does.
pub trait Field {
    /// How many values it holds.
    fn count(&self) -> usize;
    /// The value at `index`, below [`Field::count`].
    fn item(&self, index: usize) -> Item<'_>;

    /// Sets or appends a value written as text.
    ///
    /// # Errors
    /// [`BadText`] when the text is no value of the field's type.
    fn put_text(&mut self, _text: &str) -> Result<(), BadText> {
        Err(BadText)
    }

    /// Sets or appends a value that is not plain text. False when it does not fit.
    fn put_value(&mut self, _value: Value) -> bool {
        false
    }

    /// Sets or appends an empty object of type `desc` (or of the declared type) to be filled in.
    /// `None` when the field holds no objects or the type does not fit.
    fn put_object(&mut self, _desc: Option<&'static TypeDesc>) -> Option<&mut dyn DataObject> {
        None
    }
}

/// A value of a field that is no data object.
pub trait Leaf: Sized {
    /// What an unset required one holds.
    const EMPTY: Self;

    /// Borrows it for writing.
    fn as_item(&self) -> Item<'_>;

    /// Reads it from text.
    ///
    /// # Errors
    /// [`BadText`] when it is no such value.
    fn from_text(_text: &str) -> Result<Self, BadText> {
        Err(BadText)
    }

    /// Takes it out of a value, where it is one of this type.
    fn from_value(value: Value) -> Option<Self>;
}

/// Makes a [`Leaf`] a [`Field`] in every shape. A macro, since no two traits can both give the shape `Vec`.
macro_rules! leaf_fields {
    ($($type:ty),* $(,)?) => {$(
        impl $crate::Field for $type {
            fn count(&self) -> usize {
                1
            }

            fn item(&self, _index: usize) -> $crate::Item<'_> {
                $crate::Leaf::as_item(self)
            }

            $crate::field::leaf_fields!(@put |field, leaf| *field = leaf);
        }

        impl $crate::Field for Option<$type> {
            fn count(&self) -> usize {
                usize::from(self.is_some())
            }

            fn item(&self, _index: usize) -> $crate::Item<'_> {
                self.as_ref().map_or($crate::Item::Text(""), $crate::Leaf::as_item)
            }

            $crate::field::leaf_fields!(@put |field, leaf| *field = Some(leaf));
        }

        impl $crate::Field for Vec<$type> {
            fn count(&self) -> usize {
                self.len()
            }

            fn item(&self, index: usize) -> $crate::Item<'_> {
                $crate::Leaf::as_item(&self[index])
            }

            $crate::field::leaf_fields!(@put |field, leaf| field.push(leaf));
        }
    )*};
    (@put |$field:ident, $leaf:ident| $put:expr) => {
        fn put_text(&mut self, text: &str) -> Result<(), $crate::BadText> {
            let ($field, $leaf) = (self, $crate::Leaf::from_text(text)?);
            $put;
            Ok(())
        }

        fn put_value(&mut self, value: $crate::Value) -> bool {
            let ($field, Some($leaf)) = (self, $crate::Leaf::from_value(value)) else { return false };
            $put;
            true
        }
    };
}
pub(crate) use leaf_fields;

/// Whether a field that holds exactly a `declared` takes a `desc`.
fn fits(desc: Option<&'static TypeDesc>, declared: &'static TypeDesc) -> bool {
    desc.is_none_or(|desc| std::ptr::eq(desc, declared))
}

impl<T: Typed> Field for T {
    fn count(&self) -> usize {
        1
    }

    fn item(&self, _index: usize) -> Item<'_> {
        Item::Object(self)
    }

    fn put_object(&mut self, desc: Option<&'static TypeDesc>) -> Option<&mut dyn DataObject> {
        if !fits(desc, T::DESC) {
            return None;
        }
        *self = T::EMPTY;
        Some(self)
    }
}

impl<T: Typed> Field for Option<Box<T>> {
    fn count(&self) -> usize {
        usize::from(self.is_some())
    }

    fn item(&self, _index: usize) -> Item<'_> {
        match self {
            Some(object) => Item::Object(&**object),
            None => Item::Text(""),
        }
    }

    fn put_object(&mut self, desc: Option<&'static TypeDesc>) -> Option<&mut dyn DataObject> {
        if !fits(desc, T::DESC) {
            return None;
        }
        Some(&mut **self.insert(boxed()))
    }
}

impl<T: Typed> Field for Vec<T> {
    fn count(&self) -> usize {
        self.len()
    }

    fn item(&self, index: usize) -> Item<'_> {
        Item::Object(&self[index])
    }

    fn put_object(&mut self, desc: Option<&'static TypeDesc>) -> Option<&mut dyn DataObject> {
        if !fits(desc, T::DESC) {
            return None;
        }
        Some(self.push_mut(T::EMPTY))
    }
}

/// The result of a method that returns nothing.
impl Field for () {
    fn count(&self) -> usize {
        0
    }

    fn item(&self, _index: usize) -> Item<'_> {
        Item::Text("")
    }
}
