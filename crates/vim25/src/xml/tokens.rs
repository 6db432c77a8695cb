//! The tokenizer: elements and text straight from the document's bytes, with bounds.
//!
//! It borrows from the document, checks that tags match, resolves references and refuses document
//! types. It knows the XML that SOAP admits and no more; what the elements mean is not its affair. A
//! test holds it against quick-xml on recorded and damaged documents (docs/adr/0002).

use std::borrow::Cow;

use memchr::{memchr, memchr2, memchr3, memmem};

use super::element::XmlElement;
use super::error::{DecodeError, Problem};
use super::limits::Limits;
use super::names::local;
use crate::Str;

/// What comes next in a document.
#[derive(Debug, PartialEq)]
pub(crate) enum Token<'a> {
    Open(Tag<'a>),
    Close,
    Text(Cow<'a, str>),
    End,
}

/// The start of an element.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Tag<'a> {
    name: &'a str,
    attributes: &'a str,
}

/// A document being read.
pub(crate) struct Tokens<'a> {
    text: &'a str,
    at: usize,
    open: Vec<&'a str>,
    /// The element just opened was written as `<x/>`, so its end comes next.
    closes: bool,
    limits: Limits,
    elements: usize,
}

impl<'a> Tag<'a> {
    /// Name without prefix.
    pub(crate) fn name(&self) -> &'a str {
        local(self.name)
    }

    /// All attributes with their prefixes, in order.
    pub(crate) fn attributes(&self) -> impl Iterator<Item = (&'a str, Cow<'a, str>)> + use<'a> {
        let mut rest = self.attributes;
        std::iter::from_fn(move || {
            let (key, quoted) = rest.split_once('=')?;
            let quoted = quoted.trim_start();
            let quote = quoted.chars().next().filter(|c| matches!(c, '"' | '\''))?;
            let (value, behind) = quoted[1..].split_once(quote)?;
            rest = behind;
            Some((key.trim(), attribute_value(value)))
        })
    }

    /// The value of `xsi:type` without prefix, whatever prefix the document binds.
    pub(crate) fn xsi_type(&self) -> Option<Cow<'a, str>> {
        let (_, found) = self.attributes().find(|(k, _)| k.len() > 5 && k.ends_with(":type"))?;
        Some(match found {
            Cow::Borrowed(text) => Cow::Borrowed(local(text)),
            Cow::Owned(text) => Cow::Owned(local(&text).to_owned()),
        })
    }

    /// The value of the plain attribute `type`, which names the managed type of a reference.
    pub(crate) fn plain_type(&self) -> Option<Cow<'a, str>> {
        self.attributes().find(|(k, _)| *k == "type").map(|(_, v)| v)
    }
}

/// Line ends normalised and references resolved.
fn resolve(raw: &str) -> Result<Cow<'_, str>, String> {
    if memchr2(b'&', b'\r', raw.as_bytes()).is_none() {
        return Ok(Cow::Borrowed(raw));
    }
    let lines = raw.replace("\r\n", "\n").replace('\r', "\n");
    let text = quick_xml::escape::unescape(&lines).map_err(|e| e.to_string())?;
    Ok(Cow::Owned(text.into_owned()))
}

/// Whether `attributes` is a list of `name="value"`, each set off by white space.
fn attributes_are_well_formed(attributes: &str) -> bool {
    let mut rest = attributes;
    while !rest.trim_ascii_start().is_empty() {
        let Some((key, quoted)) = rest.split_once('=') else { return false };
        let name = key.trim_ascii();
        let set_off = key.len() > key.trim_ascii_start().len();
        let odd = |b: u8| b.is_ascii_whitespace() || matches!(b, b'"' | b'\'' | b'<' | b'&' | b'/');
        if !set_off || name.is_empty() || name.bytes().any(odd) {
            return false;
        }
        let quoted = quoted.trim_ascii_start();
        let Some(quote) = quoted.chars().next().filter(|c| matches!(c, '"' | '\'')) else {
            return false;
        };
        let Some((value, behind)) = quoted[1..].split_once(quote) else { return false };
        if value.contains('<') {
            return false;
        }
        rest = behind;
    }
    true
}

