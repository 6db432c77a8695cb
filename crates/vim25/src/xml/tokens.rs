//! The tokenizer: quick-xml behind a small seam, with bounds.
//!
//! [`Tokens`] gives elements and text, resolves character references and the five entities, and
//! refuses document types. It does not know what the elements mean.

use std::borrow::Cow;

use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

use super::element::XmlElement;
use super::error::{DecodeError, Problem};
use super::limits::Limits;
use super::names::local;
use crate::Str;

/// What comes next in a document.
pub(crate) enum Token<'a> {
    Open(Tag<'a>),
    Close,
    Text(Cow<'a, str>),
    End,
}

/// The start of an element.
pub(crate) struct Tag<'a>(BytesStart<'a>);

/// A document being read.
pub(crate) struct Tokens<'a> {
    reader: Reader<&'a [u8]>,
    limits: Limits,
    depth: usize,
    elements: usize,
}

/// A text with references resolved; as it stands where one cannot be.
fn resolved(text: &str) -> Cow<'_, str> {
    if text.contains('&') {
        quick_xml::escape::unescape(text).unwrap_or(Cow::Borrowed(text))
    } else {
        Cow::Borrowed(text)
    }
}

impl Tag<'_> {
    /// Name without prefix.
    pub(crate) fn name(&self) -> &str {
        local(self.0.name().0)
    }

    /// The value of the attribute that `wanted` accepts by its name with prefix.
    fn attribute(&self, wanted: impl Fn(&str) -> bool) -> Option<Cow<'_, str>> {
        let mut rest = self.0.attributes_raw();
        while let Some(equals) = rest.find('=') {
            let key = rest[..equals].trim();
            let quoted = rest[equals + 1..].trim_start();
            let quote = quoted.chars().next().filter(|c| matches!(c, '"' | '\''))?;
            let (value, behind) = quoted[1..].split_once(quote)?;
            if wanted(key) {
                return Some(resolved(value));
            }
            rest = behind;
        }
        None
    }

    /// The value of `xsi:type` without prefix, whatever prefix the document binds.
    pub(crate) fn xsi_type(&self) -> Option<Cow<'_, str>> {
        let found = self.attribute(|key| key.len() > 5 && key.ends_with(":type"))?;
        Some(match found {
            Cow::Borrowed(text) => Cow::Borrowed(local(text)),
            Cow::Owned(text) => Cow::Owned(local(&text).to_owned()),
        })
    }

    /// The value of the plain attribute `type`, which names the managed type of a reference.
    pub(crate) fn plain_type(&self) -> Option<Cow<'_, str>> {
        self.attribute(|key| key == "type")
    }

    fn attributes(&self) -> Vec<(Str, Str)> {
        let mut attributes = self.0.attributes();
        attributes
            .with_checks(false)
            .flatten()
            .map(|a| (Str::from(a.key.0), Str::from(resolved(&a.value))))
            .collect()
    }
}

impl<'a> Tokens<'a> {
    /// Starts reading `document`.
    pub(crate) fn new(document: &'a [u8], limits: &Limits) -> Result<Self, DecodeError> {
        if document.len() > limits.bytes {
            let problem = Problem::TooMuch { what: "bytes", limit: limits.bytes };
            return Err(DecodeError::new(limits.bytes, problem));
        }
        let text = std::str::from_utf8(document)
            .map_err(|e| DecodeError::new(e.valid_up_to(), Problem::NotUtf8))?;
        let mut reader = Reader::from_str(text);
        reader.config_mut().expand_empty_elements = true;
        Ok(Tokens { reader, limits: *limits, depth: 0, elements: 0 })
    }

    /// An error at the present place.
    pub(crate) fn error(&self, problem: Problem) -> DecodeError {
        let offset = usize::try_from(self.reader.buffer_position()).unwrap_or(usize::MAX);
        DecodeError::new(offset, problem)
    }

