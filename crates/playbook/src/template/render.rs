//! Fills templates in: [`Session::render`].
//!
//! A scalar that is exactly one expression takes the type of its value; everything else becomes text. What
//! templates yield is never looked at for templates again.

use super::convert::to_node;
use super::engine::Failure;
use super::scope::{Scope, is_identifier};
use super::split::{Malformed, Piece, is_template, split};
use crate::codes::Code;
use crate::diagnostic::{Diagnostic, echo};
use crate::session::Session;
use crate::source::{Span, to_u32};
use crate::suggest::closest;
use crate::yaml::{Entry, Node, NodeData, Resolved, Scalar};

const UNDEFINED: &str = "declare it under `vars:`, above its use";

/// Whether templates are evaluated, or only looked at because their values do not matter or are not known.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Depth {
    Evaluate,
    Names,
}

/// Tells whether a scalar holds a template.
pub(crate) fn has_template(node: &Node) -> bool {
    node.as_scalar().is_some_and(|scalar| is_template(&scalar.text))
}

impl Session<'_> {
    /// Fills in every template of a value. What cannot be filled in is reported and becomes unknown.
    pub(crate) fn render(&mut self, node: &Node, scope: &Scope<'_>) -> Node {
        self.rendered(node, scope, Depth::Evaluate).unwrap_or_else(|| node.clone())
    }

    /// Looks at every template of a value without evaluating; each becomes unknown.
    pub(crate) fn inspect(&mut self, node: &Node, scope: &Scope<'_>) -> Node {
        self.rendered(node, scope, Depth::Names).unwrap_or_else(|| node.clone())
    }

    /// The value of a condition or loop expression.
    pub(crate) fn expression(&mut self, text: &str, span: Span, scope: &Scope<'_>) -> Node {
        self.one(text, span, scope, Depth::Evaluate)
    }

    /// Looks at a condition without evaluating it.
    pub(crate) fn inspect_expression(&mut self, text: &str, span: Span, scope: &Scope<'_>) {
        self.one(text, span, scope, Depth::Names);
    }

    /// `None` when nothing in the value changes.
    fn rendered(&mut self, node: &Node, scope: &Scope<'_>, depth: Depth) -> Option<Node> {
        if !self.step() {
            return Some(Node::unknown(node.span));
        }
        match &node.data {
            NodeData::Scalar(scalar) if is_template(&scalar.text) => {
                Some(self.scalar(&scalar.text, node.span, scope, depth))
            }
            NodeData::List(items) => {
                let parts: Vec<_> =
                    items.iter().map(|item| self.rendered(item, scope, depth)).collect();
                parts.iter().any(Option::is_some).then(|| {
                    let whole = parts.into_iter().zip(items.iter());
                    let items = whole.map(|(new, old)| new.unwrap_or_else(|| old.clone()));
                    Node::new(node.span, NodeData::List(items.collect()))
                })
            }
            NodeData::Map(entries) => {
                let parts: Vec<_> =
                    entries.iter().map(|entry| self.entry(entry, scope, depth)).collect();
                parts.iter().any(Option::is_some).then(|| {
                    let whole = parts.into_iter().zip(entries.iter());
                    let entries = whole.map(|(new, old)| new.unwrap_or_else(|| old.clone()));
                    Node::new(node.span, NodeData::Map(entries.collect()))
                })
            }
            NodeData::Scalar(_) | NodeData::Unknown => None,
        }
    }

    fn entry(&mut self, entry: &Entry, scope: &Scope<'_>, depth: Depth) -> Option<Entry> {
        if is_template(&entry.key.text) {
            let what = "a template cannot be part of a key";
            let hint = "use templates in values only";
            self.report(Diagnostic::new(Code::TemplateNotAllowed, entry.key.span, what).hint(hint));
        }
        let value = self.rendered(&entry.value, scope, depth)?;
        Some(Entry { key: entry.key.clone(), value })
    }

    fn scalar(&mut self, text: &str, span: Span, scope: &Scope<'_>, depth: Depth) -> Node {
        let pieces = match split(text) {
            Ok(pieces) => pieces,
            Err(malformed) => {
                self.report(malformed_template(malformed, span));
                return Node::unknown(span);
            }
        };
        if let [Piece::Expression(expression)] = pieces[..] {
            return self.one(expression, span, scope, depth);
        }
        let mut filled = Some(String::new());
        for piece in pieces {
            let part = match piece {
                Piece::Text(text) => Some(text.to_owned()),
                Piece::Expression(expression) => {
                    let node = self.one(expression, span, scope, depth);
                    self.as_text(&node, expression, span)
                }
            };
            filled = filled.zip(part).map(|(whole, part)| whole + &part);
            if filled.as_ref().is_some_and(|whole| whole.len() > self.limits.template_bytes) {
                return self.too_long(span);
            }
        }
        filled.map_or(Node::unknown(span), |text| {
            Node::new(span, NodeData::Scalar(Scalar::quoted(text)))
        })
    }

    /// The value of one expression, with its own type.
    fn one(&mut self, expression: &str, span: Span, scope: &Scope<'_>, depth: Depth) -> Node {
        self.step();
        let place = self.narrow(expression, span);
        if is_identifier(expression)
            && depth == Depth::Evaluate
            && let Some(node) = scope.node(expression)
        {
            return node.at(span);
        }
        let engine = self.engine;
        let names = match engine.names(expression, |name| scope.knows(name)) {
            Ok(names) => names,
            Err(failure) => return self.failed(failure, expression, place, scope),
        };
        if depth == Depth::Names || names.iter().any(|name| scope.is_spoiled(name)) {
            return Node::unknown(span);
        }
        let node = match engine.evaluate(expression, scope.context(&names)) {
            Ok(value) if value.is_undefined() => {
                let failure = Failure::Evaluation("nothing of that name is there".into());
                return self.failed(failure, expression, place, scope);
            }
            Ok(value) => to_node(&value, span),
            Err(failure) => return self.failed(failure, expression, place, scope),
        };
        match node {
            Some(node) if text_length(&node) > self.limits.template_bytes => self.too_long(place),
            Some(node) => node,
            None => {
                let failure = Failure::Evaluation("it yields nothing a playbook can hold".into());
                self.failed(failure, expression, place, scope)
            }
        }
    }

    fn failed(
        &mut self,
        failure: Failure,
        expression: &str,
        place: Span,
        scope: &Scope<'_>,
    ) -> Node {
        let hidden = self.sink.mask().covers(place);
        let shown = match hidden {
            true => "this expression".to_owned(),
            false => format!("the expression {}", echo(expression)),
        };
        let because = |why: String| if hidden { String::new() } else { format!(": {why}") };
        match failure {
            Failure::Syntax(why) => {
                let what = format!("{shown} cannot be read{}", because(why));
                let hint = "write a variable such as `name`, or an expression such as `count + 1`";
                self.report(Diagnostic::new(Code::TemplateSyntax, place, what).hint(hint));
            }
            Failure::Evaluation(why) => {
                let what = format!("{shown} cannot be evaluated{}", because(why));
                let hint = "check the types and names of the variables it uses";
                self.report(Diagnostic::new(Code::TemplateFailed, place, what).hint(hint));
            }
            Failure::Undefined(names) => {
                for name in names {
                    let (what, hint) = match hidden {
                        true => {
                            ("a variable used here is not defined".to_owned(), UNDEFINED.into())
                        }
                        false => (
                            format!("the variable {} is not defined", echo(&name)),
                            undefined_hint(&name, scope),
                        ),
                    };
                    self.report(Diagnostic::new(Code::UndefinedVariable, place, what).hint(hint));
                }
            }
        }
        Node::unknown(place)
    }

    fn as_text(&mut self, node: &Node, expression: &str, span: Span) -> Option<String> {
        let place = self.narrow(expression, span);
        let shown = match self.sink.mask().covers(place) {
            true => "this expression".to_owned(),
            false => echo(expression),
        };
        let (code, what, hint) = match &node.data {
            NodeData::Unknown => return None,
            NodeData::Scalar(scalar) if scalar.resolve() != Resolved::Null => {
                return Some(scalar.text.to_string());
            }
            _ if node.is_secret_reference() => (
                Code::SecretInText,
                format!("{shown} refers to a secret, which cannot be placed inside a text"),
                "give the reference to a field that takes a secret, as its whole value",
            ),
            _ => (
                Code::NotText,
                format!("{shown} is {}, which cannot be placed inside a text", node.describe()),
                "use text, a number or true/false here, or make the template the whole value",
            ),
        };
        self.report(Diagnostic::new(code, place, what).hint(hint));
        None
    }

    fn too_long(&mut self, span: Span) -> Node {
        let most = self.limits.template_bytes;
        let what = format!("this template yields more than {most} bytes of text");
        let hint = "a value this long belongs into a file";
        self.report(Diagnostic::new(Code::TemplateTooLong, span, what).hint(hint));
        Node::unknown(span)
    }

    /// The place of an expression inside a scalar, if it stands there once and as it is.
    fn narrow(&self, expression: &str, span: Span) -> Span {
        let written = self.source.slice(span);
        let mut found = written.match_indices(expression);
        match (found.next(), found.next()) {
            (Some((at, _)), None) if !written[..at].contains('\n') => Span {
                start: span.start + to_u32(at),
                end: span.start + to_u32(at + expression.len()),
                line: span.line,
                column: span.column + to_u32(written[..at].chars().count()),
            },
            _ => span,
        }
    }
}

fn text_length(node: &Node) -> usize {
    node.as_scalar().map_or(0, |scalar| scalar.text.len())
}

fn malformed_template(malformed: Malformed, span: Span) -> Diagnostic {
    let (code, what, hint) = match malformed {
        Malformed::Open => (
            Code::TemplateSyntax,
            "a template is not closed: `{{` without `}}`",
            "write `{{ name }}`; for literal braces write `{{ '{{' }}`",
        ),
        Malformed::Empty => {
            (Code::TemplateSyntax, "a template is empty", "write a variable: `{{ name }}`")
        }
        Malformed::Statement => (
            Code::TemplateStatement,
            "only expressions in `{{ … }}` are allowed, no `{% … %}` and no `{# … #}`",
            "use `when:` for conditions and `loop:` for repetition",
        ),
    };
    Diagnostic::new(code, span, what).hint(hint)
}

fn undefined_hint(name: &str, scope: &Scope<'_>) -> String {
    if name == "item" && !scope.is_looped() {
        return "`item` exists only in tasks with `loop:`".to_owned();
    }
    match closest(name, scope.names()) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => format!("{UNDEFINED}: `{name}: …`"),
    }
}
