//! Says what is wrong when the text is not YAML at all, in words that help: [`report`].

use saphyr_parser::ScanError;

use super::build::{Builder, unquoted_template};
use super::events::Positions;
use crate::codes::Code;
use crate::diagnostic::Diagnostic;
use crate::source::{Source, Span, to_u32};

/// More lines with tabs than this are not listed one by one.
const TABS_LISTED: usize = 20;

const UNKNOWN_ANCHOR: &str = "while parsing node, found unknown anchor";

/// Turns the parser's complaint into diagnostics.
pub(super) fn report(
    error: &ScanError,
    source: &Source,
    positions: &Positions,
    builder: &mut Builder,
) {
    let line = to_u32(error.marker().line()).clamp(1, source.line_count());
    let tabs: Vec<Span> = tab_indents(source, line).take(TABS_LISTED).collect();
    if !tabs.is_empty() {
        tabs.into_iter().for_each(|span| builder.report(tab(span)));
        return;
    }
    if let Some(line) = unquoted_template_line(source, line) {
        let start = source.line_start(line);
        builder.report(unquoted_template(source.span(start, start), source));
        return;
    }
    let at = positions.byte(error.marker().index());
    let end =
        source.text().get(at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
    let (what, hint) = explain(error.info());
    let code = match error.info() {
        UNKNOWN_ANCHOR => Code::UnknownAlias,
        _ => Code::Syntax,
    };
    let mistake = Diagnostic::new(code, source.span(at, at + end), what);
    builder.report(mistake.hint(hint));
}

fn tab(span: Span) -> Diagnostic {
    let what = "this line is indented with a tab, which YAML does not allow";
    Diagnostic::new(Code::TabIndent, span, what).hint("indent with spaces")
}

/// Tabs matter only if the complaint is about such a line or the one before or after.
fn tab_indents(source: &Source, complaint: u32) -> impl Iterator<Item = Span> {
    let near = [complaint.saturating_sub(1), complaint, complaint + 1];
    let guilty = near.iter().any(|line| tab_indent(source, *line).is_some());
    let lines = if guilty { source.line_count() } else { 0 };
    (1..=lines).filter_map(|line| tab_indent(source, line))
}

fn tab_indent(source: &Source, line: u32) -> Option<Span> {
    let text = source.line(line);
    let indent = text.len() - text.trim_start_matches([' ', '\t']).len();
    let tab = text.get(..indent)?.find('\t')?;
    let blank = text.len() == indent;
    let start = source.line_start(line);
    (!blank && line > 0).then(|| source.span(start + tab, start + indent))
}

fn unquoted_template_line(source: &Source, line: u32) -> Option<u32> {
    [line, line.saturating_sub(1)].into_iter().find(|line| {
        let text = source.line(*line);
        *line > 0 && (text.contains(": {{") || text.trim_start().starts_with("- {{"))
    })
}

/// The parser's complaints in other words, with what to do. Those that are clear stay as they are.
fn explain(info: &str) -> (String, &'static str) {
    let (what, hint) = match info {
        "mapping values are not allowed in this context" => (
            "a `key: value` cannot start here",
            "put a text that holds `: ` in quotes, and align the keys of a block",
        ),
        "simple key expect ':'" | "simple key expected" => {
            ("a key without `:` stands here", "write `key: value`")
        }
        "while parsing a block mapping, did not find expected key" => {
            ("a key is expected here", "align the keys of a block, and close quotes and brackets")
        }
        "while parsing a block collection, did not find expected '-' indicator" => {
            ("an item that starts with `- ` is expected here", "align the items of a list")
        }
        "invalid indentation" | "invalid indentation in flow construct" => {
            ("this line is indented wrongly", "align it with the lines it belongs to")
        }
        "while scanning a quoted scalar, found unexpected end of stream"
        | "invalid indentation in quoted scalar" => {
            ("a text in quotes is not closed", "add the closing quote")
        }
        "while parsing a quoted scalar, found unknown escape character" => (
            "this escape is unknown",
            r"write `\\` for a backslash, or put the text in single quotes",
        ),
        "while parsing a flow mapping, did not find expected ',' or '}'" => {
            ("a `,` or `}` is missing here", "close the `{`, and separate entries with commas")
        }
        "while parsing a flow sequence, expected ',' or ']'" => {
            ("a `,` or `]` is missing here", "close the `[`, and separate items with commas")
        }
        UNKNOWN_ANCHOR => {
            ("this alias refers to no anchor", "put text that starts with `*` in quotes")
        }
        "found unprintable character" => {
            ("a control character stands here", "remove it, or write it as an escape in quotes")
        }
        other => {
            let hint = "check quotes, brackets and indentation here and on the lines above";
            return (format!("this is not well-formed YAML: {other}"), hint);
        }
    };
    (what.to_owned(), hint)
}
