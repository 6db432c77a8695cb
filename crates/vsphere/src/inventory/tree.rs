//! The name tree of a server.

use std::collections::HashMap;

use vim25::MoRef;

use crate::percent::{escape_name, unescape};

/// Deeper than this no vCenter nests folders; a parent that is its own ancestor ends here too.
const DEPTH: usize = 64;

/// One object of the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The object.
    pub object: MoRef,
    /// Its name, unescaped.
    pub name: String,
    /// What it is in.
    pub parent: Option<MoRef>,
    /// For the secondary of a VM under Fault Tolerance: the id it shares with its primary.
    pub(super) secondary_of: Option<String>,
    /// The id of a VM that its FT secondary refers to.
    pub(super) instance_uuid: Option<String>,
}

impl Entry {
    /// An object with its name as the server stores it.
    #[must_use]
    pub fn new(object: MoRef, stored_name: &str, parent: Option<MoRef>) -> Self {
        let name = unescape(stored_name);
        Self { object, name, parent, secondary_of: None, instance_uuid: None }
    }

    /// Is it the secondary of a VM under Fault Tolerance?
    #[must_use]
    pub fn is_secondary(&self) -> bool {
        self.secondary_of.is_some()
    }
}

/// The name tree of a server at one moment.
#[derive(Debug, Clone, Default)]
pub struct Inventory {
    pub(super) entries: Vec<Entry>,
    pub(super) by_object: HashMap<MoRef, usize>,
    pub(super) root: MoRef,
    pub(super) default_datacenter: Option<MoRef>,
}

impl Inventory {
    /// A tree of these objects below `root`.
    #[must_use]
    pub fn new(root: MoRef, entries: Vec<Entry>) -> Self {
        let by_object =
            entries.iter().enumerate().map(|(at, entry)| (entry.object.clone(), at)).collect();
        Self { entries, by_object, root, default_datacenter: None }
    }

    /// All objects, in the order of arrival.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// One object.
    #[must_use]
    pub fn entry(&self, object: &MoRef) -> Option<&Entry> {
        self.by_object.get(object).map(|at| &self.entries[*at])
    }

    /// The name of an object.
    #[must_use]
    pub fn name(&self, object: &MoRef) -> Option<&str> {
        self.entry(object).map(|entry| entry.name.as_str())
    }

    /// Full path of an object, names escaped as vCenter escapes them.
    #[must_use]
    pub fn path(&self, object: &MoRef) -> Option<String> {
        if *object == self.root {
            return Some("/".to_owned());
        }
        let names = self.names(self.entry(object)?);
        Some(names.iter().map(|name| format!("/{}", escape_name(name))).collect())
    }

    /// What `object` is in, nearest first, without the root.
    pub fn ancestors<'a>(&'a self, object: &MoRef) -> impl Iterator<Item = &'a Entry> {
        let parent = self.entry(object).and_then(|entry| entry.parent.as_ref());
        std::iter::successors(parent.and_then(|parent| self.entry(parent)), |entry| {
            entry.parent.as_ref().and_then(|parent| self.entry(parent))
        })
        .take_while(|entry| entry.object != self.root)
        .take(DEPTH)
    }

    /// The names on the way from the root to `entry`, itself included.
    pub(super) fn names<'a>(&'a self, entry: &'a Entry) -> Vec<&'a str> {
        let mut names = vec![entry.name.as_str()];
        names.extend(self.ancestors(&entry.object).map(|above| above.name.as_str()));
        names.reverse();
        names
    }

    /// The datacenter that `object` is in.
    #[must_use]
    pub fn datacenter_of(&self, object: &MoRef) -> Option<&MoRef> {
        self.ancestors(object).map(|entry| &entry.object).find(|above| above.kind == "Datacenter")
    }
}
