//! Scalars as YAML 1.2's core schema reads them: [`Scalar::resolve`]. `yes`, `no`, `on` and `off` are text.

use std::sync::Arc;

/// A scalar as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Scalar {
    /// The text, without quotes.
    pub(crate) text: Arc<str>,
    /// Written without quotes, so it may be something else than text.
    pub(crate) plain: bool,
}

/// What a scalar stands for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Resolved {
    Null,
    Boolean(bool),
    Integer(i64),
    Number(f64),
    Text,
}

impl Scalar {
    /// A scalar that is text whatever it looks like.
    pub(crate) fn quoted(text: impl Into<Arc<str>>) -> Self {
        Scalar { text: text.into(), plain: false }
    }

    /// A scalar whose type follows from its look.
    pub(crate) fn plain(text: impl Into<Arc<str>>) -> Self {
        Scalar { text: text.into(), plain: true }
    }

    pub(crate) fn resolve(&self) -> Resolved {
        match self.plain {
            true => resolve_plain(&self.text),
            false => Resolved::Text,
        }
    }
}

fn resolve_plain(text: &str) -> Resolved {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Resolved::Null,
        "true" | "True" | "TRUE" => Resolved::Boolean(true),
        "false" | "False" | "FALSE" => Resolved::Boolean(false),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => Resolved::Number(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => Resolved::Number(f64::NEG_INFINITY),
        ".nan" | ".NaN" | ".NAN" => Resolved::Number(f64::NAN),
        _ => integer(text)
            .map(Resolved::Integer)
            .or_else(|| number(text).map(Resolved::Number))
            .unwrap_or(Resolved::Text),
    }
}

fn integer(text: &str) -> Option<i64> {
    for (prefix, radix) in [("0o", 8), ("0x", 16)] {
        if let Some(digits) = text.strip_prefix(prefix) {
            let signed = digits.starts_with(['+', '-']);
            return i64::from_str_radix(digits, radix).ok().filter(|_| !signed);
        }
    }
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let only_digits = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if only_digits { text.parse().ok() } else { None }
}

/// Rust also reads `inf`, `nan` and `infinity`, which YAML does not, hence the look at the characters.
fn number(text: &str) -> Option<f64> {
    let shaped =
        text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-'));
    let has_digit = text.bytes().any(|byte| byte.is_ascii_digit());
    if shaped && has_digit { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_scalars_follow_the_core_schema() {
        let cases = [
            ("", Resolved::Null),
            ("~", Resolved::Null),
            ("True", Resolved::Boolean(true)),
            ("yes", Resolved::Text),
            ("NO", Resolved::Text),
            ("on", Resolved::Text),
            ("12", Resolved::Integer(12)),
            ("-3", Resolved::Integer(-3)),
            ("0o17", Resolved::Integer(15)),
            ("0x1F", Resolved::Integer(31)),
            ("0x-1", Resolved::Text),
            ("0o+7", Resolved::Text),
            ("007", Resolved::Integer(7)),
            ("1_000", Resolved::Text),
            ("9223372036854775808", Resolved::Number(9_223_372_036_854_775_808.0)),
            ("1.5e3", Resolved::Number(1500.0)),
            ("nan", Resolved::Text),
            ("8.0.2", Resolved::Text),
            ("-", Resolved::Text),
        ];
        for (text, expected) in cases {
            assert_eq!(Scalar::plain(text).resolve(), expected, "{text:?}");
            assert_eq!(Scalar::quoted(text).resolve(), Resolved::Text, "{text:?} in quotes");
        }
    }
}
