//! A playbook's text with its name, and places in it.
//!
//! [`Source`] owns the text and knows where its lines start; [`Span`] is a range of it. Neither reads files:
//! the text is handed in.

use std::sync::Arc;

use crate::codes::Code;
use crate::diagnostic::{Diagnostic, Diagnostics};

const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// A range of a playbook's text, with the line and column where it starts.
///
/// `line` and `column` count from 1, columns in characters; `start` and `end` are bytes. The default span
/// stands for "no place in the file", which [`Span::is_none`] tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// The byte after the last one.
    pub end: u32,
    /// Line of the first byte, from 1; 0 when there is no place.
    pub line: u32,
    /// Column of the first byte in characters, from 1; 0 when there is no place.
    pub column: u32,
}

impl Span {
    /// The span of something that is not written in the file, such as a default value.
    pub const NONE: Span = Span { start: 0, end: 0, line: 0, column: 0 };

    /// Tells whether this points nowhere.
    pub fn is_none(&self) -> bool {
        self.line == 0
    }

    /// The same start, ending where `last` ends.
    pub(crate) fn to(self, last: Span) -> Span {
        Span { end: last.end.max(self.end), ..self }
    }
}

/// The text of one playbook, cheap to clone.
#[derive(Clone)]
pub struct Source(Arc<Inner>);

struct Inner {
    name: String,
    text: String,
    line_starts: Vec<u32>,
}

impl Source {
    /// Wraps `text`, which messages will call `name` (usually the path as the user wrote it).
    pub fn new(name: &str, text: &str) -> Self {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let starts = std::iter::once(0).chain(breaks.map(|(at, _)| to_u32(at + 1)));
        let line_starts = starts.collect();
        Source(Arc::new(Inner { name: name.to_owned(), text: text.to_owned(), line_starts }))
    }

    /// Wraps bytes that should be UTF-8 text.
    ///
    /// # Errors
    /// One diagnostic with the place of the first bad byte.
    pub fn from_bytes(name: &str, bytes: &[u8]) -> Result<Self, Diagnostics> {
        let error = match std::str::from_utf8(bytes) {
            Ok(text) => return Ok(Source::new(name, text)),
            Err(error) => error,
        };
        let source = Source::new(name, &String::from_utf8_lossy(bytes));
        let byte = bytes.get(error.valid_up_to()).copied().unwrap_or_default();
        let skipped = if bytes.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len() } else { 0 };
        let marked = error.valid_up_to() - skipped;
        let place = source.span(marked, marked + char::REPLACEMENT_CHARACTER.len_utf8());
        let what = format!("the byte 0x{byte:02x} is not UTF-8 text");
        let mut found = Diagnostics::new(&source);
        found.push(Diagnostic::new(Code::NotUtf8, place, what).hint("save the file as UTF-8"));
        Err(found)
    }

    /// The name messages use.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// The whole text, without a byte order mark.
    pub fn text(&self) -> &str {
        &self.0.text
    }

    /// The text a span covers; empty when the span points nowhere.
    pub(crate) fn slice(&self, span: Span) -> &str {
        self.0.text.get(span.start as usize..span.end as usize).unwrap_or("")
    }

    /// How many lines there are.
    pub(crate) fn line_count(&self) -> u32 {
        to_u32(self.0.line_starts.len())
    }

    /// The byte where `line` (from 1) starts, or the end of the text.
    pub(crate) fn line_start(&self, line: u32) -> usize {
        let index = (line as usize).saturating_sub(1);
        self.0.line_starts.get(index).map_or(self.0.text.len(), |start| *start as usize)
    }

    /// A line (from 1) without its line break.
    pub(crate) fn line(&self, line: u32) -> &str {
        let text = self.0.text.get(self.line_start(line)..self.line_start(line + 1)).unwrap_or("");
        text.trim_end_matches(['\n', '\r'])
    }

    /// The line (from 1) that holds a byte.
    pub(crate) fn line_of(&self, byte: usize) -> u32 {
        to_u32(self.0.line_starts.partition_point(|start| *start as usize <= byte)).max(1)
    }

    /// The span of a range of bytes.
    pub(crate) fn span(&self, start: usize, end: usize) -> Span {
        let line = self.line_of(start);
        let before = self.0.text.get(self.line_start(line)..start).unwrap_or("");
        let column = to_u32(before.chars().count() + 1);
        Span { start: to_u32(start), end: to_u32(end), line, column }
    }
}

/// Shows the name only: the text may hold what must not be printed.
impl std::fmt::Debug for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Source").field(&self.0.name).finish()
    }
}

/// Positions beyond 4 GiB cannot occur: the size limit is far below.
pub(crate) fn to_u32(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}
