//! Puts the tree together from events: [`Builder`]. An own stack, so nesting cannot exhaust the thread's.

use std::collections::HashMap;
use std::sync::Arc;

use super::duplicate::SeenKeys;
use super::events::Stop;
use super::node::{Entry, Key, Node, NodeData};
use super::scalar::Scalar;
use crate::codes::Code;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::limits::Limits;
use crate::source::{Source, Span, to_u32};

pub(super) struct Builder<'a> {
    source: &'a Source,
    limits: &'a Limits,
    sink: &'a mut Diagnostics,
    stack: Vec<Frame>,
    anchors: HashMap<usize, Anchored>,
    values: u64,
    alias_values: u64,
    root: Option<Node>,
}

/// A finished value with how many values it holds and how deep it is, aliases expanded.
#[derive(Clone)]
struct Anchored {
    node: Node,
    size: u64,
    height: usize,
}

/// A list or block that is not finished.
struct Frame {
    span: Span,
    anchor: usize,
    size: u64,
    height: usize,
    spoiled: bool,
    content: Content,
}

enum Content {
    List(Vec<Node>),
    Map { entries: Vec<Entry>, seen: SeenKeys, pending: Pending },
}

/// What a block waits for.
enum Pending {
    Key,
    Value(Key),
    /// The key was bad or double; its value is dropped.
    Dropped,
}

impl<'a> Builder<'a> {
    pub(super) fn new(source: &'a Source, limits: &'a Limits, sink: &'a mut Diagnostics) -> Self {
        Builder {
            source,
            limits,
            sink,
            stack: Vec::new(),
            anchors: HashMap::new(),
            values: 0,
            alias_values: 0,
            root: None,
        }
    }

    pub(super) fn report(&mut self, diagnostic: Diagnostic) {
        self.sink.push(diagnostic);
    }

    pub(super) fn finish(self) -> Option<Node> {
        self.root
    }

    pub(super) fn scalar(
        &mut self,
        text: &str,
        plain: bool,
        anchor: usize,
        span: Span,
    ) -> Result<(), Stop> {
        self.count(1, span)?;
        let scalar = Scalar { text: text.into(), plain };
        let node = Node::new(span, NodeData::Scalar(scalar));
        self.finish_value(Anchored { node, size: 1, height: 0 }, anchor);
        Ok(())
    }

    pub(super) fn open_list(&mut self, anchor: usize, span: Span) -> Result<(), Stop> {
        self.open(Content::List(Vec::new()), anchor, span)
    }

    pub(super) fn open_map(&mut self, anchor: usize, span: Span) -> Result<(), Stop> {
        let content =
            Content::Map { entries: Vec::new(), seen: SeenKeys::default(), pending: Pending::Key };
        self.open(content, anchor, span)
    }

    pub(super) fn close(&mut self, span: Span) -> Result<(), Stop> {
        let Some(frame) = self.stack.pop() else { return Ok(()) };
        let whole = self.trimmed(frame.span.to(span));
        let data = match frame.content {
            _ if frame.spoiled => NodeData::Unknown,
            Content::List(items) => NodeData::List(items.into()),
            Content::Map { entries, .. } => NodeData::Map(entries.into()),
        };
        let (size, height) = (frame.size, frame.height);
        self.finish_value(Anchored { node: Node::new(whole, data), size, height }, frame.anchor);
        Ok(())
    }

    pub(super) fn alias(&mut self, anchor: usize, span: Span) -> Result<(), Stop> {
        let Some(target) = self.anchors.get(&anchor).cloned() else {
            let what = "this alias stands inside the value it refers to";
            let hint = "write the value out";
            self.report(Diagnostic::new(Code::UnknownAlias, span, what).hint(hint));
            self.finish_value(Anchored { node: Node::unknown(span), size: 1, height: 0 }, 0);
            return Ok(());
        };
        self.alias_values = self.alias_values.saturating_add(target.size);
        if self.alias_values > self.limits.alias_values {
            let allowed = self.limits.alias_values;
            let what = format!("aliases expand to more than the {allowed} values allowed");
            let hint = "write the values out, or use variables";
            self.report(Diagnostic::new(Code::AliasExpansion, span, what).hint(hint));
            return Err(Stop);
        }
        self.limit_depth(self.stack.len() + target.height, span)?;
        self.finish_value(target, 0);
        Ok(())
    }

    fn open(&mut self, content: Content, anchor: usize, span: Span) -> Result<(), Stop> {
        self.count(1, span)?;
        self.limit_depth(self.stack.len() + 1, span)?;
        self.stack.push(Frame { span, anchor, size: 1, height: 1, spoiled: false, content });
        Ok(())
    }

