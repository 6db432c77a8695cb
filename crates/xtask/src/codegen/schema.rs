//! `schema/vim25.json` as Rust values, and the questions the generator asks of it.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

/// The whole schema.
#[derive(Deserialize)]
pub(crate) struct Schema {
    pub(crate) about: About,
    pub(crate) data: Vec<DataType>,
    pub(crate) enums: Vec<EnumType>,
    pub(crate) managed: Vec<ManagedType>,
    pub(crate) versions: Vec<VersionRow>,
}

/// Where the schema comes from.
#[derive(Deserialize)]
pub(crate) struct About {
    pub(crate) source: String,
    pub(crate) licence: String,
}

#[derive(Deserialize)]
pub(crate) struct DataType {
    pub(crate) name: String,
    pub(crate) base: Option<String>,
    pub(crate) since: String,
    pub(crate) members: Vec<Member>,
}

#[derive(Deserialize)]
pub(crate) struct EnumType {
    pub(crate) name: String,
    pub(crate) values: Vec<String>,
}

#[derive(Deserialize)]
pub(crate) struct ManagedType {
    pub(crate) name: String,
    pub(crate) base: Option<String>,
    pub(crate) since: String,
    pub(crate) properties: Vec<Member>,
    pub(crate) methods: Vec<Method>,
}

#[derive(Deserialize)]
pub(crate) struct Method {
    pub(crate) name: String,
    pub(crate) since: String,
    pub(crate) params: Vec<Member>,
    pub(crate) result: Option<Member>,
    pub(crate) privilege: Option<String>,
    #[serde(default)]
    pub(crate) task: bool,
    #[serde(default)]
    pub(crate) faults: Vec<String>,
}

#[derive(Clone, Default, Deserialize)]
pub(crate) struct Member {
    #[serde(default)]
    pub(crate) name: String,
    #[serde(rename = "type")]
    pub(crate) type_name: String,
    #[serde(default)]
    pub(crate) kind: String,
    #[serde(default)]
    pub(crate) since: String,
    #[serde(default)]
    pub(crate) list: bool,
    #[serde(default)]
    pub(crate) optional: bool,
    #[serde(default)]
    pub(crate) link: bool,
    #[serde(default)]
    pub(crate) secret: bool,
    pub(crate) privilege: Option<String>,
}

#[derive(Deserialize)]
pub(crate) struct VersionRow {
    pub(crate) key: String,
    pub(crate) id: String,
    pub(crate) includes: Vec<String>,
}

/// The schema with look-ups.
pub(crate) struct Model {
    pub(crate) schema: Schema,
    bases: BTreeMap<String, String>,
    extended: BTreeSet<String>,
    members: BTreeMap<String, Vec<Member>>,
    versions: BTreeMap<String, usize>,
}

/// The root of all data objects, which is written by hand.
pub(crate) const ROOT: &str = "DynamicData";

impl Model {
    pub(crate) fn new(mut schema: Schema) -> Self {
        schema.data.retain(|t| t.name != ROOT);
        let base = |t: &DataType| t.base.clone().unwrap_or_else(|| ROOT.to_owned());
        let bases: BTreeMap<_, _> = schema.data.iter().map(|t| (t.name.clone(), base(t))).collect();
        let extended = bases.values().cloned().collect();
        let members = schema.data.iter().map(|t| (t.name.clone(), t.members.clone())).collect();
        let versions =
            schema.versions.iter().enumerate().map(|(i, v)| (v.key.clone(), i)).collect();
        Model { schema, bases, extended, members, versions }
    }

    /// The data object that `name` extends.
    pub(crate) fn base(&self, name: &str) -> &str {
        self.bases.get(name).map_or(ROOT, String::as_str)
    }

    /// `name` and all it extends, nearest first, the root last.
    pub(crate) fn ancestry<'a>(&'a self, name: &'a str) -> Vec<&'a str> {
        let mut chain = vec![name];
        while let Some(base) = self.bases.get(chain[chain.len() - 1]) {
            chain.push(base);
        }
        chain
    }

    /// Whether other data objects extend `name`.
    pub(crate) fn is_extended(&self, name: &str) -> bool {
        self.extended.contains(name)
    }

    /// How many members `name` has from its bases.
    pub(crate) fn inherited(&self, name: &str) -> usize {
        self.ancestry(name)[1..].iter().map(|b| self.own(b).len()).sum()
    }

    /// How many members of `name` are required, inherited ones included.
    pub(crate) fn required(&self, name: &str) -> usize {
        self.ancestry(name)
            .iter()
            .flat_map(|b| self.own(b))
            .filter(|m| !m.optional && !m.list)
            .count()
    }

    fn own(&self, name: &str) -> &[Member] {
        self.members.get(name).map_or(&[], Vec::as_slice)
    }

    /// The index of version `key` in the table.
    pub(crate) fn version(&self, key: &str) -> usize {
        self.versions.get(key).copied().unwrap_or(0)
    }
}
