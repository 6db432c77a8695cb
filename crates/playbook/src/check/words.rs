//! Small sentences that several checks share: a value of the wrong type, a list of words.

use crate::codes::Code;
use crate::diagnostic::Diagnostic;
use crate::session::Session;
use crate::yaml::{Entry, Node};

impl Session<'_> {
    /// Says that `what` takes something else. Unknown values were complained about before.
    pub(super) fn wrong_type(&mut self, node: &Node, what: &str, takes: &str, hint: &str) {
        if node.is_unknown() {
            return;
        }
        let text = format!("{what} takes {takes}, but this is {}", node.describe());
        self.report(Diagnostic::new(Code::WrongType, node.span, text).hint(hint));
    }

    /// The entries of a block, or none with a complaint.
    pub(super) fn block<'n>(&mut self, node: &'n Node, what: &str, hint: &str) -> &'n [Entry] {
        match node.as_map() {
            Some(entries) => entries,
            None => {
                self.wrong_type(node, what, "a block of keys", hint);
                &[]
            }
        }
    }

    /// A text that is not empty, or a complaint.
    pub(super) fn plain_text(&mut self, node: &Node, what: &str) -> Option<String> {
        let Some(scalar) = node.as_scalar().filter(|_| !node.is_null()) else {
            let hint = "write one word or text";
            match node.is_null() {
                true => self.empty(node, what),
                false => self.wrong_type(node, what, "text", hint),
            }
            return None;
        };
        if scalar.text.is_empty() {
            self.empty(node, what);
            return None;
        }
        Some(scalar.text.to_string())
    }

    /// Says that a value is missing behind its key.
    pub(super) fn empty(&mut self, node: &Node, what: &str) {
        let text = format!("{what} has no value");
        let hint = "write a value behind the colon, or remove the key";
        self.report(Diagnostic::new(Code::EmptyValue, node.span, text).hint(hint));
    }
}