    fn count(&mut self, values: u64, span: Span) -> Result<(), Stop> {
        self.values += values;
        if self.values <= self.limits.values {
            return Ok(());
        }
        let what = format!("the file holds more than the {} values allowed", self.limits.values);
        let hint = "split the work into several playbooks";
        self.report(Diagnostic::new(Code::TooManyValues, span, what).hint(hint));
        Err(Stop)
    }

    fn limit_depth(&mut self, depth: usize, span: Span) -> Result<(), Stop> {
        if depth <= self.limits.depth {
            return Ok(());
        }
        let what = format!("blocks are nested deeper than {} levels", self.limits.depth);
        let hint = "no playbook needs this depth; check the brackets and the indentation";
        self.report(Diagnostic::new(Code::TooDeep, span, what).hint(hint));
        Err(Stop)
    }

    fn finish_value(&mut self, value: Anchored, anchor: usize) {
        if anchor != 0 {
            self.anchors.insert(anchor, value.clone());
        }
        let Some(frame) = self.stack.last_mut() else {
            self.root = Some(value.node);
            return;
        };
        frame.size = frame.size.saturating_add(value.size);
        frame.height = frame.height.max(value.height + 1);
        match &mut frame.content {
            Content::List(items) => items.push(value.node),
            Content::Map { entries, pending, .. } => {
                match std::mem::replace(pending, Pending::Key) {
                    Pending::Key => self.key(&value.node),
                    Pending::Value(key) => entries.push(Entry { key, value: value.node }),
                    Pending::Dropped => {}
                }
            }
        }
    }

    fn key(&mut self, node: &Node) {
        let verdict = self.judge_key(node);
        let Some(frame) = self.stack.last_mut() else { return };
        let Content::Map { seen, pending, .. } = &mut frame.content else { return };
        let mistake = match verdict {
            Ok(key) => match seen.first(&key) {
                None => {
                    *pending = Pending::Value(key);
                    return;
                }
                Some(first) => {
                    let shown = self.sink.echo(&key.text, key.span);
                    duplicate(&key, first, &shown)
                }
            },
            Err(mistake) => mistake,
        };
        frame.spoiled |= mistake.code == Code::UnquotedTemplate;
        *pending = Pending::Dropped;
        self.report(mistake);
    }

    fn judge_key(&self, node: &Node) -> Result<Key, Diagnostic> {
        let span = node.span;
        match &node.data {
            NodeData::Scalar(scalar) if scalar.plain && &*scalar.text == "<<" => {
                let what = "the merge key `<<` is not part of YAML 1.2";
                let hint = "write the keys out, or put shared values into `vars:`";
                Err(Diagnostic::new(Code::MergeKey, span, what).hint(hint))
            }
            NodeData::Scalar(scalar) if !node.is_null() => {
                Ok(Key { text: Arc::clone(&scalar.text), span })
            }
            NodeData::Map(_) | NodeData::Unknown if self.is_template_brace(span) => {
                Err(unquoted_template(span, self.source))
            }
            _ => {
                let what = format!("a key must be text, but this is {}", node.describe());
                let hint = "write `key: value`";
                Err(Diagnostic::new(Code::KeyNotText, span, what).hint(hint))
            }
        }
    }

    /// The parser lets a list or block end where the next thing starts.
    fn trimmed(&self, span: Span) -> Span {
        let length = self.source.slice(span).trim_end().len();
        Span { end: span.start + to_u32(length), ..span }
    }

    /// `{{ x }}` without quotes reads as a block whose key is a block.
    fn is_template_brace(&self, span: Span) -> bool {
        let start = span.start as usize;
        start > 0 && self.source.text().get(start - 1..start + 1) == Some("{{")
    }
}

fn duplicate(key: &Key, first: Span, shown: &str) -> Diagnostic {
    let what = format!("the key {shown} is written twice in this block");
    Diagnostic::new(Code::DuplicateKey, key.span, what)
        .related(first, "first written here")
        .hint("keep one of the two")
}

/// `span` is somewhere on the line of the template.
pub(super) fn unquoted_template(span: Span, source: &Source) -> Diagnostic {
    let line = source.line(span.line);
    let from = line.find("{{").unwrap_or(0);
    let start = source.line_start(span.line) + from;
    let written = line.get(from..).unwrap_or("").trim_end();
    let place = source.span(start, start + written.len());
    let what = "a template must stand in quotes, or YAML reads its braces as a block";
    Diagnostic::new(Code::UnquotedTemplate, place, what).hint(r#"write "{{ … }}" with quotes"#)
}
