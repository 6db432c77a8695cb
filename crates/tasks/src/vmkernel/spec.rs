//! What a playbook declares about VMkernel adapters.

use playbook::Args;

use super::service::nic_type;

/// The declaration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Spec {
    pub(super) hosts: Vec<String>,
    pub(super) datacenter: Option<String>,
    pub(super) device: String,
    /// In the API's words, each once.
    pub(super) services: Vec<&'static str>,
    pub(super) exclusive: bool,
}

impl From<&Args> for Spec {
    fn from(args: &Args) -> Self {
        let mut hosts: Vec<String> = match args.opt_text("host") {
            Some(one) => vec![one.to_owned()],
            None => args.texts("host").into_iter().map(str::to_owned).collect(),
        };
        let mut seen = std::collections::BTreeSet::new();
        hosts.retain(|host| seen.insert(host.clone()));
        let mut services: Vec<&'static str> = Vec::new();
        for name in args.texts("services") {
            let service = nic_type(name);
            if !services.contains(&service) {
                services.push(service);
            }
        }
        Self {
            hosts,
            datacenter: args.opt_text("datacenter").map(str::to_owned),
            device: args.text("device").to_owned(),
            services,
            exclusive: args.boolean("exclusive"),
        }
    }
}
