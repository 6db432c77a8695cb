//! XML that the schema has no type for, kept as it came.

use std::fmt;

use crate::Str;

/// An element with all that is in it.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct XmlElement {
    /// Local name.
    pub name: Str,
    /// Attributes with their prefixes, in order.
    pub attributes: Vec<(Str, Str)>,
    /// Child elements, in order.
    pub children: Vec<XmlElement>,
    /// The text directly in it, joined; empty where it only separates children.
    pub text: Str,
}

impl XmlElement {
    /// The first child called `name`.
    pub fn child(&self, name: &str) -> Option<&XmlElement> {
        self.children.iter().find(|c| c.name == name)
    }

    /// The type that the element says it has, without prefix.
    pub fn xsi_type(&self) -> Option<&str> {
        let (_, value) = self.attributes.iter().find(|(k, _)| k.ends_with(":type"))?;
        Some(value.rsplit(':').next().unwrap_or(value))
    }
}

impl fmt::Debug for XmlElement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.children.is_empty() {
            return write!(f, "{}={:?}", self.name, self.text);
        }
        f.write_str(&self.name)?;
        f.debug_list().entries(&self.children).finish()
    }
}
