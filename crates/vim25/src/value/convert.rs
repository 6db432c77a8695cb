//! Conversions of plain values into [`Value`].

use super::{Array, Value, WireEnum};
use crate::{DateTime, MoRef, Str};

macro_rules! from {
    ($($type:ty => $variant:ident),*) => {$(
        impl From<$type> for Value {
            fn from(v: $type) -> Value {
                Value::$variant(v)
            }
        }
    )*};
}

from!(bool => Bool, i8 => Byte, i16 => Short, i32 => Int, i64 => Long, f32 => Float, f64 => Double,
    Str => String, DateTime => DateTime, MoRef => Ref, Array => Array);

impl From<&str> for Value {
    fn from(v: &str) -> Value {
        Value::String(Str::from(v))
    }
}

impl From<String> for Value {
    fn from(v: String) -> Value {
        Value::String(Str::from(v))
    }
}

impl From<Vec<MoRef>> for Value {
    fn from(v: Vec<MoRef>) -> Value {
        Value::array_of("ManagedObjectReference", v.into_iter().map(Value::Ref))
    }
}

impl From<Vec<Str>> for Value {
    fn from(v: Vec<Str>) -> Value {
        Value::array_of("string", v.into_iter().map(Value::String))
    }
}

impl Value {
    /// A constant of an enumeration as a value.
    pub fn constant<E: WireEnum>(constant: &E) -> Value {
        Value::Text { type_name: Str::from(E::NAME), value: Str::from(constant.as_str()) }
    }

    /// An array of data objects, all of type `T` or extending it.
    pub fn objects_of<T: crate::DataObject>(
        item: &str,
        objects: impl IntoIterator<Item = T>,
    ) -> Value {
        Value::array_of(item, objects.into_iter().map(Value::object))
    }
}
