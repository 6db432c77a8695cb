//! XML of a descriptor as a small tree, with bounds: [`Element`].
//!
//! Document types are refused, entities are only those that XML itself defines. Namespaces are told apart as far
//! as OVF needs it: an element of a stranger never counts as one of OVF.

use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::name::{Namespace, ResolveResult};
use quick_xml::{NsReader, XmlVersion};

use super::error::DescriptorError;

/// Most bytes of a descriptor. Real ones have some ten kilobytes.
pub(crate) const MAX_BYTES: u64 = 8 << 20;
/// Most elements of a descriptor.
const MAX_ELEMENTS: usize = 100_000;
/// Most elements within each other.
const MAX_DEPTH: usize = 64;
/// Most attributes of one element.
const MAX_ATTRIBUTES: usize = 64;

/// Whose name it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Space {
    /// OVF 1.0 and 1.1.
    Envelope1,
    /// OVF 2.0.
    Envelope2,
    /// Hardware in CIM's words.
    Cim,
    /// Extensions of VMware.
    Vmware,
    /// `xml:lang` and its like.
    Xml,
    /// No namespace at all.
    None,
    /// Somebody else.
    Other,
}

/// An element with what is in it.
#[derive(Debug)]
pub(crate) struct Element {
    pub(crate) space: Space,
    /// Name without prefix.
    pub(crate) name: String,
    attributes: Vec<(Space, String, String)>,
    /// Elements within, in order.
    pub(crate) children: Vec<Element>,
    /// Text directly within.
    pub(crate) text: String,
}

impl Space {
    fn of(uri: &str) -> Self {
        match uri {
            "http://schemas.dmtf.org/ovf/envelope/1" => Space::Envelope1,
            "http://schemas.dmtf.org/ovf/envelope/2" => Space::Envelope2,
            "http://www.vmware.com/schema/ovf" => Space::Vmware,
            "http://www.w3.org/XML/1998/namespace" => Space::Xml,
            _ if uri.starts_with("http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/") => {
                Space::Cim
            }
            _ => Space::Other,
        }
    }

    fn resolved(result: &ResolveResult<'_>) -> Self {
        match result {
            ResolveResult::Bound(Namespace(uri)) => Space::of(uri),
            ResolveResult::Unbound => Space::None,
            ResolveResult::Unknown(_) => Space::Other,
        }
    }

    /// Whether it is OVF's own.
    pub(crate) fn is_envelope(self) -> bool {
        matches!(self, Space::Envelope1 | Space::Envelope2)
    }
}

impl Element {
    /// The first element of OVF with this name directly within.
    pub(crate) fn child(&self, name: &str) -> Option<&Element> {
        self.children(name).next()
    }

    /// All elements of OVF with this name directly within.
    pub(crate) fn children<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a Element> {
        self.children.iter().filter(move |child| child.is(name))
    }

    /// Whether it is the element of OVF with this name.
    pub(crate) fn is(&self, name: &str) -> bool {
        self.space.is_envelope() && self.name == name
    }

    /// The trimmed text of an element of CIM directly within.
    pub(crate) fn cim(&self, name: &str) -> Option<&str> {
        self.all_cim(name).next()
    }

    /// The trimmed texts of all elements of CIM with this name directly within.
    pub(crate) fn all_cim<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> {
        let named = self.children.iter().filter(move |child| child.name == name);
        named.filter(|child| child.space == Space::Cim).map(|child| child.text.trim())
    }

    /// An attribute of OVF. Some writers leave the prefix out.
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        self.find(name, |space| space.is_envelope() || space == Space::None)
    }

    /// An attribute of another namespace.
    pub(crate) fn attribute_of(&self, space: Space, name: &str) -> Option<&str> {
        self.find(name, |one| one == space)
    }

    fn find(&self, name: &str, is_of: impl Fn(Space) -> bool) -> Option<&str> {
        let mut named = self.attributes.iter().filter(|(_, one, _)| one == name);
        named.find(|(space, _, _)| is_of(*space)).map(|(_, _, value)| value.as_str())
    }
}

