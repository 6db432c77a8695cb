//! Values that carry their own type: `anyType` on the wire, properties of managed objects.

mod convert;

use std::any::Any;
use std::fmt;

use crate::descriptor::Kind;
use crate::xml::XmlElement;
use crate::{DataObject, DateTime, MoRef, Str};

/// A value with its type.
#[derive(Clone, PartialEq)]
pub enum Value {
    /// `xsd:boolean`
    Bool(bool),
    /// `xsd:byte`
    Byte(i8),
    /// `xsd:short`
    Short(i16),
    /// `xsd:int`
    Int(i32),
    /// `xsd:long`
    Long(i64),
    /// `xsd:float`
    Float(f32),
    /// `xsd:double`
    Double(f64),
    /// `xsd:string`
    String(Str),
    /// `xsd:dateTime`
    DateTime(DateTime),
    /// `xsd:base64Binary`
    Binary(Vec<u8>),
    /// A constant of an enumeration, or a string of a named type such as `PropertyPath`.
    Text {
        /// The type's name on the wire.
        type_name: Str,
        /// The text.
        value: Str,
    },
    /// A reference to a managed object.
    Ref(MoRef),
    /// A data object.
    Object(Box<dyn DataObject>),
    /// An array.
    Array(Array),
    /// A value of a type that the schema lacks, as it came.
    Unknown(Box<XmlElement>),
}

/// An array of values: `ArrayOfX` on the wire.
#[derive(Clone, PartialEq, Debug)]
pub struct Array {
    /// The type of the items: `string`, `int`, `ManagedObjectReference` or a data object's name.
    pub item: Str,
    /// The items. One whose type differs from `item` extends it.
    pub items: Vec<Value>,
}

/// An enumeration of the schema. Implemented by generated code only.
pub trait WireEnum: Sized + for<'a> From<&'a str> {
    /// Its name on the wire.
    const NAME: &'static str;
    /// Its constants as the wire has them, in the order of the schema. Servers may send others.
    const CONSTANTS: &'static [&'static str];
    /// What an unset required one holds: the first.
    const UNSET: Self;
    /// The constant on the wire.
    fn as_str(&self) -> &str;
}

impl Value {
    /// A data object as a value.
    pub fn object(object: impl DataObject) -> Self {
        Value::Object(Box::new(object))
    }

    /// An array of `items`, each of type `item` or extending it.
    pub fn array_of(item: &str, items: impl IntoIterator<Item = Value>) -> Self {
        Value::Array(Array { item: Str::from(item), items: items.into_iter().collect() })
    }

    /// The value of a member of kind `kind` and type `type_name` from its text, or `None` if the
    /// text is no such value.
    pub fn from_text(kind: Kind, type_name: &str, text: &str) -> Option<Value> {
        use crate::Leaf as _;
        Some(match kind {
            Kind::Boolean => Value::Bool(bool::from_text(text).ok()?),
            Kind::Byte => Value::Byte(i8::from_text(text).ok()?),
            Kind::Short => Value::Short(i16::from_text(text).ok()?),
            Kind::Int => Value::Int(i32::from_text(text).ok()?),
            Kind::Long => Value::Long(i64::from_text(text).ok()?),
            Kind::Float => Value::Float(f32::from_text(text).ok()?),
            Kind::Double => Value::Double(f64::from_text(text).ok()?),
            // Names of types, methods and properties are plain strings inside an `anyType`: vCenter 8.0.2 sends
            // `disabledMethod` as `ArrayOfString`.
            Kind::String | Kind::Name => Value::String(Str::from(text)),
            Kind::DateTime => Value::DateTime(DateTime::from_text(text)),
            Kind::Binary => Value::Binary(crate::leaf::decode_base64(text).ok()?),
            Kind::Enum => Value::Text { type_name: Str::from(type_name), value: Str::from(text) },
            Kind::Ref | Kind::Any | Kind::Object | Kind::Void => return None,
        })
    }

    /// The object in it as a `T`: of that type, or of one that extends it.
    pub fn as_object<T: DataObject>(&self) -> Option<&T> {
        self.as_data_object()?.as_type()
    }

    /// The object in it.
    pub fn as_data_object(&self) -> Option<&dyn DataObject> {
        match self {
            Value::Object(object) => Some(&**object),
            _ => None,
        }
    }

