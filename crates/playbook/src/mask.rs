//! Finds what looks like secrets in a text, so that no snippet and no message shows them: [`Mask`].
//!
//! It works on lines, not on the tree, so it also holds for files that are not YAML. It hides too much rather
//! than too little.

use std::collections::BTreeMap;

use crate::secrets::REFERENCE_KEYS;
use crate::source::{Source, Span, to_u32};

/// Words that make a key look as if a secret followed.
const SECRET_WORDS: [&str; 11] = [
    "password",
    "passwd",
    "passphrase",
    "passcode",
    "pwd",
    "secret",
    "token",
    "credential",
    "api_key",
    "apikey",
    "private_key",
];

/// Tells whether a name is that of a secret.
pub(crate) fn names_a_secret(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    SECRET_WORDS.iter().any(|word| lower.contains(word))
}

/// What is not to be shown: for some lines, the byte from which on they are hidden.
#[derive(Clone, Default)]
pub(crate) struct Mask {
    lines: BTreeMap<u32, u32>,
}

impl Mask {
    /// Looks at every line of a source.
    pub(crate) fn scan(source: &Source) -> Self {
        let mut lines = BTreeMap::new();
        let mut block: Option<usize> = None;
        for number in 1..=source.line_count() {
            let line = source.line(number);
            let indent = line.len() - line.trim_start().len();
            let inside = block.is_some_and(|outer| indent > outer || line.trim().is_empty());
            let hidden = if inside { in_block(line) } else { on_its_own(line) };
            if !inside {
                block = secret_value(line).map(|_| line.len() - without_dashes(line).len());
            }
            if let Some(from) = hidden {
                lines.insert(number, to_u32(source.line_start(number) + from));
            }
        }
        Mask { lines }
    }

    /// Hides the lines of a span as well.
    pub(crate) fn hide(&mut self, span: Span, source: &Source) {
        let last = source.line_of((span.end as usize).saturating_sub(1).max(span.start as usize));
        for line in span.line..=last {
            let from = span.start.max(to_u32(source.line_start(line)));
            let known = self.lines.entry(line).or_insert(from);
            *known = from.min(*known);
        }
    }

    /// The byte from which a line is not to be shown.
    pub(crate) fn hidden_from(&self, line: u32) -> Option<usize> {
        self.lines.get(&line).map(|from| *from as usize)
    }

    /// Tells whether a span reaches into something hidden.
    pub(crate) fn covers(&self, span: Span) -> bool {
        let next = self.lines.range(span.line..).next();
        next.is_some_and(|(_, from)| *from < span.end.max(span.start + 1))
    }
}

/// Where in a line something secret starts.
fn on_its_own(line: &str) -> Option<usize> {
    let value = secret_value(line).filter(|at| !is_harmless(line[*at..].trim()));
    match (value, user_in_url(line)) {
        (Some(value), Some(url)) => Some(value.min(url)),
        (value, url) => value.or(url),
    }
}

/// Lines under a key that names a secret: a reference may be shown, everything else not.
fn in_block(line: &str) -> Option<usize> {
    let text = line.trim_start();
    let shown = text.is_empty() || is_reference(text);
    (!shown).then_some(line.len() - text.len())
}

/// Where the value starts that follows a key that names a secret. A missing colon does not matter.
fn secret_value(line: &str) -> Option<usize> {
    let lower = line.to_ascii_lowercase();
    let words = SECRET_WORDS.iter().flat_map(|word| lower.match_indices(word));
    let values = words.filter_map(|(at, word)| {
        let name = at + word.len();
        let rest = lower[name..].trim_start_matches(is_name);
        let sign = rest.trim_start_matches(['"', '\'', ' ', '\t']);
        sign.starts_with([':', '=']).then_some(lower.len() - sign.len() + 1)
    });
    values.min().or_else(|| {
        let text = without_dashes(&lower);
        let (first, rest) = text.split_once(' ')?;
        names_a_secret(first).then_some(lower.len() - rest.len())
    })
}

/// The user part of an address such as `https://user:word@host`.
fn user_in_url(line: &str) -> Option<usize> {
    let start = line.find("://")? + 3;
    let authority = line[start..].split(['/', ' ', '"', '\'']).next()?;
    authority.contains('@').then_some(start)
}

fn without_dashes(line: &str) -> &str {
    line.trim_start_matches([' ', '\t', '-'])
}

fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.')
}

/// What may be shown after a key that names a secret: nothing, a reference, a variable.
fn is_harmless(value: &str) -> bool {
    let braces = value.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).map(str::trim);
    let reference = braces.is_some_and(|inner| {
        is_reference(inner) && inner.matches(':').count() == 1 && !inner.contains(',')
    });
    let quoted = value.trim_matches(['"', '\'']);
    let template = quoted.strip_prefix("{{").and_then(|rest| rest.strip_suffix("}}"));
    let variable = template.is_some_and(|name| name.trim().chars().all(is_name));
    value.is_empty() || reference || variable
}

fn is_reference(text: &str) -> bool {
    let text = text.trim_start_matches(['{', ' ']);
    REFERENCE_KEYS
        .iter()
        .any(|key| text.strip_prefix(key).is_some_and(|rest| rest.trim_start().starts_with(':')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_that_look_secret_are_hidden_and_references_are_not() {
        let cases = [
            ("password: hunter2", "password:"),
            ("  - root_password: hunter2", "  - root_password:"),
            ("{user: a, \"Password\": hunter2}", "{user: a, \"Password\":"),
            ("password hunter2", "password "),
            ("# token = hunter2", "# token ="),
            ("url: https://me:hunter2@vc/sdk", "url: https://"),
            ("password: { env: VC, x: hunter2 }", "password:"),
            ("password: { env: VC_PASSWORD }", "password: { env: VC_PASSWORD }"),
            ("password: '{{ root_pw }}'", "password: '{{ root_pw }}'"),
            ("name: the password policy", "name: the password policy"),
            ("url: https://vc/sdk?mail=a@b", "url: https://vc/sdk?mail=a@b"),
        ];
        for (text, shown) in cases {
            let mask = Mask::scan(&Source::new("t", text));
            let end = mask.hidden_from(1).unwrap_or(text.len());
            assert_eq!(&text[..end], shown, "{text:?}");
        }
    }

    #[test]
    fn lines_below_a_secret_key_are_hidden_until_the_block_ends() {
        let text = "- password: |\n    hunter2\n\n    env: X\n  user: me\ntoken:\n  value: hunter2\nx: 1\n";
        let mask = Mask::scan(&Source::new("t", text));
        let hidden: Vec<u32> = (1..=8).filter(|line| mask.hidden_from(*line).is_some()).collect();
        assert_eq!(hidden, [1, 2, 7]);
    }
}
