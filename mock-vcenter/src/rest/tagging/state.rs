//! Categories, tags, and what they are attached to, as the store keeps them: [`Tagging`].

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use vim25::MoRef;

use crate::store::{At, ManagedObject, Property, Transaction};

/// Whether an object may have several tags of a category.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Cardinality {
    /// One at most.
    Single,
    /// Any number.
    Multiple,
}

/// A category.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Category {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) description: String,
    pub(super) cardinality: Cardinality,
    /// Managed types that its tags can be attached to; all when empty.
    pub(super) associable_types: BTreeSet<String>,
    pub(super) used_by: BTreeSet<String>,
}

/// A tag.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Tag {
    pub(super) id: String,
    pub(super) category_id: String,
    pub(super) name: String,
    pub(super) description: String,
    pub(super) used_by: BTreeSet<String>,
}

/// All of a server.
#[derive(Clone, Debug, Default)]
pub struct Tagging {
    pub(super) categories: BTreeMap<String, Category>,
    pub(super) tags: BTreeMap<String, Tag>,
    /// Objects by the id of a tag.
    pub(super) attached: BTreeMap<String, BTreeSet<MoRef>>,
}

impl Tagging {
    /// Where the store keeps it.
    #[must_use]
    pub fn id() -> MoRef {
        MoRef::new("(mock)", "tagging")
    }

    /// Attaches the tag `name` of `category` to `object`; both are made if they are not there.
    ///
    /// # Errors
    /// When the server has no tagging.
    pub fn attach(
        tx: &mut Transaction<'_>,
        category: &str,
        name: &str,
        object: &MoRef,
    ) -> Result<(), crate::Fault> {
        let ids = [tx.new_uuid(), tx.new_uuid()];
        let tagging = tx.edit::<Self>(&Self::id())?;
        let known = tagging.categories.values().find(|one| one.name == category);
        let category_id = match known.map(|one| one.id.clone()) {
            Some(id) => id,
            None => tagging.add_category(&ids[0], category, Cardinality::Multiple),
        };
        let known =
            tagging.tags.values().find(|tag| tag.category_id == category_id && tag.name == name);
        let tag = match known.map(|tag| tag.id.clone()) {
            Some(id) => id,
            None => tagging.add_tag(&ids[1], &category_id, name, ""),
        };
        tagging.attached.entry(tag).or_default().insert(object.clone());
        Ok(())
    }

    fn add_category(&mut self, uuid: &str, name: &str, cardinality: Cardinality) -> String {
        let id = category_id(uuid);
        let category = Category {
            id: id.clone(),
            name: name.to_owned(),
            description: String::new(),
            cardinality,
            associable_types: BTreeSet::new(),
            used_by: BTreeSet::new(),
        };
        self.categories.insert(id.clone(), category);
        id
    }

    pub(super) fn add_tag(
        &mut self,
        uuid: &str,
        category: &str,
        name: &str,
        description: &str,
    ) -> String {
        let id = format!("urn:vmomi:InventoryServiceTag:{uuid}:GLOBAL");
        let tag = Tag {
            id: id.clone(),
            category_id: category.to_owned(),
            name: name.to_owned(),
            description: description.to_owned(),
            used_by: BTreeSet::new(),
        };
        self.tags.insert(id.clone(), tag);
        id
    }

    /// Takes a tag away from everything and deletes it.
    pub(super) fn remove_tag(&mut self, id: &str) {
        self.tags.remove(id);
        self.attached.remove(id);
    }
}

/// What a category is called by the server.
pub(super) fn category_id(uuid: &str) -> String {
    format!("urn:vmomi:InventoryServiceCategory:{uuid}:GLOBAL")
}

impl ManagedObject for Tagging {
    fn kind(&self) -> &'static str {
        "(mock)"
    }

    fn property<'a>(&'a self, _name: &str, _at: &At<'a>) -> Option<Property<'a>> {
        None
    }
}
