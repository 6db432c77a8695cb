//! What a playbook declares about options.

use playbook::{Args, Data};

use super::setting::Wanted;
use crate::per_host::NamedHosts;

/// The declaration.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Spec {
    pub(super) hosts: NamedHosts,
    pub(super) of_vcenter: bool,
    /// In the order of the playbook.
    pub(super) options: Vec<(String, Wanted)>,
}

impl From<&Args> for Spec {
    fn from(args: &Args) -> Self {
        let wanted = |data: &Data| match data {
            Data::Boolean(value) => Some(Wanted::Boolean(*value)),
            Data::Integer(value) => Some(Wanted::Integer(*value)),
            Data::Number(value) => Some(Wanted::Number(*value)),
            Data::Text(text) => Some(Wanted::Text(text.to_string())),
            _ => None,
        };
        let options = args.map("options").iter();
        Self {
            hosts: NamedHosts::from(args),
            of_vcenter: args.text("scope") == "vcenter",
            options: options
                .filter_map(|(key, value)| Some((key.clone(), wanted(&value.data)?)))
                .collect(),
        }
    }
}
