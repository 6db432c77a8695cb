//! Property paths: `config.hardware.device[4000].macAddress`.
//!
//! A path names members of nested objects; a key in brackets picks the item of an array whose `key`
//! member it equals. What a managed object's own properties are is the caller's affair.

use crate::descriptor::{FieldDesc, Kind};
use crate::{DataObject, Field, Item, Str, Value};

/// A path that the type of the object does not have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no property `{path}`: `{type_name}` has no member `{member}`")]
pub struct PathError {
    /// The path.
    pub path: String,
    /// The member that is not there.
    pub member: String,
    /// The type that should have it.
    pub type_name: String,
}

/// One part of a path: a member, and the keys behind it.
struct Part<'a> {
    member: &'a str,
    keys: Vec<&'a str>,
}

/// The value at `path` in `object`; `None` when something on the way is unset.
///
/// # Errors
/// [`PathError`] when the object's type has no such path.
pub fn get(object: &dyn DataObject, path: &str) -> Result<Option<Value>, PathError> {
    let parts = parse(path);
    walk(object, &parts).map_err(|(member, type_name)| PathError {
        path: path.to_owned(),
        member,
        type_name,
    })
}

/// The value at `path` in `value`, which may be an object or an array; an empty path is the value.
///
/// # Errors
/// [`PathError`] when the value's type has no such path.
pub fn get_in(value: &Value, path: &str) -> Result<Option<Value>, PathError> {
    if path.is_empty() {
        return Ok(Some(value.clone()));
    }
    if path.starts_with('[') {
        let (key, rest) = key_of(path);
        let rest = rest.strip_prefix('.').unwrap_or(rest);
        return item_by_key(value, key).map_or(Ok(None), |item| get_in(item, rest));
    }
    match value.as_data_object() {
        Some(object) => get(object, path),
        None => Err(PathError {
            path: path.to_owned(),
            member: path.to_owned(),
            type_name: "a value without members".to_owned(),
        }),
    }
}

/// The value that a field holds: an array for a repeated one, `None` when unset.
pub fn field_value(field: &dyn Field, desc: &FieldDesc) -> Option<Value> {
    if desc.is_list() {
        let items = (0..field.count()).map(|i| item_value(&field.item(i), desc));
        return (field.count() > 0).then(|| Value::array_of(item_name(desc), items));
    }
    (field.count() > 0).then(|| item_value(&field.item(0), desc))
}

fn walk(object: &dyn DataObject, parts: &[Part<'_>]) -> Result<Option<Value>, (String, String)> {
    let Some((part, rest)) = parts.split_first() else { return Ok(None) };
    let desc = object.type_desc();
    let missing = || (part.member.to_owned(), object.type_name().to_owned());
    let index = desc.find(part.member, 0).ok_or_else(missing)?;
    let (field, described) = (object.field(index), desc.field(index));
    if object.extra().is_missing(index) {
        return Ok(None);
    }
    if rest.is_empty() || !part.keys.is_empty() {
        let Some(whole) = field_value(field, described) else { return Ok(None) };
        let picked = part.keys.iter().try_fold(&whole, |value, key| item_by_key(value, key));
        return match (picked, rest) {
            (None, _) => Ok(None),
            (Some(value), []) => Ok(Some(value.clone())),
            (Some(value), rest) => {
                value.as_data_object().map_or_else(|| Err(missing()), |inner| walk(inner, rest))
            }
        };
    }
    match described.kind {
        Kind::Object if !described.is_list() && field.count() > 0 => match field.item(0) {
            Item::Object(inner) => walk(inner, rest),
            _ => Ok(None),
        },
        Kind::Object if !described.is_list() => check_unset(described.type_name, rest),
        Kind::Any if field.count() > 0 => match field.item(0) {
            Item::Value(Value::Object(inner)) => walk(&**inner, rest),
            _ => Err((rest[0].member.to_owned(), described.type_name.to_owned())),
        },
        _ => Err((rest[0].member.to_owned(), described.type_name.to_owned())),
    }
}

/// Whether the path exists below an unset member of type `type_name`: nothing then, or an error.
fn check_unset(type_name: &str, rest: &[Part<'_>]) -> Result<Option<Value>, (String, String)> {
    match crate::registry::find_type(type_name) {
        Some(desc) => walk(&*(desc.new)(), rest).map(|_| None),
        None => Ok(None),
    }
}

fn item_by_key<'v>(value: &'v Value, key: &str) -> Option<&'v Value> {
    value.items().iter().find(|item| match item {
        Value::Object(object) => key_of_object(&**object).is_some_and(|k| k == key),
        Value::Ref(reference) => reference.value == key,
        other => other.as_str() == Some(key),
    })
}

fn key_of_object(object: &dyn DataObject) -> Option<Str> {
    let index = object.type_desc().find("key", 0)?;
    match object.field(index).count().checked_sub(1).map(|_| object.field(index).item(0))? {
        Item::Int(key) => Some(Str::from(key.to_string())),
        Item::Text(key) => Some(Str::from(key)),
        Item::Ref(key) => Some(key.value.clone()),
        _ => None,
    }
}

pub(crate) fn item_value(item: &Item<'_>, desc: &FieldDesc) -> Value {
    match item {
        Item::Bool(v) => Value::Bool(*v),
        Item::Int(v) => integer(*v, desc.kind),
        Item::Float(v) => Value::Float(*v),
        Item::Double(v) => Value::Double(*v),
        Item::Binary(v) => Value::Binary(v.to_vec()),
        Item::Ref(v) => Value::Ref((*v).clone()),
        Item::Value(v) => (*v).clone(),
        Item::Object(v) => Value::Object(v.clone_object()),
        Item::Text(v) => Value::from_text(desc.kind, desc.type_name, v)
            .unwrap_or_else(|| Value::String(Str::from(*v))),
    }
}

/// Narrows to the width that the schema declares; the item came from a field of that width.
#[expect(clippy::cast_possible_truncation, reason = "the field had that width")]
fn integer(value: i64, kind: Kind) -> Value {
    match kind {
        Kind::Byte => Value::Byte(value as i8),
        Kind::Short => Value::Short(value as i16),
        Kind::Int => Value::Int(value as i32),
        _ => Value::Long(value),
    }
}

/// The element name of the items of an array of `desc`.
fn item_name(desc: &FieldDesc) -> &str {
    match desc.kind {
        Kind::Ref => "ManagedObjectReference",
        Kind::Any => "anyType",
        _ => desc.type_name,
    }
}

fn parse(path: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = path;
    while !rest.is_empty() {
        let end = rest.find(['.', '[']).unwrap_or(rest.len());
        let mut part = Part { member: &rest[..end], keys: Vec::new() };
        rest = &rest[end..];
        while rest.starts_with('[') {
            let (key, behind) = key_of(rest);
            part.keys.push(key);
            rest = behind;
        }
        rest = rest.strip_prefix('.').unwrap_or(rest);
        parts.push(part);
    }
    parts
}

/// The key at the start of `text`, which begins with `[`, and what stands behind it.
fn key_of(text: &str) -> (&str, &str) {
    let inner = &text[1..];
    let quoted =
        inner.strip_prefix('"').and_then(|q| q.find("\"]").map(|at| (&q[..at], &q[at + 2..])));
    quoted.unwrap_or_else(|| match inner.find(']') {
        Some(at) => (&inner[..at], &inner[at + 1..]),
        None => (inner, ""),
    })
}
