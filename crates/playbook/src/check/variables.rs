//! Checks the `vars:` block. A variable sees those above it; values from outside replace what is written.

use crate::codes::Code;
use crate::diagnostic::{Diagnostic, echo};
use crate::mask::names_a_secret;
use crate::overrides::Overrides;
use crate::session::Session;
use crate::source::Span;
use crate::suggest::instead;
use crate::template::{Scope, Variables, has_template, is_name};
use crate::yaml::{Entry, Node, Resolved};

impl Session<'_> {
    /// Checks the block, which may be missing.
    pub(super) fn variables(&mut self, node: Option<&Node>, overrides: &Overrides) -> Variables {
        let mut variables = Variables::default();
        let hint = "write each variable as `name: value`";
        let entries = node.map_or(&[][..], |node| match node.is_null() {
            true => &[],
            false => self.block(node, "`vars`", hint),
        });
        for entry in entries {
            self.variable(entry, overrides, &mut variables);
        }
        for name in overrides.names() {
            if !entries.iter().any(|entry| *entry.key.text == *name) {
                self.unknown_override(name, entries);
            }
        }
        variables
    }

    fn variable(&mut self, entry: &Entry, overrides: &Overrides, variables: &mut Variables) {
        let (name, span) = (&entry.key.text, entry.key.span);
        if !is_name(name) {
            let what = format!("a variable cannot have the name {}", echo(name));
            let hint = "use letters, digits and `_`, not a digit first, and no word that \
                        expressions use (`item`, `and`, `true`, …)";
            self.report(Diagnostic::new(Code::BadVariableName, span, what).hint(hint));
        }
        self.suspect_secret(entry);
        let node = match overrides.get(name) {
            Some(node) => node.clone(),
            None => self.render(&entry.value, &Scope::of(variables)),
        };
        let measure = self.measure(&node);
        if measure.height > self.limits.depth {
            let what = format!("this variable is nested deeper than {} levels", self.limits.depth);
            let hint = "build it from fewer other variables";
            self.report(Diagnostic::new(Code::TooDeep, span, what).hint(hint));
            variables.define(name, Node::unknown(entry.value.span), true);
            return;
        }
        variables.define(name, node, measure.has_unknown);
    }

    fn suspect_secret(&mut self, entry: &Entry) {
        let inline = entry.value.as_scalar().is_some_and(|s| s.resolve() == Resolved::Text);
        if inline && names_a_secret(&entry.key.text) && !has_template(&entry.value) {
            let name = echo(&entry.key.text);
            let what = format!("the variable {name} looks like a secret written into the playbook");
            let hint = "write a reference, such as `{ env: NAME }`, or give it another name";
            let span = entry.value.span;
            self.report(Diagnostic::new(Code::SecretLikeVariable, span, what).hint(hint).hidden());
        }
    }

    fn unknown_override(&mut self, name: &str, entries: &[Entry]) {
        let what =
            format!("a value was given for the variable {}, which is not declared", echo(name));
        let known = instead(name, entries.iter().map(|entry| &*entry.key.text));
        let hint = format!("a variable must be declared under `vars:`; {known}");
        self.report(Diagnostic::new(Code::UnknownOverride, Span::NONE, what).hint(hint));
    }
}
