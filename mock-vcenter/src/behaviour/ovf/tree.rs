//! A descriptor's text as a tree of elements: names without prefixes, bounded in depth and number.

use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use crate::fault::Fault;

use super::problems;

const MAX_DEPTH: usize = 64;
const MAX_ELEMENTS: usize = 100_000;

/// An element.
#[derive(Clone, Debug, Default)]
pub(super) struct Element {
    pub(super) name: String,
    /// Attributes by name without prefix.
    attributes: Vec<(String, String)>,
    pub(super) children: Vec<Self>,
    text: String,
    /// The line it begins on, from 1.
    pub(super) line: i32,
}

impl Element {
    /// An attribute's value.
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// The first child of this name.
    pub(super) fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    /// All children of this name.
    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// Its text without the space around it.
    pub(super) fn text(&self) -> &str {
        self.text.trim()
    }

    /// The text of the first child of this name.
    pub(super) fn text_of(&self, name: &str) -> Option<&str> {
        self.child(name).map(Self::text)
    }
}

/// Reads a document.
pub(super) fn parse(text: &str) -> Result<Element, Fault> {
    let mut reader = Reader::from_str(text.trim_start_matches('\u{feff}'));
    let mut lines = Lines { text, at: 0, line: 1 };
    let mut open: Vec<Element> = vec![Element::default()];
    let mut count = 0;
    loop {
        let line = lines.at(reader.buffer_position());
        let event = reader.read_event().map_err(|error| problems::xml(line, &error.to_string()))?;
        match event {
            Event::Eof => break,
            Event::Start(start) => {
                count += 1;
                open.push(element(&start, line)?);
            }
            Event::Empty(start) => {
                count += 1;
                let made = element(&start, line)?;
                put(&mut open, made);
            }
            Event::End(_) => {
                if let Some(done) = open.pop() {
                    put(&mut open, done);
                }
            }
            Event::Text(text) => add(&mut open, &text.xml10_content()),
            Event::CData(text) => add(&mut open, &text.xml10_content()),
            Event::GeneralRef(reference) => add(&mut open, &character(&reference, line)?),
            Event::DocType(_) => return Err(problems::xml(line, "document types are not read")),
            Event::Decl(_) | Event::PI(_) | Event::Comment(_) => {}
        }
        if open.len() > MAX_DEPTH || count > MAX_ELEMENTS {
            return Err(problems::xml(line, "the document is too deep or too long"));
        }
    }
    let mut root = open.pop().unwrap_or_default();
    match (open.is_empty(), root.children.pop()) {
        (true, Some(top)) => Ok(top),
        _ => Err(problems::xml(lines.line, "the document is not complete")),
    }
}

fn put(open: &mut [Element], done: Element) {
    if let Some(parent) = open.last_mut() {
        parent.children.push(done);
    }
}

fn add(open: &mut [Element], text: &str) {
    if let Some(element) = open.last_mut() {
        element.text.push_str(text);
    }
}

fn element(start: &BytesStart<'_>, line: i32) -> Result<Element, Fault> {
    let mut element =
        Element { name: start.local_name().as_ref().to_owned(), line, ..Element::default() };
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|error| problems::xml(line, &error.to_string()))?;
        let value = attribute.normalized_value(XmlVersion::Implicit1_0);
        let value = value.map_err(|error| problems::xml(line, &error.to_string()))?;
        let name = attribute.key.local_name().as_ref().to_owned();
        element.attributes.push((name, value.into_owned()));
    }
    Ok(element)
}

fn character(reference: &BytesRef<'_>, line: i32) -> Result<String, Fault> {
    if let Ok(Some(character)) = reference.resolve_char_ref() {
        return Ok(character.to_string());
    }
    let name = reference.xml10_content();
    quick_xml::escape::resolve_predefined_entity(&name)
        .map(str::to_owned)
        .ok_or_else(|| problems::xml(line, &format!("the entity '{name}' is not known")))
}

/// Counts lines up to a position that only grows.
struct Lines<'a> {
    text: &'a str,
    at: usize,
    line: i32,
}

impl Lines<'_> {
    fn at(&mut self, position: u64) -> i32 {
        let position = usize::try_from(position).unwrap_or(usize::MAX).min(self.text.len());
        let passed = &self.text.as_bytes()[self.at.min(position)..position];
        let breaks = passed.iter().filter(|byte| **byte == b'\n').count();
        self.line += i32::try_from(breaks).unwrap_or(0);
        self.at = position;
        self.line
    }
}
