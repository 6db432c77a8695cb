//! The values that are not data objects, as [`Leaf`]s of fields.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use crate::field::leaf_fields;
use crate::{BadText, DateTime, Item, Leaf, MoRef, Str, Value, WireEnum};

leaf_fields!(bool, i8, i16, i32, i64, f32, f64, Str, DateTime, Binary, MoRef, Value);

macro_rules! integer {
    ($($type:ty => $variant:ident),*) => {$(
        impl Leaf for $type {
            const EMPTY: Self = 0;

            fn as_item(&self) -> Item<'_> {
                Item::Int(i64::from(*self))
            }

            fn from_text(text: &str) -> Result<Self, BadText> {
                text.trim().parse().map_err(|_| BadText)
            }

            fn from_value(value: Value) -> Option<Self> {
                match value {
                    Value::$variant(v) => Some(v),
                    _ => None,
                }
            }
        }
    )*};
}

integer!(i8 => Byte, i16 => Short, i32 => Int, i64 => Long);

macro_rules! float {
    ($($type:ty => $variant:ident),*) => {$(
        impl Leaf for $type {
            const EMPTY: Self = 0.0;

            fn as_item(&self) -> Item<'_> {
                Item::$variant(*self)
            }

            fn from_text(text: &str) -> Result<Self, BadText> {
                match text.trim() {
                    "INF" => Ok(<$type>::INFINITY),
                    "-INF" => Ok(<$type>::NEG_INFINITY),
                    other => other.parse().map_err(|_| BadText),
                }
            }

            fn from_value(value: Value) -> Option<Self> {
                match value {
                    Value::$variant(v) => Some(v),
                    _ => None,
                }
            }
        }
    )*};
}

float!(f32 => Float, f64 => Double);

impl Leaf for bool {
    const EMPTY: Self = false;

    fn as_item(&self) -> Item<'_> {
        Item::Bool(*self)
    }

    fn from_text(text: &str) -> Result<Self, BadText> {
        match text.trim() {
            "true" | "1" => Ok(true),
            "false" | "0" => Ok(false),
            _ => Err(BadText),
        }
    }

    fn from_value(value: Value) -> Option<Self> {
        value.as_bool()
    }
}

impl Leaf for Str {
    const EMPTY: Self = Str::const_new("");

    fn as_item(&self) -> Item<'_> {
        Item::Text(self)
    }

    fn from_text(text: &str) -> Result<Self, BadText> {
        Ok(Str::from(text))
    }

    fn from_value(value: Value) -> Option<Self> {
        match value {
            Value::String(text) | Value::Text { value: text, .. } => Some(text),
            _ => None,
        }
    }
}

impl Leaf for DateTime {
    const EMPTY: Self = DateTime::EMPTY;

    fn as_item(&self) -> Item<'_> {
        Item::Text(self.as_str())
    }

    fn from_text(text: &str) -> Result<Self, BadText> {
        Ok(DateTime::from_text(text.trim()))
    }

    fn from_value(value: Value) -> Option<Self> {
        match value {
            Value::DateTime(at) => Some(at),
            _ => None,
        }
    }
}

/// Bytes, written in base64.
#[derive(Clone, Default, PartialEq, Eq, Hash, Debug)]
pub struct Binary(pub Vec<u8>);

impl Leaf for Binary {
    const EMPTY: Self = Binary(Vec::new());

    fn as_item(&self) -> Item<'_> {
        Item::Binary(&self.0)
    }

    fn from_text(text: &str) -> Result<Self, BadText> {
        decode_base64(text).map(Binary)
    }

    fn from_value(value: Value) -> Option<Self> {
        match value {
            Value::Binary(bytes) => Some(Binary(bytes)),
            _ => None,
        }
    }
}

/// Reads base64, line breaks allowed.
pub(crate) fn decode_base64(text: &str) -> Result<Vec<u8>, BadText> {
    let compact: String = text.split_ascii_whitespace().collect();
    BASE64.decode(compact).map_err(|_| BadText)
}

/// Writes base64.
pub(crate) fn encode_base64(bytes: &[u8]) -> String {
    BASE64.encode(bytes)
}

impl Leaf for MoRef {
    const EMPTY: Self = MoRef { kind: Str::EMPTY, value: Str::EMPTY };

    fn as_item(&self) -> Item<'_> {
        Item::Ref(self)
    }

    fn from_value(value: Value) -> Option<Self> {
        match value {
            Value::Ref(reference) => Some(reference),
            _ => None,
        }
    }
}

impl Leaf for Value {
    const EMPTY: Self = Value::String(Str::EMPTY);

    fn as_item(&self) -> Item<'_> {
        Item::Value(self)
    }

    fn from_value(value: Value) -> Option<Self> {
        Some(value)
    }
}

impl<E: WireEnum> Leaf for E {
    const EMPTY: Self = E::UNSET;

    fn as_item(&self) -> Item<'_> {
        Item::Text(self.as_str())
    }

    fn from_text(text: &str) -> Result<Self, BadText> {
        Ok(E::from(text))
    }

    fn from_value(value: Value) -> Option<Self> {
        value.as_str().map(E::from)
    }
}
