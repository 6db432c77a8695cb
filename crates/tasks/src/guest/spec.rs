//! What a playbook declares about the inside of a VM.

use std::time::Duration;

use playbook::{Args, Data, SecretRef};

/// The declaration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Spec {
    pub(super) vm: String,
    pub(super) datacenter: Option<String>,
    pub(super) username: String,
    pub(super) password: Option<SecretRef>,
    pub(super) initial_password: Option<SecretRef>,
    pub(super) after: Option<String>,
    pub(super) ready_within: Duration,
    pub(super) secrets: Vec<(String, SecretRef)>,
    pub(super) run: Vec<Run>,
}

/// One program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) program: String,
    pub(super) arguments: String,
    pub(super) environment: Vec<(String, String)>,
    pub(super) working_directory: Option<String>,
    pub(super) name: Option<String>,
    pub(super) creates: Option<String>,
    pub(super) address: Option<String>,
    pub(super) unless_file: Option<(String, String)>,
    pub(super) sets_password: bool,
    pub(super) exit: Vec<i32>,
    pub(super) timeout: Duration,
}

impl Run {
    /// What it does, in words.
    pub(super) fn title(&self) -> String {
        match &self.name {
            Some(name) => name.clone(),
            None => format!("run `{}` in the guest", self.program),
        }
    }
}

impl From<&Args> for Spec {
    fn from(args: &Args) -> Self {
        let secrets = args.map("secrets").iter();
        Self {
            vm: args.text("vm").to_owned(),
            datacenter: args.opt_text("datacenter").map(str::to_owned),
            username: args.text("username").to_owned(),
            password: args.secret("password").cloned(),
            initial_password: args.secret("initial_password").cloned(),
            after: args.opt_text("after").map(str::to_owned),
            ready_within: args.duration("ready_within"),
            secrets: secrets
                .filter_map(|(name, value)| Some((name.clone(), value.as_secret()?.clone())))
                .collect(),
            run: args.records("run").into_iter().map(Run::from).collect(),
        }
    }
}

impl From<&Args> for Run {
    fn from(args: &Args) -> Self {
        let text = |field: &str| args.opt_text(field).map(str::to_owned);
        let mut exit: Vec<i32> = args
            .list("exit")
            .iter()
            .filter_map(|value| match value.data {
                Data::Integer(code) => i32::try_from(code).ok(),
                _ => None,
            })
            .collect();
        if exit.is_empty() {
            exit.push(0);
        }
        let environment = args.map("environment").iter();
        let file = args.opt_record("unless_file");
        Self {
            program: args.text("program").to_owned(),
            arguments: args.text("arguments").to_owned(),
            environment: environment
                .filter_map(|(name, value)| Some((name.clone(), value.as_text()?.to_owned())))
                .collect(),
            working_directory: text("working_directory"),
            name: text("name"),
            creates: text("creates"),
            address: text("address"),
            unless_file: file
                .map(|file| (file.text("path").to_owned(), file.text("contains").to_owned())),
            sets_password: args.boolean("sets_password"),
            exit,
            timeout: args.duration("timeout"),
        }
    }
}
