//! Checks a whole playbook: [`check`], and the fields of a single task: [`check_args`].

use super::connections::Connections;
use super::expand::{Expanded, Surroundings};
use super::fields::{Names, Owner};
use super::task::RawTask;
use crate::args::Args;
use crate::capability::Capability;
use crate::codes::Code;
use crate::diagnostic::{Diagnostic, Diagnostics, echo};
use crate::limits::Limits;
use crate::overrides::Overrides;
use crate::playbook::{DEFAULT_CONNECTION, Playbook};
use crate::session::Session;
use crate::settled::always_in_conflict;
use crate::source::Source;
use crate::suggest::instead;
use crate::template::{Engine, Scope, Variables};
use crate::yaml::{Node, parse};

const TOP_LEVEL_KEYS: [&str; 3] = ["connections", "vars", "tasks"];

/// How a playbook is checked.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// How large it may be.
    pub limits: Limits,
    /// Values for variables from outside.
    pub overrides: Overrides,
}

/// Checks a playbook against a catalogue of capabilities, without any network.
///
/// # Errors
/// All mistakes at once, if there is an error among them.
pub fn check(
    source: &Source,
    catalogue: &'static [Capability],
    options: &Options,
) -> Result<Playbook, Diagnostics> {
    let engine = Engine::new();
    let mut session = Session::new(source, &options.limits, &engine);
    let root = parse(source, &options.limits, &mut session.sink);
    let checked = match root {
        Some(root) => session.document(&root, catalogue, &options.overrides),
        None => {
            session.nothing_there();
            None
        }
    };
    session.report_exhaustion();
    let work = session.work();
    let mut found = session.sink;
    found.sort();
    match checked {
        Some((connections, expanded)) if !found.has_errors() => Ok(Playbook {
            connections: connections.declared,
            tasks: expanded.tasks,
            skipped: expanded.skipped,
            warnings: found,
            work,
        }),
        _ => Err(found),
    }
}

/// Checks the fields of one task written as YAML, as in `name: lab`. For tests of capabilities; the only
/// connection is called `default`.
///
/// # Errors
/// All mistakes at once.
pub fn check_args(capability: &'static Capability, yaml: &str) -> Result<Args, Diagnostics> {
    check_fields(capability, &Source::new("args", yaml))
}

/// Checks a file that is nothing but fields, and no playbook.
///
/// # Errors
/// All mistakes at once.
pub fn check_fields(capability: &'static Capability, source: &Source) -> Result<Args, Diagnostics> {
    let (limits, engine) = (Limits::default(), Engine::new());
    let mut session = Session::new(source, &limits, &engine);
    let root = parse(source, &limits, &mut session.sink);
    let variables = Variables::default();
    let names = Names::from([DEFAULT_CONNECTION.to_owned()]);
    let owner = Owner { name: capability.name, connections: &names };
    let args = root.and_then(|root| {
        let root = session.render(&root, &Scope::of(&variables));
        session.checked_args(capability, &root, owner, source.span(0, 0))
    });
    match args {
        Some(args) if !session.sink.has_errors() => Ok(args),
        _ => Err(session.sink),
    }
}

