//! The result of a method that is known only while running: for logs, recordings and generic tools.

use super::{DecodeError, Limits, Reply};
use crate::descriptor::{FieldDesc, Kind, MethodDesc, TypeDesc};
use crate::registry::find_type;
use crate::{BadText, DataObject, Field, Item, Value, Version};

/// The result of a method: no value, one, or many.
pub struct Answer {
    desc: &'static FieldDesc,
    values: Vec<Value>,
}

impl Answer {
    /// The values, in order.
    pub fn values(&self) -> &[Value] {
        &self.values
    }
}

/// Reads the answer to a call of `method`.
///
/// # Errors
/// As [`super::decode_response`].
pub fn decode_answer(
    method: &'static MethodDesc,
    document: &[u8],
    limits: &Limits,
) -> Result<Reply<Answer>, DecodeError> {
    let mut answer = Answer { desc: &method.result, values: Vec::new() };
    let reply = super::response::decode_into(method, &mut answer, document, limits)?;
    Ok(reply.map(|()| answer))
}

/// The envelope of `answer`, without what `version` does not know.
pub fn encode_answer(method: &'static MethodDesc, answer: &Answer, version: Version) -> Vec<u8> {
    super::response::encode_from(method, answer, version)
}

impl Field for Answer {
    fn count(&self) -> usize {
        self.values.len()
    }

    fn item(&self, index: usize) -> Item<'_> {
        let value = &self.values[index];
        if self.desc.kind == Kind::Any {
            return Item::Value(value);
        }
        match value {
            Value::Bool(v) => Item::Bool(*v),
            Value::Float(v) => Item::Float(*v),
            Value::Double(v) => Item::Double(*v),
            Value::Binary(v) => Item::Binary(v),
            Value::Ref(v) => Item::Ref(v),
            Value::Object(v) => Item::Object(&**v),
            other => match (other.as_i64(), other.as_str()) {
                (Some(number), _) => Item::Int(number),
                (None, Some(text)) => Item::Text(text),
                (None, None) => Item::Value(value),
            },
        }
    }

    fn put_text(&mut self, text: &str) -> Result<(), BadText> {
        let value = Value::from_text(self.desc.kind, self.desc.type_name, text).ok_or(BadText)?;
        self.values.push(value);
        Ok(())
    }

    fn put_value(&mut self, value: Value) -> bool {
        self.values.push(value);
        true
    }

    fn put_object(&mut self, desc: Option<&'static TypeDesc>) -> Option<&mut dyn DataObject> {
        let declared = find_type(self.desc.type_name)?;
        let desc = desc.unwrap_or(declared);
        if !desc.is_a(declared) {
            return None;
        }
        self.values.push(Value::Object((desc.new)()));
        match self.values.last_mut() {
            Some(Value::Object(object)) => Some(&mut **object),
            _ => None,
        }
    }
}
