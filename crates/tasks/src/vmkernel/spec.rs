//! What a playbook declares about VMkernel adapters.

use playbook::Args;

use super::service::nic_type;
use crate::per_host::NamedHosts;

/// The declaration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Spec {
    pub(super) hosts: NamedHosts,
    pub(super) device: String,
    /// In the API's words, each once.
    pub(super) services: Vec<&'static str>,
    pub(super) exclusive: bool,
}

impl From<&Args> for Spec {
    fn from(args: &Args) -> Self {
        let mut services: Vec<&'static str> = Vec::new();
        for name in args.texts("services") {
            let service = nic_type(name);
            if !services.contains(&service) {
                services.push(service);
            }
        }
        Self {
            hosts: NamedHosts::from(args),
            device: args.text("device").to_owned(),
            services,
            exclusive: args.boolean("exclusive"),
        }
    }
}