impl Session<'_> {
    fn nothing_there(&mut self) {
        if self.sink.is_empty() {
            self.not_a_playbook("the file is empty", "start with `tasks:`");
        }
    }

    fn not_a_playbook(&mut self, what: &str, hint: &str) {
        let span = self.source.span(0, 0);
        self.report(Diagnostic::new(Code::NotAPlaybook, span, what).hint(hint));
    }

    fn document(
        &mut self,
        root: &Node,
        catalogue: &'static [Capability],
        overrides: &Overrides,
    ) -> Option<(Connections, Expanded)> {
        if root.is_blank() {
            self.nothing_there();
            return None;
        }
        if root.as_map().is_none() {
            let what = format!("a playbook is a block of keys, but this is {}", root.describe());
            let hint = match root.as_list() {
                Some(_) => "put the list under `tasks:`",
                None => "write `tasks:` and the tasks below it",
            };
            if !root.is_unknown() {
                self.not_a_playbook(&what, hint);
            }
            return None;
        }
        self.top_level_keys(root);
        let variables = self.variables(root.get("vars"), overrides);
        let connections = self.connections(root.get("connections"), &variables);
        let mut tasks = self.tasks(root, catalogue);
        self.ids(&mut tasks);
        let around = Surroundings { variables: &variables, connections: &connections };
        let expanded = self.all_instances(&tasks, around);
        if !self.sink.has_errors() {
            always_in_conflict(&expanded.tasks, catalogue, &mut self.sink);
        }
        Some((connections, expanded))
    }

    fn top_level_keys(&mut self, root: &Node) {
        for entry in root.as_map().unwrap_or(&[]) {
            if !TOP_LEVEL_KEYS.contains(&&*entry.key.text) && !self.sink.is_full() {
                let what = format!("{} is not a key of a playbook", echo(&entry.key.text));
                let hint = instead(&entry.key.text, TOP_LEVEL_KEYS);
                let span = entry.key.span;
                self.report(Diagnostic::new(Code::UnknownTopLevelKey, span, what).hint(hint));
            }
        }
    }

    fn tasks<'n>(&mut self, root: &'n Node, catalogue: &'static [Capability]) -> Vec<RawTask<'n>> {
        let hint = "write each task as an item: `- id: …`";
        let node = root.get("tasks").filter(|node| !node.is_null());
        let items = match node.map(|node| (node, node.as_list())) {
            Some((_, Some(items))) if !items.is_empty() => items,
            Some((node, None)) => {
                self.wrong_type(node, "`tasks`", "a list of tasks", hint);
                return Vec::new();
            }
            _ => {
                let what = "the playbook has no tasks";
                let span = root.as_map().and_then(|entries| {
                    entries.iter().find(|e| &*e.key.text == "tasks").map(|e| e.key.span)
                });
                let span = span.unwrap_or(self.source.span(0, 0));
                self.report(Diagnostic::new(Code::NoTasks, span, what).hint(hint));
                return Vec::new();
            }
        };
        if items.len() > self.limits.tasks {
            self.too_many_tasks(items[self.limits.tasks].span);
            return Vec::new();
        }
        items.iter().filter_map(|item| self.task(item, catalogue)).collect()
    }

    fn all_instances(&mut self, tasks: &[RawTask<'_>], around: Surroundings<'_>) -> Expanded {
        let needs = self.needs(tasks);
        let mut expanded = Expanded::default();
        let mut starts = Vec::with_capacity(tasks.len() + 1);
        for task in tasks {
            starts.push(expanded.tasks.len());
            self.expand(task, around, &mut expanded);
        }
        starts.push(expanded.tasks.len());
        let Some(needs) = needs else { return expanded };
        let used: Vec<Vec<&str>> = (starts.windows(2).zip(tasks))
            .map(|(range, task)| {
                let connects = task.work.is_some_and(|work| work.capability.connects);
                let instances = &expanded.tasks[range[0]..range[1]];
                instances.iter().filter(|_| connects).map(|one| one.connection.as_str()).collect()
            })
            .collect();
        let needs = self.installers(needs, tasks, &used, around.connections);
        let Some(needs) = needs else { return expanded };
        let ids = |range: &[usize]| -> Vec<String> {
            expanded.tasks[range[0]..range[1]].iter().map(|task| task.id.clone()).collect()
        };
        let instances: Vec<Vec<String>> = starts.windows(2).map(ids).collect();
        let waits = self.waits(&needs, &instances);
        for (range, waits) in starts.windows(2).zip(waits) {
            for task in &mut expanded.tasks[range[0]..range[1]] {
                task.needs = waits.clone();
            }
        }
        expanded
    }
}
