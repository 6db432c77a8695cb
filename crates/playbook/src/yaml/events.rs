//! Reads YAML events within limits: [`parse`]. The tree itself is put together in `build`.

use saphyr_parser::{Event, Parser, Span as EventSpan, Tag};

use super::build::Builder;
use super::node::Node;
use super::syntax;
use crate::codes::Code;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::limits::Limits;
use crate::source::{Source, Span};

/// Reading stops here: the mistake is reported, and what follows would only confuse.
pub(super) struct Stop;

/// Reads the text of `source`. `None` means that it could not be read, which is then reported, or that it is
/// empty.
pub(crate) fn parse(source: &Source, limits: &Limits, sink: &mut Diagnostics) -> Option<Node> {
    let size = source.text().len();
    if size > limits.bytes {
        let what = format!("the file has {size} bytes, more than the {} allowed", limits.bytes);
        let hint = "split the work into several playbooks";
        sink.push(Diagnostic::new(Code::TooLarge, source.span(0, 0), what).hint(hint));
        return None;
    }
    let positions = Positions::new(source);
    let mut builder = Builder::new(source, limits, sink);
    let mut parser = Parser::new_from_str(source.text());
    let mut documents = 0;
    while let Some(next) = parser.next_event() {
        let outcome = match next {
            Err(error) => {
                syntax::report(&error, source, &positions, &mut builder);
                Err(Stop)
            }
            Ok((Event::DocumentStart(_), span)) if documents > 0 => {
                several_documents(positions.span(span), &mut builder)
            }
            Ok((Event::DocumentStart(_), _)) => {
                documents += 1;
                Ok(())
            }
            Ok((event, span)) => take(event, positions.span(span), &mut builder),
        };
        if outcome.is_err() {
            return None;
        }
    }
    builder.finish()
}

fn several_documents(span: Span, builder: &mut Builder) -> Result<(), Stop> {
    let what = "a second document starts here, but a playbook is one document";
    let hint = "remove the `---` line, or put the second document into a file of its own";
    builder.report(Diagnostic::new(Code::SeveralDocuments, span, what).hint(hint));
    Err(Stop)
}

fn take(event: Event<'_>, span: Span, builder: &mut Builder) -> Result<(), Stop> {
    match event {
        Event::Scalar(text, style, anchor, tag) => {
            refuse_tag(tag.as_deref(), span, builder);
            let plain = matches!(style, saphyr_parser::ScalarStyle::Plain);
            builder.scalar(&text, plain, anchor, span)
        }
        Event::SequenceStart(anchor, tag) => {
            refuse_tag(tag.as_deref(), span, builder);
            builder.open_list(anchor, span)
        }
        Event::MappingStart(anchor, tag) => {
            refuse_tag(tag.as_deref(), span, builder);
            builder.open_map(anchor, span)
        }
        Event::SequenceEnd | Event::MappingEnd => builder.close(span),
        Event::Alias(anchor) => builder.alias(anchor, span),
        _ => Ok(()),
    }
}

fn refuse_tag(tag: Option<&Tag>, span: Span, builder: &mut Builder) {
    let Some(tag) = tag else { return };
    let what = format!("the tag `{tag}` has no meaning in a playbook");
    let hint = match tag.suffix.as_str() {
        "secret" | "vault" | "env" => "remove the tag; write a secret as `{ env: NAME }`",
        _ => "remove the tag; put a value in quotes to make it text",
    };
    builder.report(Diagnostic::new(Code::Tag, span, what).hint(hint));
}

/// The parser counts characters, spans count bytes.
pub(super) struct Positions {
    bytes: Option<Vec<u32>>,
    length: usize,
}

impl Positions {
    fn new(source: &Source) -> Self {
        let text = source.text();
        let starts = || text.char_indices().map(|(at, _)| crate::source::to_u32(at)).collect();
        Positions { bytes: (!text.is_ascii()).then(starts), length: text.len() }
    }

    /// The byte where the character with this index starts.
    pub(super) fn byte(&self, index: usize) -> usize {
        let found = match &self.bytes {
            Some(bytes) => bytes.get(index).map(|at| *at as usize),
            None => Some(index),
        };
        found.unwrap_or(self.length).min(self.length)
    }

    fn span(&self, span: EventSpan) -> Span {
        Span {
            start: crate::source::to_u32(self.byte(span.start.index())),
            end: crate::source::to_u32(self.byte(span.end.index())),
            line: crate::source::to_u32(span.start.line()),
            column: crate::source::to_u32(span.start.col() + 1),
        }
    }
}
