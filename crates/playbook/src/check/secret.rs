//! Checks references to secrets. Nothing of what stands there instead is ever repeated or shown.

use std::path::PathBuf;

use crate::codes::Code;
use crate::diagnostic::Diagnostic;
use crate::secrets::SecretRef;
use crate::session::Session;
use crate::source::Span;
use crate::suggest::instead;
use crate::yaml::{Entry, Node, NodeData, Resolved};

const HINT: &str = "write `{ env: NAME }`, `{ file: PATH }`, `{ command: [PROGRAM, ARGUMENT] }` or `{ prompt: \"TEXT\" }`";

impl Session<'_> {
    /// The reference that a field takes, or a complaint that shows nothing of the file.
    pub(super) fn secret(&mut self, node: &Node, field: &str) -> Option<SecretRef> {
        match &node.data {
            NodeData::Unknown => None,
            NodeData::Map(entries) => self.reference(entries, node.span, field),
            NodeData::Scalar(_) => {
                let what =
                    format!("{field} holds the secret itself, which must not be in a playbook");
                self.report(
                    Diagnostic::new(Code::InlineSecret, node.span, what).hint(HINT).hidden(),
                );
                None
            }
            NodeData::List(_) => {
                let what = format!("{field} takes a reference to a secret, but this is a list");
                self.bad(node.span, what, HINT.to_owned());
                None
            }
        }
    }

    fn reference(&mut self, entries: &[Entry], span: Span, field: &str) -> Option<SecretRef> {
        let [entry] = entries else {
            let what = format!("{field} takes a reference with exactly one key");
            self.bad(span, what, HINT.to_owned());
            return None;
        };
        let read = match &*entry.key.text {
            "env" => variable(&entry.value),
            "file" => text(&entry.value).map(|path| SecretRef::File(PathBuf::from(path))),
            "prompt" => text(&entry.value).map(SecretRef::Prompt),
            "command" => command(&entry.value),
            other => {
                let what = format!("{field} takes a reference, which has no such key");
                let known = instead(other, crate::secrets::REFERENCE_KEYS);
                self.bad(span, what, format!("{HINT}; {known}"));
                return None;
            }
        };
        if read.is_none() && !entry.value.is_unknown() && !has_unknown(&entry.value) {
            let takes = match &*entry.key.text {
                "env" => "the name of a variable, such as VC_PASSWORD",
                "command" => "a list with a program and its arguments; no shell is involved",
                "file" => "the path of a file",
                _ => "the text of the question",
            };
            let what = format!("`{}` in {field} takes {takes}", entry.key.text);
            self.bad(span, what, HINT.to_owned());
        }
        read
    }

    fn bad(&mut self, span: Span, what: String, hint: String) {
        self.report(Diagnostic::new(Code::BadSecretReference, span, what).hint(hint).hidden());
    }
}

fn has_unknown(node: &Node) -> bool {
    node.as_list().is_some_and(|items| items.iter().any(Node::is_unknown))
}

fn text(node: &Node) -> Option<String> {
    let scalar = node.as_scalar().filter(|scalar| scalar.resolve() != Resolved::Null)?;
    (!scalar.text.is_empty()).then(|| scalar.text.to_string())
}

fn variable(node: &Node) -> Option<SecretRef> {
    let name = text(node)?;
    let starts = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    let clean = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    (starts && clean).then_some(SecretRef::Env(name))
}

fn command(node: &Node) -> Option<SecretRef> {
    let argv: Option<Vec<String>> = node.as_list()?.iter().map(text).collect();
    argv.filter(|argv| !argv.is_empty()).map(SecretRef::Command)
}
