//! Unrolls loops, decides conditions, fills templates in and checks the fields of each task.

use std::collections::HashSet;
use std::sync::Arc;

use super::connections::Connections;
use super::fields::Owner;
use super::task::{RawTask, Work};
use crate::args::Args;
use crate::capability::Capability;
use crate::codes::Code;
use crate::diagnostic::Diagnostic;
use crate::playbook::{DEFAULT_CONNECTION, SkippedTask, TaskInstance};
use crate::session::Session;
use crate::source::Span;
use crate::template::{Scope, Variables, has_template};
use crate::yaml::{Node, Resolved};

/// What every task is checked against.
#[derive(Clone, Copy)]
pub(super) struct Surroundings<'a> {
    pub(super) variables: &'a Variables,
    pub(super) connections: &'a Connections,
}

/// What tasks became.
#[derive(Default)]
pub(super) struct Expanded {
    pub(super) tasks: Vec<TaskInstance>,
    pub(super) skipped: Vec<SkippedTask>,
}

/// Whether a task is to be done.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Do,
    Skip,
    /// The condition could not be judged, which was reported.
    Unknown,
}

impl Session<'_> {
    /// Adds the instances of a task.
    pub(super) fn expand(
        &mut self,
        task: &RawTask<'_>,
        around: Surroundings<'_>,
        into: &mut Expanded,
    ) {
        let checked = match task.over {
            None => {
                let scope = Scope::of(around.variables);
                self.instance(task, task.id.clone(), &scope, around, into)
            }
            Some(over) => self.unroll(task, over, around, into),
        };
        if !checked {
            self.check_unused(task, around);
        }
    }

    /// Adds one instance per item. Tells whether the fields were checked for at least one.
    fn unroll(
        &mut self,
        task: &RawTask<'_>,
        over: &Node,
        around: Surroundings<'_>,
        into: &mut Expanded,
    ) -> bool {
        let list = self.render(over, &Scope::of(around.variables));
        let Some(items) = list.as_list() else {
            if !list.is_unknown() {
                let what = format!("`loop` takes a list, but this is {}", list.describe());
                let hint = "write `[one, two]`, or a template of a list: `\"{{ names }}\"`";
                self.report(Diagnostic::new(Code::LoopNotList, over.span, what).hint(hint));
            }
            return false;
        };
        let mut checked = false;
        let mut names = HashSet::new();
        for (index, item) in items.iter().enumerate() {
            if into.tasks.len() + into.skipped.len() >= self.limits.tasks {
                self.too_many_tasks(over.span);
                return true;
            }
            let name = item_name(item, index);
            if !names.insert(name.clone()) {
                let shown = self.sink.echo(&name, item.span);
                let what = format!("two items of this loop are called {shown}");
                let hint = "each item needs a text or `name` of its own";
                self.report(Diagnostic::new(Code::DuplicateItem, item.span, what).hint(hint));
            }
            let spoiled = self.measure(item).has_unknown;
            let scope = Scope::with_item(around.variables, item, spoiled);
            let id = format!("{}[{name}]", task.id);
            checked |= self.instance(task, id, &scope, around, into);
        }
        checked
    }

    pub(super) fn too_many_tasks(&mut self, span: Span) {
        let what = format!("there are more than the {} tasks allowed", self.limits.tasks);
        let hint = "split the work into several playbooks";
        self.report(Diagnostic::new(Code::TooManyTasks, span, what).hint(hint));
    }

    /// Adds one instance, or notes that it is skipped. Tells whether its fields were checked.
    fn instance(
        &mut self,
        task: &RawTask<'_>,
        id: String,
        scope: &Scope<'_>,
        around: Surroundings<'_>,
        into: &mut Expanded,
    ) -> bool {
        if self.verdict(task, scope) == Verdict::Skip {
            let when = task.when.and_then(Node::as_scalar).map_or("", |scalar| &scalar.text);
            into.skipped.push(SkippedTask { id, when: when.to_owned() });
            return false;
        }
        let title = task.title.map(|node| self.render(node, scope));
        let title = title.and_then(|node| self.title(&node));
        let connection = self.connection_of(task, scope, around.connections);
        let Some(work) = task.work else { return true };
        let fields = self.render(work.fields, scope);
        let args = self.fields_of(work, &fields, around.connections);
        if let (Some(args), Some(connection)) = (args, connection) {
            into.tasks.push(TaskInstance {
                title: title.unwrap_or_else(|| id.clone()),
                id,
                needs: Arc::from([]),
                tags: task.tags.clone().into(),
                connection,
                capability: work.capability.name,
                args,
                span: task.id_span,
            });
        }
        true
    }

    /// A task that is never done is checked as far as possible without values.
    fn check_unused(&mut self, task: &RawTask<'_>, around: Surroundings<'_>) {
        let scope = match task.over {
            Some(_) => Scope::with_any_item(around.variables),
            None => Scope::of(around.variables),
        };
        if let Some(scalar) = task.when.filter(|node| !has_template(node)).and_then(Node::as_scalar)
        {
            let span = task.when.map_or(Span::NONE, |node| node.span);
            if scalar.resolve() == Resolved::Text {
                self.inspect_expression(&scalar.text, span, &scope);
            }
        }
        for node in task.title.iter().chain(task.connection.iter()) {
            self.inspect(node, &scope);
        }
        if let Some(work) = task.work {
            let fields = self.inspect(work.fields, &scope);
            self.fields_of(work, &fields, around.connections);
        }
    }

    fn fields_of(
        &mut self,
        work: Work<'_>,
        fields: &Node,
        connections: &Connections,
    ) -> Option<Args> {
        let owner = Owner { name: work.capability.name, connections: &connections.names };
        self.checked_args(work.capability, fields, owner, work.span)
    }

    /// The fields of a capability, each checked by itself and then all together.
    pub(super) fn checked_args(
        &mut self,
        capability: &'static Capability,
        fields: &Node,
        owner: Owner<'_>,
        place: Span,
    ) -> Option<Args> {
        let before = self.sink.mark();
        let args = self.record(fields, capability.fields, owner, place)?;
        let sound = !self.sink.complained_since(&before) && !self.measure(fields).has_unknown;
        if let Some(rule) = capability.rule.filter(|_| sound) {
            for mistake in rule(&args) {
                let given = !mistake.field.is_empty() && args.given(mistake.field);
                let span = if given { args.span(mistake.field) } else { place };
                let diagnostic = Diagnostic::new(Code::FieldsDisagree, span, mistake.what);
                self.report(diagnostic.hint(mistake.hint));
            }
        }
        Some(args)
    }

    fn title(&mut self, node: &Node) -> Option<String> {
        if node.is_unknown() { None } else { self.plain_text(node, "`name`") }
    }

    fn connection_of(
        &mut self,
        task: &RawTask<'_>,
        scope: &Scope<'_>,
        connections: &Connections,
    ) -> Option<String> {
        let Some(node) = task.connection.map(|node| self.render(node, scope)) else {
            let connects = task.work.is_none_or(|work| work.connects());
            if connections.usual.is_none() && connects {
                self.not_chosen(task, connections);
            }
            let none = || (!connects).then(|| DEFAULT_CONNECTION.to_owned());
            return connections.usual.clone().or_else(none);
        };
        match node.as_scalar() {
            Some(_) if node.is_null() => self.empty(&node, "`connection`"),
            Some(scalar) => {
                self.connection_name(&node, scalar, &connections.names)?;
                return Some(scalar.text.to_string());
            }
            None => self.wrong_type(&node, "`connection`", "a name", "write one name"),
        }
        None
    }

    fn not_chosen(&mut self, task: &RawTask<'_>, connections: &Connections) {
        let mut names: Vec<&str> = connections.names.iter().map(String::as_str).collect();
        names.sort_unstable();
        let what = "several connections are declared, and this task does not say which to use";
        let known = instead_of_none(&names);
        let hint = format!("add `connection:` with {known}, or call one of them `default`");
        self.report(Diagnostic::new(Code::ConnectionNotChosen, task.id_span, what).hint(hint));
    }

    fn verdict(&mut self, task: &RawTask<'_>, scope: &Scope<'_>) -> Verdict {
        let Some(node) = task.when else { return Verdict::Do };
        let value = match node.as_scalar() {
            Some(_) if has_template(node) => {
                let what = "a condition is an expression already and needs no braces";
                let hint = "write `when: count > 1`, without `{{ }}`";
                self.report(Diagnostic::new(Code::BracesInWhen, node.span, what).hint(hint));
                return Verdict::Unknown;
            }
            Some(scalar) if scalar.resolve() == Resolved::Text && !scalar.text.is_empty() => {
                self.expression(&scalar.text, node.span, scope)
            }
            _ => node.clone(),
        };
        match value.as_scalar().map(|scalar| scalar.resolve()) {
            Some(Resolved::Boolean(true)) => Verdict::Do,
            Some(Resolved::Boolean(false)) => Verdict::Skip,
            _ if value.is_unknown() => Verdict::Unknown,
            _ => {
                let what = format!("`when` takes true or false, but this is {}", value.describe());
                let hint =
                    "compare: `when: count > 0`, `when: name == \"a\"`, `when: x is defined`";
                self.report(Diagnostic::new(Code::WhenNotBoolean, node.span, what).hint(hint));
                Verdict::Unknown
            }
        }
    }
}

fn instead_of_none(names: &[&str]) -> String {
    let shown = &names[..names.len().min(6)];
    format!("one of {}", crate::capability::quoted(shown))
}

/// What an item of a loop is called: itself, or its `name` or `id`, or its number.
fn item_name(item: &Node, index: usize) -> String {
    let named = item.get("name").or_else(|| item.get("id")).unwrap_or(item);
    match named.as_scalar().filter(|_| !named.is_null()) {
        Some(scalar) if !scalar.text.is_empty() => scalar.text.to_string(),
        _ => (index + 1).to_string(),
    }
}
