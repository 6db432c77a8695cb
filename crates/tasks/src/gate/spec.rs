//! What a playbook declares about a gate.

use std::time::Duration;

use playbook::Args;

use super::ask::GateQuestion;

/// The declaration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Spec {
    pub(super) text: String,
    pub(super) checklist: Vec<String>,
    pub(super) probe: Option<Probe>,
    pub(super) timeout: Option<Duration>,
    pub(super) interval: Duration,
    pub(super) once: bool,
    pub(super) manual_steps: u32,
}

/// How it can be seen that it was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Probe {
    /// Something accepts connections there.
    Tcp(String),
    /// A web server answers there.
    Https(String),
    /// An object has a value.
    Property { connection: String, object: String, path: String, equals: String },
}

impl Spec {
    pub(super) fn question(&self, task: &str) -> GateQuestion {
        GateQuestion {
            task: task.to_owned(),
            text: self.text.clone(),
            checklist: self.checklist.clone(),
            once: self.once,
        }
    }
}

impl Probe {
    /// What it waits for, in words.
    pub(super) fn words(&self) -> String {
        match self {
            Self::Tcp(at) => format!("`{at}` accepts connections"),
            Self::Https(at) => format!("`{at}` answers"),
            Self::Property { object, path, equals, .. } => {
                format!("`{path}` of `{object}` is `{equals}`")
            }
        }
    }

    fn of(args: &Args) -> Option<Self> {
        let tcp = args.opt_text("tcp").map(|at| Self::Tcp(at.to_owned()));
        let https = || args.opt_text("https").map(|at| Self::Https(at.to_owned()));
        let property = || {
            let property = args.opt_record("property")?;
            let text = |field: &str| property.text(field).to_owned();
            Some(Self::Property {
                connection: text("connection"),
                object: text("object"),
                path: text("path"),
                equals: text("equals"),
            })
        };
        tcp.or_else(https).or_else(property)
    }
}

impl From<&Args> for Spec {
    fn from(args: &Args) -> Self {
        Self {
            text: args.text("text").to_owned(),
            checklist: args.texts("checklist").into_iter().map(str::to_owned).collect(),
            probe: args.opt_record("probe").and_then(Probe::of),
            timeout: args.opt_duration("timeout"),
            interval: args.duration("interval"),
            once: args.boolean("once"),
            manual_steps: u32::try_from(args.integer("manual_steps")).unwrap_or(1),
        }
    }
}
