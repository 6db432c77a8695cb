//! What a playbook declares about services.

use playbook::Args;

use super::names::key_of;
use crate::per_host::{NamedHosts, texts};

/// The declaration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Spec {
    pub(super) hosts: NamedHosts,
    /// Keys of the API, each once.
    pub(super) keys: Vec<String>,
    pub(super) target: Target,
    pub(super) suppress_warning: Option<bool>,
}

/// How a service should be.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Target {
    /// `on`, `automatic` or `off`; `None` leaves it.
    pub(crate) policy: Option<String>,
    pub(crate) running: Option<bool>,
}

impl From<&Args> for Spec {
    fn from(args: &Args) -> Self {
        let mut keys: Vec<String> = Vec::new();
        for name in texts(args, "name") {
            let key = key_of(&name).to_owned();
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
        let policy = args.opt_text("policy").map(str::to_owned);
        Self {
            hosts: NamedHosts::from(args),
            keys,
            target: Target { policy, running: args.opt_boolean("running") },
            suppress_warning: args.opt_boolean("suppress_warning"),
        }
    }
}
