//! Texts in several languages: which one is shown.

use std::collections::HashMap;

use super::xml::{Element, Space};

/// The texts of the sections `Strings`, by the ids that elements refer to them with.
pub(super) struct Texts<'a> {
    by_id: HashMap<&'a str, Vec<Translation<'a>>>,
    language: &'a str,
}

struct Translation<'a> {
    language: &'a str,
    text: &'a str,
}

/// What OVF assumes when a document does not say its language.
const DEFAULT: &str = "en-US";

impl<'a> Texts<'a> {
    /// The texts of the envelope `root`. Bundles in files of their own are not looked at.
    pub(super) fn of(root: &'a Element) -> Self {
        let mut by_id: HashMap<&str, Vec<Translation<'_>>> = HashMap::new();
        for strings in root.children("Strings") {
            let language = strings.attribute_of(Space::Xml, "lang").unwrap_or_default();
            for message in strings.children("Msg") {
                let Some(id) = message.attribute("msgid") else { continue };
                by_id.entry(id).or_default().push(Translation { language, text: &message.text });
            }
        }
        let language = root.attribute_of(Space::Xml, "lang").unwrap_or(DEFAULT);
        Texts { by_id, language }
    }

    /// What `element` says: the text it refers to in the document's language, else its own, else any.
    pub(super) fn of_element(&self, element: &Element) -> String {
        let id = element.attribute("msgid").unwrap_or_default();
        let all = self.by_id.get(id).map_or(&[][..], Vec::as_slice);
        let mut same = all.iter().filter(|one| one.language.eq_ignore_ascii_case(self.language));
        let own = Some(element.text.as_str()).filter(|text| !text.trim().is_empty());
        let same = same.next().map(|one| one.text);
        let any = all.first().map(|one| one.text);
        same.or(own).or(any).unwrap_or_default().to_owned()
    }

    /// What the child called `name` says, trimmed; nothing when it is absent or empty.
    pub(super) fn of_child(&self, element: &Element, name: &str) -> Option<String> {
        let text = self.of_element(element.child(name)?);
        Some(text.trim().to_owned()).filter(|text| !text.is_empty())
    }
}
