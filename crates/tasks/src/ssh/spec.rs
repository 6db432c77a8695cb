//! What a playbook declares about a machine that is reached over SSH.

use std::time::Duration;

use playbook::{Args, SecretRef};

use super::client::Pattern;
use super::link::Link;

/// The declaration.
#[derive(Debug)]
pub(crate) struct Spec {
    pub(super) address: String,
    pub(super) port: u16,
    pub(super) username: String,
    pub(super) password: Option<SecretRef>,
    pub(super) initial_password: Option<SecretRef>,
    pub(super) private_key: Option<SecretRef>,
    pub(super) passphrase: Option<SecretRef>,
    pub(super) host_key: HostKey,
    pub(super) legacy_algorithms: bool,
    pub(super) after: Option<String>,
    pub(super) answers_within: Duration,
    pub(super) connect_timeout: Duration,
    pub(super) keepalive: Duration,
    pub(super) secrets: Vec<(String, SecretRef)>,
    pub(super) run: Vec<Run>,
    pub(super) proof: Option<Proof>,
    /// The connection, kept while the task lives.
    pub(super) link: Link,
}

/// How a host key is trusted; see the table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct HostKey {
    pub(super) sha256: Vec<String>,
    pub(super) known_hosts: Option<String>,
    pub(super) on_first_use: bool,
    pub(super) insecure: bool,
}

/// One command or dialogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) command: String,
    pub(super) name: Option<String>,
    pub(super) needed: Needed,
    pub(super) exit: Vec<u32>,
    pub(super) input: Option<String>,
    pub(super) prompts: Vec<PromptSpec>,
    pub(super) done: Option<Pattern>,
    pub(super) may_be_lost: bool,
    pub(super) timeout: Duration,
}

/// What says whether a command is needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Needed {
    /// Not when this command ends with 0.
    Unless(String),
    /// Not when the machine takes `password`.
    UntilPasswordIsTaken,
    /// Not when the proof of the task holds.
    UntilProof,
    /// It only looks, and is repeated with this pause until its output holds the pattern.
    UntilItPrints(Pattern, Duration),
}

/// One prompt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PromptSpec {
    pub(super) name: String,
    pub(super) pattern: Pattern,
    pub(super) answer: String,
    pub(super) times: u32,
    pub(super) may_be_last: bool,
}

/// What shows that all is as declared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Proof {
    pub(super) command: String,
    pub(super) matches: Option<Pattern>,
    pub(super) exit: u32,
}

impl Run {
    /// What it does, in words.
    pub(super) fn title(&self) -> String {
        match &self.name {
            Some(name) => name.clone(),
            None => format!("run `{}`", self.command),
        }
    }
}

impl From<&Args> for Spec {
    fn from(args: &Args) -> Self {
        let secret = |field: &str| args.secret(field).cloned();
        let secrets = args.map("secrets").iter();
        Self {
            address: args.text("address").to_owned(),
            port: u16::try_from(args.integer("port")).unwrap_or(22),
            username: args.text("username").to_owned(),
            password: secret("password"),
            initial_password: secret("initial_password"),
            private_key: secret("private_key"),
            passphrase: secret("passphrase"),
            host_key: HostKey::from(args.record("host_key")),
            legacy_algorithms: args.boolean("legacy_algorithms"),
            after: args.opt_text("after").map(str::to_owned),
            answers_within: args.duration("answers_within"),
            connect_timeout: args.duration("connect_timeout"),
            keepalive: args.duration("keepalive"),
            secrets: secrets
                .filter_map(|(name, value)| Some((name.clone(), value.as_secret()?.clone())))
                .collect(),
            run: args.records("run").into_iter().map(Run::from).collect(),
            proof: args.opt_record("proof").map(Proof::from),
            link: Link::default(),
        }
    }
}

impl From<&Args> for HostKey {
    fn from(args: &Args) -> Self {
        let one = args.opt_text("sha256").map(str::to_owned);
        let sha256 = match one {
            Some(one) => vec![one],
            None => args.texts("sha256").into_iter().map(str::to_owned).collect(),
        };
        Self {
            sha256,
            known_hosts: args.opt_text("known_hosts").map(str::to_owned),
            on_first_use: args.boolean("on_first_use"),
            insecure: args.boolean("insecure"),
        }
    }
}

impl From<&Args> for Run {
    fn from(args: &Args) -> Self {
        let exit: Vec<u32> = args
            .list("exit")
            .iter()
            .filter_map(|value| match value.data {
                playbook::Data::Integer(code) => u32::try_from(code).ok(),
                _ => None,
            })
            .collect();
        let prompts = args.map("prompts").iter();
        Self {
            command: args.text("command").to_owned(),
            name: args.opt_text("name").map(str::to_owned),
            needed: needed(args),
            exit: if exit.is_empty() { vec![0] } else { exit },
            input: args.opt_text("input").map(str::to_owned),
            prompts: prompts
                .filter_map(|(name, value)| Some(PromptSpec::new(name, value.as_record()?)))
                .collect(),
            done: args.opt_text("done").map(Pattern::new),
            may_be_lost: args.text("connection_lost") == "success",
            timeout: args.duration("timeout"),
        }
    }
}

fn needed(args: &Args) -> Needed {
    if args.boolean("sets_password") {
        return Needed::UntilPasswordIsTaken;
    }
    if let Some(pattern) = args.opt_text("until") {
        return Needed::UntilItPrints(Pattern::new(pattern), args.duration("every"));
    }
    match (args.opt_text("unless"), args.opt_text("creates")) {
        (Some(check), _) => Needed::Unless(check.to_owned()),
        (None, Some(path)) => Needed::Unless(format!("test -e {}", quoted(path))),
        (None, None) => Needed::UntilProof,
    }
}

/// A word for a shell.
fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', "'\\''"))
}

impl PromptSpec {
    fn new(name: &str, args: &Args) -> Self {
        Self {
            name: name.to_owned(),
            pattern: Pattern::new(args.text("pattern")),
            answer: args.text("answer").to_owned(),
            times: u32::try_from(args.integer("times")).unwrap_or(1),
            may_be_last: args.text("connection_lost") == "success",
        }
    }
}

impl From<&Args> for Proof {
    fn from(args: &Args) -> Self {
        Self {
            command: args.text("command").to_owned(),
            matches: args.opt_text("matches").map(Pattern::new),
            exit: u32::try_from(args.integer("exit")).unwrap_or(0),
        }
    }
}