    /// The next token.
    pub(crate) fn next(&mut self) -> Result<Token<'a>, DecodeError> {
        loop {
            let event = match self.reader.read_event() {
                Ok(event) => event,
                Err(e) => return Err(self.error(Problem::Malformed(e.to_string()))),
            };
            match event {
                Event::Start(tag) | Event::Empty(tag) => return self.open(tag),
                Event::End(_) => {
                    self.depth = self.depth.saturating_sub(1);
                    return Ok(Token::Close);
                }
                Event::Text(text) => return Ok(Token::Text(text.xml10_content())),
                Event::CData(text) => return Ok(Token::Text(text.xml10_content())),
                Event::GeneralRef(reference) => return self.entity(&reference),
                Event::DocType(_) => return Err(self.error(Problem::Doctype)),
                Event::Eof if self.depth > 0 => return Err(self.error(Problem::Truncated)),
                Event::Eof => return Ok(Token::End),
                Event::Decl(_) | Event::PI(_) | Event::Comment(_) => {}
            }
        }
    }

    fn open(&mut self, tag: BytesStart<'a>) -> Result<Token<'a>, DecodeError> {
        self.depth += 1;
        self.elements += 1;
        if self.depth > self.limits.depth {
            return Err(self.too_much("levels of nested elements", self.limits.depth));
        }
        if self.elements > self.limits.elements {
            return Err(self.too_much("elements", self.limits.elements));
        }
        Ok(Token::Open(Tag(tag)))
    }

    fn too_much(&self, what: &'static str, limit: usize) -> DecodeError {
        self.error(Problem::TooMuch { what, limit })
    }

    fn entity(
        &self,
        reference: &quick_xml::events::BytesRef<'a>,
    ) -> Result<Token<'a>, DecodeError> {
        if let Ok(Some(c)) = reference.resolve_char_ref() {
            return Ok(Token::Text(Cow::Owned(c.to_string())));
        }
        let name = reference.xml10_content();
        match quick_xml::escape::resolve_predefined_entity(&name) {
            Some(text) => Ok(Token::Text(Cow::Borrowed(text))),
            None => Err(self.error(Problem::Malformed(format!("unknown entity `{name}`")))),
        }
    }

    /// The text of the element just opened, up to its end. Elements in it are passed over.
    pub(crate) fn text(&mut self) -> Result<Cow<'a, str>, DecodeError> {
        let mut whole = match self.next()? {
            Token::Close => return Ok(Cow::Borrowed("")),
            Token::Text(text) => text,
            Token::Open(_) => {
                self.skip()?;
                Cow::Borrowed("")
            }
            Token::End => return Err(self.error(Problem::Truncated)),
        };
        loop {
            match self.next()? {
                Token::Close => return Ok(whole),
                Token::Text(text) => whole.to_mut().push_str(&text),
                Token::Open(_) => self.skip()?,
                Token::End => return Err(self.error(Problem::Truncated)),
            }
        }
    }

    /// Passes over the element just opened. Does not recurse.
    pub(crate) fn skip(&mut self) -> Result<(), DecodeError> {
        let outer = self.depth - 1;
        while self.depth > outer {
            if let Token::End = self.next()? {
                return Err(self.error(Problem::Truncated));
            }
        }
        Ok(())
    }

    /// Keeps the element just opened as it is. Recurses at most as deep as [`Limits::depth`].
    pub(crate) fn element(&mut self, tag: &Tag<'_>) -> Result<XmlElement, DecodeError> {
        let mut element = XmlElement {
            name: Str::from(tag.name()),
            attributes: tag.attributes(),
            ..XmlElement::default()
        };
        loop {
            match self.next()? {
                Token::Open(tag) => element.children.push(self.element(&tag)?),
                Token::Text(text) => element.text.push_str(&text),
                Token::Close => break,
                Token::End => return Err(self.error(Problem::Truncated)),
            }
        }
        if !element.children.is_empty() && element.text.trim().is_empty() {
            element.text = Str::default();
        }
        Ok(element)
    }
}
