//! What a playbook declares about the firewall.

use playbook::Args;

use super::allow::{AllowList, Network};
use crate::per_host::{NamedHosts, texts};

/// The declaration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Spec {
    pub(super) hosts: NamedHosts,
    pub(super) rulesets: Vec<String>,
    pub(super) target: Target,
}

/// How a ruleset should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) enabled: bool,
    /// `None` leaves it.
    pub(crate) allowed: Option<AllowList>,
}

impl Target {
    /// Open, for whom it is open already.
    pub(crate) const OPEN: Self = Self { enabled: true, allowed: None };
}

impl From<&Args> for Spec {
    fn from(args: &Args) -> Self {
        let listed = || {
            let texts = args.texts("allowed_hosts").into_iter();
            AllowList::Only(texts.filter_map(|text| Network::parse(text).ok()).collect())
        };
        let allowed = args.given("allowed_hosts").then(|| match args.opt_text("allowed_hosts") {
            Some(_) => AllowList::All,
            None => listed(),
        });
        Self {
            hosts: NamedHosts::from(args),
            rulesets: texts(args, "ruleset"),
            target: Target { enabled: args.boolean("enabled"), allowed },
        }
    }
}
