//! How a playbook names the hosts of a task.

use std::collections::BTreeSet;

use playbook::{Args, Field, Kind};

/// The field that names the hosts.
pub(crate) const HOST: Field = Field::optional(
    "host",
    Kind::OneOf(&[Kind::Text, Kind::List(&Kind::Text)]),
    "Host, or a list of hosts, by name or path. May be left out on a connection to the ESXi host itself.",
);

/// The field that says where they are looked up.
pub(crate) const DATACENTER: Field = Field::optional(
    "datacenter",
    Kind::Text,
    "Datacenter in which the hosts are looked up. May be left out when there is only one.",
);

/// The hosts of a task.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct NamedHosts {
    /// Each once; none means the ESXi host that is connected to.
    pub(crate) names: Vec<String>,
    pub(crate) datacenter: Option<String>,
}

impl From<&Args> for NamedHosts {
    fn from(args: &Args) -> Self {
        let datacenter = args.opt_text("datacenter").map(str::to_owned);
        Self { names: texts(args, "host"), datacenter }
    }
}

/// The values of a field that takes one text or a list, each once.
pub(crate) fn texts(args: &Args, field: &str) -> Vec<String> {
    let mut texts: Vec<String> = match args.opt_text(field) {
        Some(one) => vec![one.to_owned()],
        None => args.texts(field).into_iter().map(str::to_owned).collect(),
    };
    let mut seen = BTreeSet::new();
    texts.retain(|text| seen.insert(text.clone()));
    texts
}
