//! What one check of a playbook carries along: [`Session`] with the mistakes found, the limits and the effort.

use crate::codes::Code;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::limits::Limits;
use crate::source::{Source, Span};
use crate::template::Engine;
use crate::yaml::{Node, NodeData};

/// The state of one check.
pub(crate) struct Session<'a> {
    pub(crate) source: &'a Source,
    pub(crate) limits: &'a Limits,
    pub(crate) sink: Diagnostics,
    pub(crate) engine: &'a Engine,
    work: u64,
}

/// How large a value is, aliases and variables expanded.
#[derive(Clone, Copy, Default)]
pub(crate) struct Measure {
    pub(crate) height: usize,
    pub(crate) has_unknown: bool,
}

impl<'a> Session<'a> {
    pub(crate) fn new(source: &'a Source, limits: &'a Limits, engine: &'a Engine) -> Self {
        Session { source, limits, sink: Diagnostics::new(source), engine, work: 0 }
    }

    /// Values, templates and edges looked at so far.
    pub(crate) fn work(&self) -> u64 {
        self.work
    }

    pub(crate) fn report(&mut self, diagnostic: Diagnostic) {
        self.sink.push(diagnostic);
    }

    /// Counts one unit of work. `false` means that the playbook asks for too much; the caller gives up on
    /// what it looks at, and [`report_exhaustion`](Self::report_exhaustion) says so in the end.
    pub(crate) fn step(&mut self) -> bool {
        self.work += 1;
        if self.work <= self.limits.work {
            return true;
        }
        false
    }

    /// Reports if [`step`](Self::step) said no anywhere.
    pub(crate) fn report_exhaustion(&mut self) {
        if self.work > self.limits.work {
            let most = self.limits.work;
            let what = format!(
                "loops, aliases and variables expand to more than the {most} values allowed"
            );
            let hint = "split the work into several playbooks, or loop over less";
            self.report(Diagnostic::new(Code::TooManyValues, Span::NONE, what).hint(hint));
        }
    }

    /// Walks through a value, counting.
    pub(crate) fn measure(&mut self, node: &Node) -> Measure {
        if !self.step() {
            return Measure { height: 0, has_unknown: true };
        }
        let mut whole = Measure { height: 0, has_unknown: node.is_unknown() };
        let mut add = |part: Measure| {
            whole.height = whole.height.max(part.height + 1);
            whole.has_unknown |= part.has_unknown;
        };
        match &node.data {
            NodeData::List(items) => items.iter().for_each(|item| add(self.measure(item))),
            NodeData::Map(entries) => {
                entries.iter().for_each(|entry| add(self.measure(&entry.value)));
            }
            NodeData::Scalar(_) | NodeData::Unknown => {}
        }
        whole
    }
}