/// The document's root.
pub(crate) fn read(text: &str) -> Result<Element, DescriptorError> {
    let mut reader = NsReader::from_str(text);
    reader.config_mut().expand_empty_elements = true;
    let mut tree = Tree::default();
    loop {
        let event = reader.read_event().map_err(|e| malformed(&e))?;
        match event {
            Event::Start(start) => tree.open(&reader, &start)?,
            Event::End(_) => tree.close()?,
            Event::Text(text) => tree.text(&text.xml10_content()),
            Event::CData(text) => tree.text(&text.xml10_content()),
            Event::GeneralRef(reference) => tree.text(&character(&reference)?),
            Event::DocType(_) => return Err(DescriptorError::DocumentType),
            Event::Eof => return tree.root(),
            Event::Empty(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
        }
    }
}

/// The element being read and those around it.
#[derive(Default)]
struct Tree {
    open: Vec<Element>,
    root: Option<Element>,
    elements: usize,
}

impl Tree {
    fn open(
        &mut self,
        reader: &NsReader<&[u8]>,
        start: &BytesStart<'_>,
    ) -> Result<(), DescriptorError> {
        self.elements += 1;
        if self.elements > MAX_ELEMENTS {
            return Err(DescriptorError::TooMuch { what: "elements", limit: MAX_ELEMENTS });
        }
        if self.open.len() >= MAX_DEPTH {
            return Err(DescriptorError::TooMuch { what: "nested elements", limit: MAX_DEPTH });
        }
        if self.root.is_some() && self.open.is_empty() {
            return Err(DescriptorError::Malformed("there is a second root".to_owned()));
        }
        let (space, name) = reader.resolver().resolve_element(start.name());
        let element = Element {
            space: Space::resolved(&space),
            name: name.as_ref().to_owned(),
            attributes: attributes(reader, start)?,
            children: Vec::new(),
            text: String::new(),
        };
        self.open.push(element);
        Ok(())
    }

    fn close(&mut self) -> Result<(), DescriptorError> {
        let Some(element) = self.open.pop() else {
            return Err(DescriptorError::Malformed("an end without a start".to_owned()));
        };
        match self.open.last_mut() {
            Some(around) => around.children.push(element),
            None => self.root = Some(element),
        }
        Ok(())
    }

    fn text(&mut self, text: &str) {
        if let Some(element) = self.open.last_mut() {
            element.text.push_str(text);
        }
    }

    fn root(self) -> Result<Element, DescriptorError> {
        if !self.open.is_empty() {
            return Err(DescriptorError::Malformed("the text ends before the XML".to_owned()));
        }
        self.root.ok_or_else(|| DescriptorError::Malformed("there is no element".to_owned()))
    }
}

fn attributes(
    reader: &NsReader<&[u8]>,
    start: &BytesStart<'_>,
) -> Result<Vec<(Space, String, String)>, DescriptorError> {
    let mut found = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|e| malformed(&e))?;
        if found.len() >= MAX_ATTRIBUTES {
            let what = "attributes of one element";
            return Err(DescriptorError::TooMuch { what, limit: MAX_ATTRIBUTES });
        }
        if attribute.key.as_namespace_binding().is_some() {
            continue;
        }
        let (space, name) = reader.resolver().resolve_attribute(attribute.key);
        let value =
            attribute.normalized_value(XmlVersion::Explicit1_0).map_err(|e| malformed(&e))?;
        found.push((Space::resolved(&space), name.as_ref().to_owned(), value.into_owned()));
    }
    Ok(found)
}

/// The character that a reference such as `&amp;` or `&#10;` stands for.
fn character(reference: &BytesRef<'_>) -> Result<String, DescriptorError> {
    if let Some(character) = reference.resolve_char_ref().map_err(|e| malformed(&e))? {
        return Ok(character.to_string());
    }
    let name: &str = reference;
    let known = quick_xml::escape::resolve_predefined_entity(name);
    let unknown = || DescriptorError::Malformed(format!("the entity `{name}` is not defined"));
    known.map(str::to_owned).ok_or_else(unknown)
}

fn malformed(error: &dyn std::fmt::Display) -> DescriptorError {
    DescriptorError::Malformed(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        read(text).expect_err(text).to_string()
    }

    #[test]
    fn what_is_not_plain_xml_is_refused() {
        assert!(refused("").contains("no element"));
        assert!(refused("<a>").contains("ends before"), "{}", refused("<a>"));
        assert!(refused("<a></b>").contains("not well-formed"));
        assert!(refused("<a/><b/>").contains("second root"));
        assert!(refused("<!DOCTYPE a><a/>").contains("document type"));
        assert!(refused("<a>&bomb;</a>").contains("`bomb` is not defined"));
        assert!(refused(&"<a>".repeat(65)).contains("nested elements"));
        assert!(refused(&format!("<r>{}</r>", "<a/>".repeat(MAX_ELEMENTS))).contains("elements"));
    }

    #[test]
    fn names_belong_to_their_namespace_whatever_the_prefix() {
        let text = "<x:Envelope xmlns:x='http://schemas.dmtf.org/ovf/envelope/1' \
                    xmlns:o='urn:other' xmlns='urn:other' x:id='a&amp;b' o:id='no' plain='p'>\
                    <EulaSection/><x:EulaSection>a &lt;<![CDATA[<b>]]>&#x41;</x:EulaSection></x:Envelope>";
        let root = read(text).unwrap();
        assert!(root.is("Envelope"));
        assert_eq!(root.attribute("id"), Some("a&b"));
        assert_eq!(root.attribute("plain"), Some("p"));
        assert_eq!(root.children("EulaSection").count(), 1);
        assert_eq!(root.child("EulaSection").unwrap().text, "a <<b>A");
    }
}
