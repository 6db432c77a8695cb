//! What is wrong with a playbook: [`Diagnostic`], collected in [`Diagnostics`].
//!
//! All mistakes are gathered before anything is said. Turning them into text is `render`'s work.

use std::collections::HashSet;
use std::fmt;

use serde::Serialize;

use crate::codes::{Code, Severity};
use crate::mask::Mask;
use crate::source::{Source, Span};

/// Mistakes beyond this number are counted, not kept: nobody reads them, and a hostile file could fill memory.
const KEPT: usize = 500;

/// Characters of a value that a message repeats.
const ECHOED: usize = 60;

/// One mistake: what kind, where, what is wrong and what to write instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// The kind of mistake.
    pub code: Code,
    /// The place; [`Span::NONE`] when the mistake is not in the file.
    pub span: Span,
    /// What is wrong, in one sentence without period.
    pub what: String,
    /// What to write instead.
    pub hint: Option<String>,
    /// Other places that matter, each with a label.
    pub related: Vec<(Span, String)>,
    /// The place holds a secret: no line of the file may be shown with it.
    pub hide_source: bool,
}

impl Diagnostic {
    /// A mistake of the kind `code` at `span`.
    pub fn new(code: Code, span: Span, what: impl Into<String>) -> Self {
        let what = what.into();
        Diagnostic { code, span, what, hint: None, related: Vec::new(), hide_source: false }
    }

    /// Adds what to write instead.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds another place that matters.
    #[must_use]
    pub fn related(mut self, span: Span, label: impl Into<String>) -> Self {
        self.related.push((span, label.into()));
        self
    }

    /// Keeps every line of the file out of what is shown.
    #[must_use]
    pub(crate) fn hidden(mut self) -> Self {
        self.hide_source = true;
        self
    }

    /// How much it matters.
    pub fn severity(&self) -> Severity {
        self.code.severity()
    }
}

/// A mistake as plain data, for machine-readable output.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PlainDiagnostic {
    /// The kind of mistake, such as `LS003`.
    pub code: Code,
    /// How much it matters.
    pub severity: Severity,
    /// Name of the playbook.
    pub file: String,
    /// Line from 1; 0 when the mistake is not in the file.
    pub line: u32,
    /// Column in characters, from 1; 0 when the mistake is not in the file.
    pub column: u32,
    /// What is wrong.
    pub what: String,
    /// What to write instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

/// All mistakes found in one playbook, in the order of the file.
#[derive(Clone)]
pub struct Diagnostics {
    source: Source,
    items: Vec<Diagnostic>,
    seen: HashSet<(Code, Span, String)>,
    left_out: usize,
    pushed: u64,
    mask: Mask,
}

/// A point in time, to see or undo what was reported since.
pub(crate) struct Mark {
    kept: usize,
    left_out: usize,
    pushed: u64,
}

impl Diagnostics {
    pub(crate) fn new(source: &Source) -> Self {
        Diagnostics {
            source: source.clone(),
            items: Vec::new(),
            seen: HashSet::new(),
            left_out: 0,
            pushed: 0,
            mask: Mask::scan(source),
        }
    }

    /// Takes a mistake in, unless the same was said before (a looped task is checked once per item).
    pub(crate) fn push(&mut self, mut diagnostic: Diagnostic) {
        diagnostic.what = without_controls(diagnostic.what);
        diagnostic.hint = diagnostic.hint.map(without_controls);
        if diagnostic.hide_source {
            self.mask.hide(diagnostic.span, &self.source);
        }
        self.pushed += u64::from(diagnostic.severity() == Severity::Error);
        let key = (diagnostic.code, diagnostic.span, diagnostic.what.clone());
        if self.seen.contains(&key) {
            return;
        }
        if self.items.len() >= KEPT {
            self.left_out += 1;
            return;
        }
        self.seen.insert(key);
        self.items.push(diagnostic);
    }

    pub(crate) fn sort(&mut self) {
        self.items.sort_by_key(|item| (item.span.start, item.span.line, item.code));
    }

    /// The mistakes in the order of the file.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.items.iter()
    }

    /// How many mistakes there are, with those beyond the ones kept.
    pub fn len(&self) -> usize {
        self.items.len() + self.left_out
    }

    /// Tells whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Tells whether one of them is an error.
    pub fn has_errors(&self) -> bool {
        self.items.iter().any(|item| item.severity() == Severity::Error)
    }

    /// How many mistakes were found beyond the ones kept.
    pub fn left_out(&self) -> usize {
        self.left_out
    }

    /// The playbook they are about.
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// No more are kept, so finding hints for them is not worth the time.
    pub(crate) fn is_full(&self) -> bool {
        self.items.len() >= KEPT
    }

    /// What of the file must not be shown.
    pub(crate) fn mask(&self) -> &Mask {
        &self.mask
    }

    pub(crate) fn mark(&self) -> Mark {
        Mark { kept: self.items.len(), left_out: self.left_out, pushed: self.pushed }
    }

    /// Tells whether an error was reported since, even one that had been reported before.
    pub(crate) fn complained_since(&self, mark: &Mark) -> bool {
        self.pushed > mark.pushed
    }

    pub(crate) fn forget_since(&mut self, mark: &Mark) {
        for item in self.items.drain(mark.kept..) {
            self.seen.remove(&(item.code, item.span, item.what));
        }
        self.left_out = mark.left_out;
        self.pushed = mark.pushed;
    }

    /// Part of the file for use in a message, or other words for it where it may be a secret.
    pub(crate) fn echo(&self, text: &str, span: Span) -> String {
        if self.may_show(text, span) { echo(text) } else { "this value".to_owned() }
    }

    /// Tells whether a value may be repeated: it stands in the file as it is, and not where a secret may be.
    /// What a template yields may come from anywhere.
    pub(crate) fn may_show(&self, text: &str, span: Span) -> bool {
        !self.mask.covers(span) && self.source.slice(span).contains(text)
    }

    /// The mistakes as plain data.
    pub fn to_plain(&self) -> Vec<PlainDiagnostic> {
        self.items.iter().map(|item| self.plain(item)).collect()
    }

    fn plain(&self, item: &Diagnostic) -> PlainDiagnostic {
        PlainDiagnostic {
            code: item.code,
            severity: item.severity(),
            file: self.source.name().to_owned(),
            line: item.span.line,
            column: item.span.column,
            what: item.what.clone(),
            hint: item.hint.clone(),
        }
    }
}

/// Names from the file must not steer the terminal.
fn without_controls(text: String) -> String {
    match text.contains(char::is_control) {
        false => text,
        true => text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect(),
    }
}

/// A text in backticks, shortened, without control characters.
pub(crate) fn echo(text: &str) -> String {
    let mut shown: String = text.chars().take(ECHOED).flat_map(char::escape_debug).collect();
    if text.chars().nth(ECHOED).is_some() {
        shown.push('…');
    }
    format!("`{shown}`")
}

/// Shows the mistakes only: the text of the file may hold what must not be printed.
impl fmt::Debug for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.items).finish()
    }
}

/// One line per mistake, without any text of the file.
impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, item) in self.items.iter().enumerate() {
            let comma = if index == 0 { "" } else { "\n" };
            let (name, line, column) = (self.source.name(), item.span.line, item.span.column);
            write!(f, "{comma}{name}:{line}:{column}: {}: {}", item.code, item.what)?;
        }
        Ok(())
    }
}

impl std::error::Error for Diagnostics {}
