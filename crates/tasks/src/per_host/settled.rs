//! What a task about hosts settles on each of them, in the words that all capabilities share, so that two of different
//! capabilities are found to contradict each other as well.

use playbook::{Args, Settled, Span};

use super::{NamedHosts, texts};

/// What a task settles, host by host.
pub(crate) struct SettledOnHosts<'a> {
    args: &'a Args,
    objects: Vec<String>,
    settled: Vec<Settled>,
}

/// A value and the texts in the playbook that make it.
pub(crate) struct Written {
    /// The same text for what is the same value.
    pub(crate) value: String,
    /// `None` hides it.
    pub(crate) shown: Option<Vec<String>>,
}

impl<'a> SettledOnHosts<'a> {
    pub(crate) fn new(args: &'a Args) -> Self {
        let NamedHosts { names, datacenter } = NamedHosts::from(args);
        let inside = datacenter.map(|name| format!(" of datacenter `{name}`")).unwrap_or_default();
        let objects: Vec<String> =
            names.iter().map(|name| format!("host `{name}`{inside}")).collect();
        let own = || vec!["the host of the connection".to_owned()];
        let objects = if objects.is_empty() { own() } else { objects };
        Self { args, objects, settled: Vec::new() }
    }

    /// Instead of hosts it is about this.
    pub(crate) fn of(mut self, object: &str) -> Self {
        self.objects = vec![object.to_owned()];
        self
    }

    /// The value that stands at `field` is for `setting`.
    pub(crate) fn add(&mut self, field: &str, setting: String, written: Written) {
        self.push(setting, &written, self.place(field), false);
    }

    /// The same where another value may be meant later in the same run.
    pub(crate) fn for_a_while(&mut self, field: &str, setting: String, written: Written) {
        self.push(setting, &written, self.place(field), true);
    }

    /// The same for what follows from other fields.
    pub(crate) fn implied(&mut self, setting: String, written: Written) {
        self.push(setting, &written, Span::NONE, true);
    }

    /// The same for a while, for what stands somewhere else.
    pub(crate) fn at_for_a_while(&mut self, span: Span, setting: String, written: Written) {
        self.push(setting, &written, span, true);
    }

    pub(crate) fn done(self) -> Vec<Settled> {
        self.settled
    }

    /// Where a value stands, unless it is a default.
    fn place(&self, field: &str) -> Span {
        if self.args.given(field) { self.args.span(field) } else { Span::NONE }
    }

    fn push(&mut self, setting: String, written: &Written, span: Span, passing: bool) {
        let of_one = |object: &String| Settled {
            object: object.clone(),
            setting: setting.clone(),
            value: written.value.clone(),
            shown: written.shown.clone(),
            span,
            passing,
        };
        self.settled.extend(self.objects.iter().map(of_one));
    }
}

impl Written {
    pub(crate) fn new(value: impl ToString) -> Self {
        let value = value.to_string();
        Self { shown: Some(vec![value.clone()]), value }
    }

    /// A field that takes one text or a list, in which the order counts.
    pub(crate) fn list(args: &Args, field: &str) -> Self {
        let texts = texts(args, field);
        Self { value: texts.join(","), shown: Some(texts) }
    }
}

/// Names of settings that several capabilities declare.
pub(crate) mod settings {
    pub(crate) fn option(key: &str) -> String {
        format!("option `{key}`")
    }

    pub(crate) fn policy(service: &str) -> String {
        format!("`policy` of service `{service}`")
    }

    pub(crate) fn running(service: &str) -> String {
        format!("`running` of service `{service}`")
    }

    pub(crate) fn enabled(ruleset: &str) -> String {
        format!("`enabled` of firewall ruleset `{ruleset}`")
    }

    pub(crate) fn allowed(ruleset: &str) -> String {
        format!("`allowed_hosts` of firewall ruleset `{ruleset}`")
    }
}

#[cfg(test)]
#[path = "settled_tests.rs"]
mod tests;
