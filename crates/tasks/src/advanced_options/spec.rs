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

/// A value as it is written; `None` for what is no plain value.
pub(super) fn wanted(data: &Data) -> Option<Wanted> {
    Some(match data {
        Data::Boolean(value) => Wanted::Boolean(*value),
        Data::Integer(value) => Wanted::Integer(*value),
        Data::Number(value) => Wanted::Number(*value),
        Data::Text(text) => Wanted::Text(text.to_string()),
        _ => return None,
    })
}
