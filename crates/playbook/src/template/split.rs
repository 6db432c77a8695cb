//! Splits a text at its `{{ … }}`: [`split`].

/// A piece of a text with templates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    Text(&'a str),
    /// What stands between the braces, trimmed.
    Expression(&'a str),
}

/// Why a text cannot be split.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Malformed {
    /// `{{` without `}}`.
    Open,
    /// Nothing between the braces.
    Empty,
    /// `{% … %}` or `{# … #}`.
    Statement,
}

/// Tells whether a text holds anything that looks like a template.
pub(super) fn is_template(text: &str) -> bool {
    text.contains("{{") || text.contains("{%") || text.contains("{#")
}

/// The pieces of a text, in order.
pub(super) fn split(text: &str) -> Result<Vec<Piece<'_>>, Malformed> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find("{{") {
        let (before, from) = rest.split_at(start);
        let length = expression_length(&from[2..]).ok_or(Malformed::Open)?;
        let expression = from[2..2 + length].trim();
        if expression.is_empty() {
            return Err(Malformed::Empty);
        }
        pieces.push(literal(before)?);
        pieces.push(Piece::Expression(expression));
        rest = &from[length + 4..];
    }
    pieces.push(literal(rest)?);
    pieces.retain(|piece| *piece != Piece::Text(""));
    Ok(pieces)
}

fn literal(text: &str) -> Result<Piece<'_>, Malformed> {
    match text.contains("{%") || text.contains("{#") {
        true => Err(Malformed::Statement),
        false => Ok(Piece::Text(text)),
    }
}

/// Up to the closing `}}` that is not inside quotes or inner braces.
fn expression_length(text: &str) -> Option<usize> {
    let mut quote = None;
    let mut escaped = false;
    let mut depth = 0usize;
    for (at, byte) in text.bytes().enumerate() {
        match (quote, byte) {
            _ if escaped => escaped = false,
            (Some(_), b'\\') => escaped = true,
            (Some(open), byte) if open == byte => quote = None,
            (Some(_), _) => {}
            (None, b'"' | b'\'') => quote = Some(byte),
            (None, b'{') => depth += 1,
            (None, b'}') if depth > 0 => depth -= 1,
            (None, b'}') => return text[at..].starts_with("}}").then_some(at),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn braces_in_quotes_and_inner_braces_do_not_end_an_expression() {
        use Piece::{Expression as E, Text as T};
        let cases: [(&str, Result<Vec<Piece<'_>>, Malformed>); 8] = [
            ("plain", Ok(vec![T("plain")])),
            ("{{ a }}", Ok(vec![E("a")])),
            ("x{{a}}y{{ b }}", Ok(vec![T("x"), E("a"), T("y"), E("b")])),
            ("{{ '}}' }}", Ok(vec![E("'}}'")])),
            ("{{ {'k': {}}['k'] }}", Ok(vec![E("{'k': {}}['k']")])),
            ("{{ a", Err(Malformed::Open)),
            ("{{  }}", Err(Malformed::Empty)),
            ("{% if a %}", Err(Malformed::Statement)),
        ];
        for (text, expected) in cases {
            assert_eq!(split(text), expected, "{text}");
        }
    }
}