/// White space normalised and references resolved; as it stands where one cannot be.
fn attribute_value(raw: &str) -> Cow<'_, str> {
    if !raw.bytes().any(|b| matches!(b, b'&' | b'\r' | b'\n' | b'\t')) {
        return Cow::Borrowed(raw);
    }
    let plain = raw.replace("\r\n", " ").replace(['\r', '\n', '\t'], " ");
    match quick_xml::escape::unescape(&plain) {
        Ok(text) => Cow::Owned(text.into_owned()),
        Err(_) => Cow::Borrowed(raw),
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
        let at = if text.starts_with('\u{feff}') { 3 } else { 0 };
        Ok(Tokens { text, at, open: Vec::new(), closes: false, limits: *limits, elements: 0 })
    }

    /// An error at the present place.
    pub(crate) fn error(&self, problem: Problem) -> DecodeError {
        DecodeError::new(self.at, problem)
    }

    fn malformed(&self, what: impl Into<String>) -> DecodeError {
        self.error(Problem::Malformed(what.into()))
    }

    fn rest(&self) -> &'a [u8] {
        &self.text.as_bytes()[self.at..]
    }

    /// The next token.
    pub(crate) fn next(&mut self) -> Result<Token<'a>, DecodeError> {
        if self.closes {
            self.closes = false;
            self.open.pop();
            return Ok(Token::Close);
        }
        loop {
            match self.rest() {
                [] if self.open.is_empty() => return Ok(Token::End),
                [] => return Err(self.error(Problem::Truncated)),
                [b'<', b'/', ..] => return self.close(),
                [b'<', b'?', ..] => self.pass("?>")?,
                [b'<', b'!', b'-', b'-', ..] => self.pass("-->")?,
                [b'<', b'!', ..] => return self.declaration(),
                [b'<', ..] => return self.start(),
                rest => {
                    let end = memchr(b'<', rest).unwrap_or(rest.len());
                    return self.take_text(end).map(Token::Text);
                }
            }
        }
    }

    /// The next `length` bytes as text.
    fn take_text(&mut self, length: usize) -> Result<Cow<'a, str>, DecodeError> {
        let raw = &self.text[self.at..self.at + length];
        let text = resolve(raw).map_err(|e| self.malformed(e))?;
        self.at += length;
        Ok(text)
    }

    /// Moves behind the next `end`.
    fn pass(&mut self, end: &str) -> Result<(), DecodeError> {
        let found = memmem::find(self.rest(), end.as_bytes());
        self.at += found.ok_or_else(|| self.error(Problem::Truncated))? + end.len();
        Ok(())
    }

    fn declaration(&mut self) -> Result<Token<'a>, DecodeError> {
        const CDATA: &str = "<![CDATA[";
        if !self.rest().starts_with(CDATA.as_bytes()) {
            return Err(self.error(Problem::Doctype));
        }
        let from = self.at + CDATA.len();
        self.pass("]]>")?;
        let raw = &self.text[from.min(self.at - 3)..self.at - 3];
        Ok(Token::Text(if memchr(b'\r', raw.as_bytes()).is_some() {
            Cow::Owned(raw.replace("\r\n", "\n").replace('\r', "\n"))
        } else {
            Cow::Borrowed(raw)
        }))
    }

    fn start(&mut self) -> Result<Token<'a>, DecodeError> {
        let rest = &self.rest()[1..];
        let ends = |b: &u8| matches!(b, b'>' | b'/' | b' ' | b'\n' | b'\t' | b'\r' | b'<');
        let Some(name) = rest.iter().position(ends) else {
            return Err(self.error(Problem::Truncated));
        };
        if name == 0 || rest[name] == b'<' {
            return Err(self.malformed("a tag without a name"));
        }
        let end = match rest[name] {
            b'>' => name,
            _ => self.end_of_tag(rest, name)?,
        };
        let from = self.at + 1;
        self.closes = rest[end - 1] == b'/';
        let attributes = from + name..from + end - usize::from(self.closes);
        let tag = Tag { name: &self.text[from..from + name], attributes: &self.text[attributes] };
        if !attributes_are_well_formed(tag.attributes) {
            return Err(self.malformed(format!("the attributes of `{}`", tag.name)));
        }
        self.at = from + end + 1;
        self.enter(tag)
    }

    /// The place of the `>` that ends a tag: not one inside quotes.
    fn end_of_tag(&self, rest: &[u8], from: usize) -> Result<usize, DecodeError> {
        let mut at = from;
        let truncated = || self.error(Problem::Truncated);
        loop {
            at += memchr3(b'>', b'"', b'\'', &rest[at..]).ok_or_else(truncated)?;
            match rest[at] {
                b'>' => return Ok(at),
                quote => at += 2 + memchr(quote, &rest[at + 1..]).ok_or_else(truncated)?,
            }
        }
    }

    fn enter(&mut self, tag: Tag<'a>) -> Result<Token<'a>, DecodeError> {
        self.open.push(tag.name);
        self.elements += 1;
        let TooMuch { what, limit } = match () {
            () if self.open.len() > self.limits.depth => {
                TooMuch { what: "levels of nested elements", limit: self.limits.depth }
            }
            () if self.elements > self.limits.elements => {
                TooMuch { what: "elements", limit: self.limits.elements }
            }
            () => return Ok(Token::Open(tag)),
        };
        Err(self.error(Problem::TooMuch { what, limit }))
    }

    fn close(&mut self) -> Result<Token<'a>, DecodeError> {
        let Some(open) = self.open.pop() else {
            return Err(self.malformed("an end tag without a start"));
        };
        let rest = &self.rest()[2..];
        let Some(end) = memchr(b'>', rest) else { return Err(self.error(Problem::Truncated)) };
        if rest[..end].trim_ascii_end() != open.as_bytes() {
            return Err(self.malformed(format!("the end tag of `{open}` is another")));
        }
        self.at += 2 + end + 1;
        Ok(Token::Close)
    }

    /// The text of the element just opened, up to its end. Elements in it are passed over.
    pub(crate) fn text(&mut self) -> Result<Cow<'a, str>, DecodeError> {
        if let Some(length) = self.plain_text() {
            let text = self.take_text(length)?;
            self.at += self.open.pop().map_or(0, str::len) + "</>".len();
            return Ok(text);
        }
        let mut whole = Cow::Borrowed("");
        loop {
            match self.next()? {
                Token::Close => return Ok(whole),
                Token::Text(text) if whole.is_empty() => whole = text,
                Token::Text(text) => whole.to_mut().push_str(&text),
                Token::Open(_) => self.skip()?,
                Token::End => return Err(self.error(Problem::Truncated)),
            }
        }
    }

    /// The length of the text up to the end tag, where nothing else is in the element just opened.
    /// Nearly all elements are like that.
    fn plain_text(&self) -> Option<usize> {
        if self.closes {
            return None;
        }
        let rest = self.rest();
        let length = memchr(b'<', rest)?;
        let tag = rest[length + 1..].strip_prefix(b"/")?;
        let behind = tag.strip_prefix(self.open.last()?.as_bytes())?;
        behind.starts_with(b">").then_some(length)
    }

    /// Passes over the element just opened. Does not recurse.
    pub(crate) fn skip(&mut self) -> Result<(), DecodeError> {
        let outer = self.open.len() - 1;
        while self.open.len() > outer {
            self.next()?;
        }
        Ok(())
    }

    /// Keeps the element just opened as it is. Recurses at most as deep as [`Limits::depth`].
    pub(crate) fn element(&mut self, tag: &Tag<'_>) -> Result<XmlElement, DecodeError> {
        let mut element = XmlElement {
            name: Str::from(tag.name()),
            attributes: tag.attributes().map(|(k, v)| (Str::from(k), Str::from(v))).collect(),
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

/// A bound that was exceeded.
struct TooMuch {
    what: &'static str,
    limit: usize,
}

#[cfg(test)]
mod tests;
