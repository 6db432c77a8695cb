//! From XML to objects: one interpreter for every type of the schema.
//!
//! Tolerant of servers newer than the schema: unknown elements, types and constants are kept, absent
//! required members are noted. Only what is not XML, or exceeds the bounds, is an error.

use std::borrow::Cow;

use super::element::XmlElement;
use super::error::{DecodeError, Problem};
use super::names::{item_of_array, simple_kind};
use super::tokens::{Tag, Token, Tokens};
use crate::descriptor::{FieldDesc, Kind, TypeDesc};
use crate::registry::{find_type, is_enum};
use crate::{Array, DataObject, Field, MoRef, Str, Value};

/// Fills `object` from the content of the element just opened, up to its end.
pub(crate) fn object(
    tokens: &mut Tokens<'_>,
    object: &mut dyn DataObject,
) -> Result<(), DecodeError> {
    let desc = object.type_desc();
    let mut seen = Seen::default();
    let mut last = 0;
    let mut position = 0;
    loop {
        let tag = match tokens.next()? {
            Token::Open(tag) => tag,
            Token::Close => break,
            Token::Text(_) => continue,
            Token::End => return Err(tokens.error(Problem::Truncated)),
        };
        let unknown = match desc.find(tag.name(), last) {
            Some(index) => {
                last = index;
                position = index + 1;
                let described = desc.field(index);
                if described.is_required() {
                    seen.insert(index);
                }
                field(tokens, object.field_mut(index), described, &tag)
                    .map_err(|e| e.within(described.name))?
            }
            None => Some(tokens.element(&tag)?),
        };
        if let Some(element) = unknown {
            object.extra_mut().push_element(position, element);
        }
    }
    if seen.count < desc.required {
        note_missing(desc, &seen, object);
    }
    Ok(())
}

/// Sets or appends one value of `field` from the element `tag` just opened. What does not fit comes
/// back as it was.
pub(crate) fn field(
    tokens: &mut Tokens<'_>,
    field: &mut dyn Field,
    desc: &FieldDesc,
    tag: &Tag<'_>,
) -> Result<Option<XmlElement>, DecodeError> {
    match desc.kind {
        Kind::Object => object_field(tokens, field, tag),
        Kind::Ref => {
            let reference = reference(tokens, tag)?;
            field.put_value(Value::Ref(reference));
            Ok(None)
        }
        Kind::Any => {
            let value = value(tokens, tag)?;
            field.put_value(value);
            Ok(None)
        }
        _ => {
            let text = tokens.text()?;
            Ok(field.put_text(&text).err().map(|_| XmlElement {
                name: Str::from(desc.name),
                text: Str::from(text.as_ref()),
                ..XmlElement::default()
            }))
        }
    }
}

fn object_field(
    tokens: &mut Tokens<'_>,
    field: &mut dyn Field,
    tag: &Tag<'_>,
) -> Result<Option<XmlElement>, DecodeError> {
    let named = tag.xsi_type();
    let known = named.as_deref().and_then(find_type);
    if known.is_some()
        && let Some(target) = field.put_object(known)
    {
        return object(tokens, target).map(|()| None);
    }
    let Some(target) = field.put_object(None) else {
        tokens.skip()?;
        return Ok(None);
    };
    if let Some(named) = named {
        target.extra_mut().set_type_name(&named);
    }
    object(tokens, target).map(|()| None)
}

fn reference(tokens: &mut Tokens<'_>, tag: &Tag<'_>) -> Result<MoRef, DecodeError> {
    let kind = tag.plain_type().map(Str::from).unwrap_or_default();
    let value = tokens.text()?;
    Ok(MoRef { kind, value: Str::from(value.trim()) })
}

/// The value of the element `tag` just opened, by the type it says it has.
pub(crate) fn value(tokens: &mut Tokens<'_>, tag: &Tag<'_>) -> Result<Value, DecodeError> {
    match tag.xsi_type() {
        Some(name) => typed_value(tokens, tag, &name),
        None if tag.plain_type().is_some() => reference(tokens, tag).map(Value::Ref),
        None => {
            let element = tokens.element(tag)?;
            Ok(if element.children.is_empty() {
                Value::String(element.text)
            } else {
                Value::Unknown(Box::new(element))
            })
        }
    }
}

fn typed_value(tokens: &mut Tokens<'_>, tag: &Tag<'_>, name: &str) -> Result<Value, DecodeError> {
    if let Some(kind) = simple_kind(name) {
        return match kind {
            Kind::Ref => reference(tokens, tag).map(Value::Ref),
            Kind::Any => tokens.element(tag).map(|e| Value::Unknown(Box::new(e))),
            _ => text_value(tokens, tag, kind, name),
        };
    }
    if let Some(item) = item_of_array(name) {
        return array(tokens, item).map(Value::Array);
    }
    if let Some(desc) = find_type(name) {
        let mut made = (desc.new)();
        object(tokens, &mut *made)?;
        return Ok(Value::Object(made));
    }
    if is_enum(name) {
        return text_value(tokens, tag, Kind::Enum, name);
    }
    tokens.element(tag).map(|e| Value::Unknown(Box::new(e)))
}

fn text_value(
    tokens: &mut Tokens<'_>,
    tag: &Tag<'_>,
    kind: Kind,
    name: &str,
) -> Result<Value, DecodeError> {
    let text = tokens.text()?;
    Ok(Value::from_text(kind, name, &text).unwrap_or_else(|| {
        Value::Unknown(Box::new(XmlElement {
            name: Str::from(tag.name()),
            attributes: vec![(Str::from("xsi:type"), Str::from(name))],
            text: Str::from(text.as_ref()),
            ..XmlElement::default()
        }))
    }))
}

fn array(tokens: &mut Tokens<'_>, item: Str) -> Result<Array, DecodeError> {
    let mut array = Array { item, items: Vec::new() };
    loop {
        match tokens.next()? {
            Token::Open(tag) => {
                let name = tag.xsi_type().unwrap_or(Cow::Borrowed(tag.name()));
                array.items.push(typed_value(tokens, &tag, &name)?);
            }
            Token::Text(_) => {}
            Token::Close => return Ok(array),
            Token::End => return Err(tokens.error(Problem::Truncated)),
        }
    }
}

fn note_missing(desc: &TypeDesc, seen: &Seen, object: &mut dyn DataObject) {
    for index in 0..desc.len() {
        if desc.field(index).is_required() && !seen.contains(index) {
            object.extra_mut().push_missing(index);
        }
    }
}

/// Which required members were there.
#[derive(Default)]
struct Seen {
    bits: [u64; 4],
    count: usize,
}

impl Seen {
    fn insert(&mut self, index: usize) {
        if index < 256 && !self.contains(index) {
            self.bits[index / 64] |= 1 << (index % 64);
            self.count += 1;
        }
    }

    fn contains(&self, index: usize) -> bool {
        index < 256 && self.bits[index / 64] & (1 << (index % 64)) != 0
    }
}
