//! What a playbook declares about the log.

use playbook::{Args, Data};

use super::log_host::LogHost;
use crate::advanced_options::Wanted;
use crate::per_host::{NamedHosts, texts};

/// The option with the log hosts, separated by commas.
pub(super) const LOG_HOST: &str = "Syslog.global.logHost";

/// The ruleset of the firewall.
pub(super) const RULESET: &str = "syslog";

/// Fields of the playbook and the options behind them.
pub(super) const OPTIONS: [(&str, &str); 6] = [
    ("default_rotate", "Syslog.global.defaultRotate"),
    ("default_size", "Syslog.global.defaultSize"),
    ("log_dir", "Syslog.global.logDir"),
    ("log_dir_unique", "Syslog.global.logDirUnique"),
    ("log_level", "Syslog.global.logLevel"),
    ("check_certificates", "Syslog.global.logCheckSSLCerts"),
];

/// The declaration.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Spec {
    pub(super) hosts: NamedHosts,
    /// `None` leaves them.
    pub(super) log_hosts: Option<Vec<LogHost>>,
    /// The option with the log hosts first, then the others.
    pub(super) options: Vec<(&'static str, Wanted)>,
    pub(super) firewall: bool,
}

impl From<&Args> for Spec {
    fn from(args: &Args) -> Self {
        let log_hosts: Option<Vec<LogHost>> = args.given("log_host").then(|| {
            texts(args, "log_host").iter().filter_map(|text| LogHost::parse(text)).collect()
        });
        let joined = log_hosts.as_ref().map(|hosts| {
            let hosts: Vec<String> = hosts.iter().map(ToString::to_string).collect();
            (LOG_HOST, Wanted::Text(hosts.join(",")))
        });
        let wanted = |field: &str| match &args.value(field)?.data {
            Data::Boolean(value) => Some(Wanted::Boolean(*value)),
            Data::Integer(value) => Some(Wanted::Integer(*value)),
            Data::Text(text) => Some(Wanted::Text(text.to_string())),
            _ => None,
        };
        let others = OPTIONS.iter().filter_map(|(field, key)| Some((*key, wanted(field)?)));
        Self {
            hosts: NamedHosts::from(args),
            options: joined.into_iter().chain(others).collect(),
            firewall: args.boolean("firewall")
                && log_hosts.as_ref().is_none_or(|all| !all.is_empty()),
            log_hosts,
        }
    }
}
