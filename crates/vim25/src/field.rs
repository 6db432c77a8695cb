//! The seam between the interpreter and the fields of generated structs.
//!
//! A struct hands out each field as a `dyn` [`Field`]; what a field can hold is an [`Element`]. There
//! are three shapes: required (`T`), optional (`Option<T>`) and repeated (`Vec<T>`).

use crate::descriptor::TypeDesc;
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

/// A field of a data object, as the interpreter sees it.
pub trait Field {
    /// How many values it holds.
    fn count(&self) -> usize;
    /// The value at `index`, below [`Field::count`].
    fn item(&self, index: usize) -> Item<'_>;
    /// Sets or appends a value written as text.
    ///
    /// # Errors
    /// [`BadText`] when the text is no value of the field's type.
    fn put_text(&mut self, text: &str) -> Result<(), BadText>;
    /// Sets or appends a value that is not plain text. False when it does not fit.
    fn put_value(&mut self, value: Value) -> bool;
    /// Sets or appends an empty object of type `desc` (or of the declared type) to be filled in.
    /// `None` when the field holds no objects or the type does not fit.
    fn put_object(&mut self, desc: Option<&'static TypeDesc>) -> Option<&mut dyn DataObject>;
}

/// What a field can hold.
pub trait Element: Default + Send + Sync + 'static {
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
    fn from_value(_value: Value) -> Option<Self> {
        None
    }

    /// An empty object of type `desc`, or of the declared type.
    fn from_desc(_desc: Option<&'static TypeDesc>) -> Option<Self> {
        None
    }

    /// The object in it.
    fn as_object_mut(&mut self) -> Option<&mut dyn DataObject> {
        None
    }
}

impl<T: Element> Element for Box<T> {
    fn as_item(&self) -> Item<'_> {
        (**self).as_item()
    }

    fn from_text(text: &str) -> Result<Self, BadText> {
        T::from_text(text).map(Box::new)
    }

    fn from_value(value: Value) -> Option<Self> {
        T::from_value(value).map(Box::new)
    }

    fn from_desc(desc: Option<&'static TypeDesc>) -> Option<Self> {
        T::from_desc(desc).map(Box::new)
    }

    fn as_object_mut(&mut self) -> Option<&mut dyn DataObject> {
        (**self).as_object_mut()
    }
}

impl<T: Element> Field for T {
    fn count(&self) -> usize {
        1
    }

    fn item(&self, _index: usize) -> Item<'_> {
        self.as_item()
    }

    fn put_text(&mut self, text: &str) -> Result<(), BadText> {
        *self = T::from_text(text)?;
        Ok(())
    }

    fn put_value(&mut self, value: Value) -> bool {
        T::from_value(value).map(|v| *self = v).is_some()
    }

    fn put_object(&mut self, desc: Option<&'static TypeDesc>) -> Option<&mut dyn DataObject> {
        *self = T::from_desc(desc)?;
        self.as_object_mut()
    }
}

impl<T: Element> Field for Option<T> {
    fn count(&self) -> usize {
        usize::from(self.is_some())
    }

    fn item(&self, _index: usize) -> Item<'_> {
        self.as_ref().map_or(Item::Text(""), Element::as_item)
    }

    fn put_text(&mut self, text: &str) -> Result<(), BadText> {
        *self = Some(T::from_text(text)?);
        Ok(())
    }

    fn put_value(&mut self, value: Value) -> bool {
        T::from_value(value).map(|v| *self = Some(v)).is_some()
    }

    fn put_object(&mut self, desc: Option<&'static TypeDesc>) -> Option<&mut dyn DataObject> {
        self.insert(T::from_desc(desc)?).as_object_mut()
    }
}

impl<T: Element> Field for Vec<T> {
    fn count(&self) -> usize {
        self.len()
    }

    fn item(&self, index: usize) -> Item<'_> {
        self[index].as_item()
    }

    fn put_text(&mut self, text: &str) -> Result<(), BadText> {
        self.push(T::from_text(text)?);
        Ok(())
    }

    fn put_value(&mut self, value: Value) -> bool {
        T::from_value(value).map(|v| self.push(v)).is_some()
    }

    fn put_object(&mut self, desc: Option<&'static TypeDesc>) -> Option<&mut dyn DataObject> {
        self.push(T::from_desc(desc)?);
        self.last_mut()?.as_object_mut()
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

    fn put_text(&mut self, _text: &str) -> Result<(), BadText> {
        Err(BadText)
    }

    fn put_value(&mut self, _value: Value) -> bool {
        false
    }

    fn put_object(&mut self, _desc: Option<&'static TypeDesc>) -> Option<&mut dyn DataObject> {
        None
    }
}
