//! Checks single values: numbers, switches, choices, durations, names of connections.

use std::sync::Arc;

use super::fields::{Names, Owner};
use crate::args::Data;
use crate::capability::{Kind, quoted};
use crate::codes::Code;
use crate::diagnostic::Diagnostic;
use crate::duration;
use crate::session::Session;
use crate::suggest::{closest, instead};
use crate::yaml::{Node, Resolved, Scalar};

impl Session<'_> {
    pub(super) fn scalar_value(
        &mut self,
        node: &Node,
        kind: &'static Kind,
        what: &str,
        owner: Owner<'_>,
    ) -> Option<Data> {
        let Some(scalar) = node.as_scalar() else {
            self.wrong_type(node, what, &kind.describe(), "write one value");
            return None;
        };
        match *kind {
            Kind::Integer { min, max } => self.integer(node, scalar, (min, max), what),
            Kind::Boolean => self.boolean(node, scalar, what),
            Kind::Choice(choices) => self.choice(node, scalar, choices, what),
            Kind::Duration => self.duration(node, scalar, what),
            Kind::Connection => self.connection_name(node, scalar, owner.connections),
            _ => self.plain_text(node, what).map(|text| Data::Text(text.into())),
        }
    }

    fn integer(
        &mut self,
        node: &Node,
        scalar: &Scalar,
        (min, max): (i64, i64),
        what: &str,
    ) -> Option<Data> {
        let takes = Kind::Integer { min, max }.describe();
        match scalar.resolve() {
            Resolved::Integer(value) if (min..=max).contains(&value) => {
                return Some(Data::Integer(value));
            }
            Resolved::Integer(_) => {
                let shown = self.sink.echo(&scalar.text, node.span);
                let text = format!("{what} takes {takes}, {shown} is outside");
                let hint = format!("write {takes}");
                self.report(Diagnostic::new(Code::OutOfRange, node.span, text).hint(hint));
            }
            Resolved::Text if Scalar::plain(Arc::clone(&scalar.text)).is_integer() => {
                self.wrong_type(node, what, &takes, "write the number without quotes");
            }
            _ => self.wrong_type(node, what, &takes, "write a whole number"),
        }
        None
    }

    fn boolean(&mut self, node: &Node, scalar: &Scalar, what: &str) -> Option<Data> {
        if let Resolved::Boolean(value) = scalar.resolve() {
            return Some(Data::Boolean(value));
        }
        let lower = scalar.text.to_ascii_lowercase();
        let meant = match lower.as_str() {
            "yes" | "on" | "y" => Some("true"),
            "no" | "off" | "n" => Some("false"),
            _ => None,
        };
        match meant {
            Some(meant) => {
                let text = format!("{what} takes true or false; `{lower}` is text in YAML 1.2");
                let hint = format!("write `{meant}`");
                self.report(Diagnostic::new(Code::LegacyBoolean, node.span, text).hint(hint));
            }
            None => self.wrong_type(node, what, "true or false", "write `true` or `false`"),
        }
        None
    }

    fn choice(
        &mut self,
        node: &Node,
        scalar: &Scalar,
        choices: &'static [&'static str],
        what: &str,
    ) -> Option<Data> {
        if choices.contains(&&*scalar.text) {
            return Some(Data::Text(Arc::clone(&scalar.text)));
        }
        let shown = self.sink.echo(&scalar.text, node.span);
        let text = format!("{what} cannot be {shown}");
        let all = format!("write one of {}", quoted(choices));
        let hint = match closest(&scalar.text, choices.iter().copied()) {
            Some(meant) => format!("did you mean `{meant}`? {all}"),
            None => all,
        };
        self.report(Diagnostic::new(Code::UnknownChoice, node.span, text).hint(hint));
        None
    }

    fn duration(&mut self, node: &Node, scalar: &Scalar, what: &str) -> Option<Data> {
        if let Some(length) = duration::parse(&scalar.text) {
            return Some(Data::Duration(length));
        }
        let shown = self.sink.echo(&scalar.text, node.span);
        let text = format!("{what} takes a length of time up to 30 days, {shown} is none");
        let hint = "write a number with its unit (ms, s, m, h, d): `90s`, `5m`, `1h30m`";
        self.report(Diagnostic::new(Code::BadDuration, node.span, text).hint(hint));
        None
    }

    /// A declared connection.
    pub(super) fn connection_name(
        &mut self,
        node: &Node,
        scalar: &Scalar,
        declared: &Names,
    ) -> Option<Data> {
        if declared.contains(&*scalar.text) {
            return Some(Data::Text(Arc::clone(&scalar.text)));
        }
        let shown = self.sink.echo(&scalar.text, node.span);
        let what = format!("there is no connection {shown}");
        let mut names: Vec<&str> = declared.iter().map(String::as_str).collect();
        names.sort_unstable();
        let hint = instead(&scalar.text, names);
        self.report(Diagnostic::new(Code::UnknownConnection, node.span, what).hint(hint));
        None
    }
}

impl Scalar {
    fn is_integer(&self) -> bool {
        matches!(self.resolve(), Resolved::Integer(_))
    }
}