    /// Takes the object out if it is exactly a `T`.
    ///
    /// # Errors
    /// The value itself when it holds anything else.
    pub fn into_object<T: DataObject>(self) -> Result<T, Value> {
        match self {
            Value::Object(object) if (&*object as &dyn Any).is::<T>() => {
                let object: Box<dyn Any> = object;
                object.downcast::<T>().map(|o| *o).map_err(|_| unreachable!("the guard checked it"))
            }
            other => Err(other),
        }
    }

    /// The boolean in it.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Value::Bool(v) => Some(*v),
            _ => None,
        }
    }

    /// The number in it, where it is a whole one.
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Value::Byte(v) => Some(i64::from(*v)),
            Value::Short(v) => Some(i64::from(*v)),
            Value::Int(v) => Some(i64::from(*v)),
            Value::Long(v) => Some(*v),
            _ => None,
        }
    }

    /// The text in it: a string, a constant of an enumeration or a named string.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::String(v) | Value::Text { value: v, .. } => Some(v),
            Value::DateTime(at) => Some(at.as_str()),
            _ => None,
        }
    }

    /// The reference in it.
    pub fn as_moref(&self) -> Option<&MoRef> {
        match self {
            Value::Ref(v) => Some(v),
            _ => None,
        }
    }

    /// The items of the array in it; empty for anything else.
    pub fn items(&self) -> &[Value] {
        match self {
            Value::Array(array) => &array.items,
            _ => &[],
        }
    }

    /// The references of the array in it.
    pub fn morefs(&self) -> impl Iterator<Item = &MoRef> {
        self.items().iter().filter_map(Value::as_moref)
    }

    /// The objects of the array in it that are a `T`.
    pub fn objects<T: DataObject>(&self) -> impl Iterator<Item = &T> {
        self.items().iter().filter_map(Value::as_object)
    }
}

/// The empty string: what an absent required value counts as.
impl Default for Value {
    fn default() -> Self {
        <Value as crate::Leaf>::EMPTY
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        crate::debug::value(self, f)
    }
}

/// Where `text` stands among `constants`; behind all of them when it does not.
pub(crate) fn place(text: &str, constants: &[&str]) -> usize {
    constants.iter().position(|constant| *constant == text).unwrap_or(constants.len())
}

/// An enumeration with a last variant for constants that the schema lacks. Inlined means compiled only where it is
/// used, and most enumerations are used nowhere.
macro_rules! wire_enum {
    ($type:ident, $name:literal, [0 $first:ident = $first_text:literal, $($place:literal $variant:ident = $text:literal,)*]) => {
        #[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
        pub enum $type {
            #[default]
            $first,
            $($variant,)*
            /// A constant that this schema lacks.
            Unlisted(crate::Str),
        }

        impl crate::WireEnum for $type {
            const NAME: &'static str = $name;
            const CONSTANTS: &'static [&'static str] = &[$first_text, $($text,)*];
            const UNSET: Self = $type::$first;

            #[inline]
            fn as_str(&self) -> &str {
                let place = match self {
                    $type::$first => 0,
                    $($type::$variant => $place,)*
                    $type::Unlisted(text) => return text,
                };
                <$type as crate::WireEnum>::CONSTANTS[place]
            }
        }

        impl From<&str> for $type {
            #[inline]
            fn from(text: &str) -> Self {
                match crate::value::place(text, <$type as crate::WireEnum>::CONSTANTS) {
                    0 => $type::$first,
                    $($place => $type::$variant,)*
                    _ => $type::Unlisted(crate::Str::from(text)),
                }
            }
        }

        impl From<$type> for crate::Str {
            #[inline]
            fn from(constant: $type) -> crate::Str {
                crate::Str::from(crate::WireEnum::as_str(&constant))
            }
        }
    };
}
pub(crate) use wire_enum;

#[cfg(test)]
mod tests {
    use super::WireEnum;
    use crate::enums::VirtualMachinePowerState as Power;

    #[test]
    fn constants_and_their_texts_go_together() {
        for text in Power::CONSTANTS {
            assert_eq!(Power::from(*text).as_str(), *text);
        }
        assert_eq!(Power::from("suspended"), Power::Suspended);
        assert_eq!(Power::from("melted"), Power::Unlisted("melted".into()));
        assert_eq!(Power::Unlisted("melted".into()).as_str(), "melted");
        assert_eq!(Power::UNSET, Power::default());
    }
}
