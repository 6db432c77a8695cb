//! Diagnostics as text for people: [`Diagnostics::render`]. Every meaning is in words; colour only repeats it.

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use crate::codes::Severity;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::source::Span;

/// Longer lines are not shown, only named.
const LONGEST_LINE: usize = 400;
/// What stands for the hidden part of a line.
const HIDDEN: &str = "***";

/// How diagnostics are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RenderStyle {
    /// With ANSI colours.
    pub color: bool,
    /// With line-drawing characters; otherwise plain ASCII.
    pub unicode: bool,
    /// Columns of the terminal.
    pub width: usize,
}

impl Default for RenderStyle {
    fn default() -> Self {
        RenderStyle { color: false, unicode: false, width: 100 }
    }
}

impl Diagnostics {
    /// All mistakes with the lines they are about, and a line that counts them.
    pub fn render(&self, style: RenderStyle) -> String {
        let renderer = if style.color { Renderer::styled() } else { Renderer::plain() };
        let decor = if style.unicode { DecorStyle::Unicode } else { DecorStyle::Ascii };
        let renderer = renderer.decor_style(decor).term_width(style.width);
        let mut text = String::new();
        for item in self.iter() {
            text.push_str(&renderer.render(&[self.group(item)]));
            text.push_str("\n\n");
        }
        text + &self.count()
    }

    fn group<'a>(&'a self, item: &'a Diagnostic) -> Group<'a> {
        let level = match item.severity() {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        let mut group = Group::with_title(level.primary_title(&*item.what).id(item.code.as_str()));
        let shown = !item.hide_source;
        group = match self.snippet(item.span, AnnotationKind::Primary, "").filter(|_| shown) {
            Some(snippet) => group.element(snippet),
            None if item.span.is_none() => group,
            None => group.element(self.origin(item.span)),
        };
        for (span, label) in &item.related {
            let snippet = self.snippet(*span, AnnotationKind::Context, label).filter(|_| shown);
            group = match snippet {
                Some(snippet) => group.element(snippet),
                None if span.is_none() => group,
                None => group.element(self.origin(*span)),
            };
        }
        match &item.hint {
            Some(hint) if !hint.is_empty() => group.element(Level::HELP.message(&**hint)),
            _ => group,
        }
    }

    fn origin(&self, span: Span) -> Origin<'_> {
        Origin::path(self.source().name())
            .line(span.line as usize)
            .char_column(span.column as usize)
    }

    /// The first line of a span, without what must not be shown. `None` when nothing of the span is left.
    fn snippet<'a>(
        &'a self,
        span: Span,
        kind: AnnotationKind,
        label: &'a str,
    ) -> Option<Snippet<'a, annotate_snippets::Annotation<'a>>> {
        let source = self.source();
        let line = source.line(span.line);
        if span.is_none() || line.len() > LONGEST_LINE {
            return None;
        }
        let line_start = source.line_start(span.line);
        let shown = match self.mask().hidden_from(span.line) {
            Some(from) if from <= span.start as usize => return None,
            Some(from) => line.get(..from.saturating_sub(line_start))?.to_owned() + HIDDEN,
            None => line.to_owned(),
        };
        let start =
            (span.start as usize).checked_sub(line_start).filter(|at| *at <= shown.len())?;
        let end = (span.end as usize).saturating_sub(line_start).clamp(start, shown.len());
        let label = Some(label).filter(|label| !label.is_empty());
        Some(
            Snippet::source(shown)
                .path(source.name())
                .line_start(span.line as usize)
                .annotation(kind.span(start..end).label(label)),
        )
    }

    fn count(&self) -> String {
        let errors = self.iter().filter(|item| item.severity() == Severity::Error).count();
        let warnings = self.len() - errors - self.left_out();
        let more = match self.left_out() {
            0 => String::new(),
            left_out => format!(", and {left_out} more that are not shown"),
        };
        let parts = [(errors, "error"), (warnings, "warning")];
        let parts = parts.into_iter().filter(|(count, _)| *count > 0);
        let parts: Vec<String> = parts.map(|(count, word)| plural(count, word)).collect();
        match parts.is_empty() {
            true => String::new(),
            false => format!("{}: {}{more}\n", self.source().name(), parts.join(", ")),
        }
    }
}

fn plural(count: usize, word: &str) -> String {
    if count == 1 { format!("1 {word}") } else { format!("{count} {word}s") }
}
