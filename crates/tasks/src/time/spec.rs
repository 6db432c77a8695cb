//! What a playbook declares about the time.

use playbook::Args;

use crate::per_host::{NamedHosts, texts};
use crate::service;

/// The ruleset of the firewall.
pub(super) const RULESET: &str = "ntpClient";

/// The declaration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Spec {
    pub(super) hosts: NamedHosts,
    /// `None` leaves them, and the time service.
    pub(super) servers: Option<Vec<String>>,
    pub(super) timezone: Option<String>,
    pub(super) service: service::Target,
}

impl From<&Args> for Spec {
    fn from(args: &Args) -> Self {
        let policy = Some(args.text("policy").to_owned());
        Self {
            hosts: NamedHosts::from(args),
            servers: args.given("ntp_servers").then(|| texts(args, "ntp_servers")),
            timezone: args.opt_text("timezone").map(str::to_owned),
            service: service::Target { policy, running: Some(true) },
        }
    }
}
