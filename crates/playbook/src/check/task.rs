//! Checks the keys of a task: [`RawTask`]. Templates, loops and fields come later, in `expand`.

use crate::capability::{Capability, quoted};
use crate::codes::Code;
use crate::diagnostic::{Diagnostic, echo};
use crate::session::Session;
use crate::source::Span;
use crate::suggest::instead;
use crate::template::has_template;
use crate::yaml::{Entry, Node};

/// The keys a task may have beside its capability, each with a sentence for people.
pub(crate) const TASK_KEYS: [(&str, &str); 7] = [
    ("id", "Name by which other tasks refer to this one; letters, digits, `_`, `-` and `.`."),
    ("name", "What people call the task; shown while it runs."),
    ("needs", "Ids of tasks that must be done before this one."),
    ("when", "Condition, without braces; the task is left out when it is false."),
    ("loop", "List; the task is done once for each item, which templates see as `item`."),
    ("tags", "Words by which tasks can be chosen."),
    ("connection", "Name of the connection to use."),
];

/// Longer ids make a mess of every table.
const LONGEST_ID: usize = 64;

/// A task as it was written, its keys sorted out.
pub(super) struct RawTask<'n> {
    pub(super) id: String,
    pub(super) id_span: Span,
    pub(super) named: bool,
    pub(super) title: Option<&'n Node>,
    pub(super) needs: Vec<(String, Span)>,
    pub(super) when: Option<&'n Node>,
    pub(super) over: Option<&'n Node>,
    pub(super) tags: Vec<String>,
    pub(super) connection: Option<&'n Node>,
    pub(super) work: Option<Work<'n>>,
}

/// What a task does.
#[derive(Clone, Copy)]
pub(super) struct Work<'n> {
    pub(super) capability: &'static Capability,
    pub(super) fields: &'n Node,
    pub(super) span: Span,
}

impl Work<'_> {
    /// Whether it needs a connection to a server.
    pub(super) fn connects(&self) -> bool {
        let written = self.fields.as_map().unwrap_or_default();
        let needs = |entry: &Entry| self.capability.connects_for.contains(&&*entry.key.text);
        self.capability.connects || written.iter().any(needs)
    }
}

impl Session<'_> {
    /// Sorts the keys of a task out. The id stays empty when none is written.
    pub(super) fn task<'n>(
        &mut self,
        node: &'n Node,
        catalogue: &'static [Capability],
    ) -> Option<RawTask<'n>> {
        let hint = "write `- ` and the task's keys, such as `id:` and its capability";
        let Some(entries) = node.as_map() else {
            self.wrong_type(node, "an item in `tasks`", "a block of keys", hint);
            return None;
        };
        let find = |key: &str| {
            let entry = entries.iter().find(|entry| &*entry.key.text == key)?;
            Some(&entry.value)
        };
        let id = find("id").and_then(|node| self.id(node));
        let needs = find("needs").map_or(Vec::new(), |node| self.words(node, "`needs`"));
        let tags = find("tags").map_or(Vec::new(), |node| self.words(node, "`tags`"));
        let start = entries.first().map_or(node.span, |entry| entry.key.span);
        Some(RawTask {
            id_span: find("id").map_or(start, |node| node.span),
            named: id.is_some(),
            id: id.unwrap_or_default(),
            title: find("name"),
            needs,
            when: find("when"),
            over: find("loop"),
            tags: tags.into_iter().map(|(tag, _)| tag).collect(),
            connection: find("connection"),
            work: self.work_of(entries, catalogue, start),
        })
    }

    fn id(&mut self, node: &Node) -> Option<String> {
        let id = self.fixed_text(node, "`id`")?;
        let clean = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
        if id.chars().all(clean) && id.len() <= LONGEST_ID {
            return Some(id);
        }
        let what = format!("{} cannot be a task's id", echo(&id));
        let hint = format!("use letters, digits, `_`, `-` and `.`, at most {LONGEST_ID}");
        self.report(Diagnostic::new(Code::BadId, node.span, what).hint(hint));
        None
    }

    /// One text, or a list of them.
    fn words(&mut self, node: &Node, what: &str) -> Vec<(String, Span)> {
        let item = format!("an item in {what}");
        let (items, what) = match node.as_list() {
            Some(items) => (items, item.as_str()),
            None if node.as_map().is_some() => {
                self.wrong_type(node, what, "a text or a list of texts", "write `[one, two]`");
                return Vec::new();
            }
            None => (std::slice::from_ref(node), what),
        };
        let mut words = Vec::with_capacity(items.len());
        for item in items {
            words.extend(self.fixed_text(item, what).map(|word| (word, item.span)));
        }
        words
    }

    /// A text in which templates are not allowed.
    fn fixed_text(&mut self, node: &Node, what: &str) -> Option<String> {
        if has_template(node) {
            let text = format!("{what} cannot hold a template");
            let hint = "ids, needs and tags must be known without variables; write them out";
            self.report(Diagnostic::new(Code::TemplateNotAllowed, node.span, text).hint(hint));
            return None;
        }
        self.plain_text(node, what)
    }

    fn work_of<'n>(
        &mut self,
        entries: &'n [Entry],
        catalogue: &'static [Capability],
        start: Span,
    ) -> Option<Work<'n>> {
        let mut found: Option<Work<'n>> = None;
        let mut puzzled = false;
        for entry in entries {
            let (key, span) = (&*entry.key.text, entry.key.span);
            let capability = catalogue.iter().find(|capability| capability.name == key);
            match (capability, found) {
                (None, _) if TASK_KEYS.iter().any(|(known, _)| *known == key) => {}
                (None, _) => {
                    puzzled = true;
                    self.unknown_task_key(key, span, catalogue);
                }
                (Some(capability), None) => {
                    found = Some(Work { capability, fields: &entry.value, span });
                }
                (Some(_), Some(first)) => {
                    let what = format!("a task has one capability, and `{key}` is a second one");
                    let mistake = Diagnostic::new(Code::SeveralCapabilities, span, what)
                        .related(first.span, "the first one")
                        .hint("make two tasks of it");
                    self.report(mistake);
                }
            }
        }
        if found.is_none() && !puzzled {
            self.no_capability(start, catalogue);
        }
        found
    }

    fn unknown_task_key(&mut self, key: &str, span: Span, catalogue: &[Capability]) {
        let name = self.sink.echo(key, span);
        let what = format!("{name} is neither a key of a task nor a capability");
        let keys = TASK_KEYS.iter().map(|(key, _)| *key);
        let names = catalogue.iter().map(|capability| capability.name);
        let hint = match self.sink.is_full() {
            true => String::new(),
            false => instead(key, names.chain(keys)),
        };
        self.report(Diagnostic::new(Code::UnknownTaskKey, span, what).hint(hint));
    }

    fn no_capability(&mut self, start: Span, catalogue: &[Capability]) {
        let names: Vec<&str> = catalogue.iter().map(|capability| capability.name).collect();
        let what = "this task does not say what to do: it has no capability";
        let hint = format!("add one of {}", quoted(&names));
        self.report(Diagnostic::new(Code::NoCapability, start, what).hint(hint));
    }
}
