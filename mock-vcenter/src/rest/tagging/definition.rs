//! Making, changing and deleting categories and tags.

use std::collections::BTreeSet;

use serde::Deserialize;

use crate::core::Core;
use crate::rest::dialect::{Resource, Success};
use crate::rest::refusal::{Kind, Refusal};

use super::answer::{Outcome, change};
use super::state::{Cardinality, Category, Tag, Tagging, category_id};

#[derive(Deserialize)]
pub(super) struct CategorySpec {
    name: String,
    description: String,
    cardinality: Cardinality,
    associable_types: BTreeSet<String>,
}

#[derive(Deserialize)]
pub(super) struct TagSpec {
    name: String,
    description: String,
    category_id: String,
}

#[derive(Deserialize)]
pub(super) struct UpdateSpec {
    name: Option<String>,
    description: Option<String>,
    cardinality: Option<Cardinality>,
    associable_types: Option<BTreeSet<String>>,
}

pub(super) fn create_category(core: &Core, spec: CategorySpec) -> Outcome {
    check_name(&spec.name)?;
    change(core, |tx, tagging| {
        if tagging.categories.values().any(|one| one.name == spec.name) {
            return Err(exists("category", &spec.name));
        }
        let id = category_id(&tx.new_uuid());
        let CategorySpec { name, description, cardinality, associable_types } = spec;
        let used_by = BTreeSet::new();
        let category =
            Category { id: id.clone(), name, description, cardinality, associable_types, used_by };
        tagging.categories.insert(id.clone(), category);
        Ok(Success::Made(id))
    })
}

pub(super) fn create_tag(core: &Core, spec: TagSpec) -> Outcome {
    check_name(&spec.name)?;
    change(core, |tx, tagging| {
        if !tagging.categories.contains_key(&spec.category_id) {
            return Err(Refusal::not_found("category", &spec.category_id));
        }
        let same = |tag: &Tag| tag.category_id == spec.category_id && tag.name == spec.name;
        if tagging.tags.values().any(same) {
            return Err(exists("tag", &spec.name));
        }
        let uuid = tx.new_uuid();
        let id = tagging.add_tag(&uuid, &spec.category_id, &spec.name, &spec.description);
        Ok(Success::Made(id))
    })
}

fn exists(what: &str, name: &str) -> Refusal {
    Refusal::new(Kind::AlreadyExists, format!("A {what} with the name {name} already exists."))
}

fn check_name(name: &str) -> Result<(), Refusal> {
    if name.trim().is_empty() {
        return Err(Refusal::invalid("The name is empty."));
    }
    Ok(())
}

pub(super) fn update(core: &Core, resource: Resource, id: &str, spec: UpdateSpec) -> Outcome {
    if let Some(name) = &spec.name {
        check_name(name)?;
    }
    change(core, |_, tagging| {
        if resource == Resource::Category {
            update_category(tagging, id, spec)
        } else {
            update_tag(tagging, id, spec)
        }
    })
}

/// A category takes more than before, never less: what is attached stays right.
fn update_category(tagging: &mut Tagging, id: &str, spec: UpdateSpec) -> Outcome {
    let others = tagging.categories.values().filter(|other| other.id != id);
    if let Some(name) =
        others.map(|other| &other.name).find(|name| Some(*name) == spec.name.as_ref())
    {
        return Err(exists("category", name));
    }
    let category = tagging.categories.get_mut(id);
    let category = category.ok_or_else(|| Refusal::not_found("category", id))?;
    if spec.cardinality == Some(Cardinality::Single) && category.cardinality != Cardinality::Single
    {
        return Err(Refusal::invalid("The cardinality cannot become SINGLE again."));
    }
    if let Some(types) = &spec.associable_types {
        let all_before = category.associable_types.is_empty();
        let lost = category.associable_types.difference(types).next().is_some();
        if !types.is_empty() && (all_before || lost) {
            return Err(Refusal::invalid("Associable types can be added, not taken away."));
        }
        category.associable_types.clone_from(types);
    }
    category.cardinality = spec.cardinality.unwrap_or(category.cardinality);
    rename(&mut category.name, &mut category.description, spec.name, spec.description);
    Ok(Success::Nothing)
}

fn update_tag(tagging: &mut Tagging, id: &str, spec: UpdateSpec) -> Outcome {
    let category = tagging.tags.get(id).map(|tag| tag.category_id.clone());
    let category = category.ok_or_else(|| Refusal::not_found("tag", id))?;
    let others = tagging.tags.values().filter(|tag| tag.id != id && tag.category_id == category);
    if let Some(name) =
        others.map(|other| &other.name).find(|name| Some(*name) == spec.name.as_ref())
    {
        return Err(exists("tag", name));
    }
    if let Some(tag) = tagging.tags.get_mut(id) {
        rename(&mut tag.name, &mut tag.description, spec.name, spec.description);
    }
    Ok(Success::Nothing)
}

fn rename(
    name: &mut String,
    description: &mut String,
    new_name: Option<String>,
    new_description: Option<String>,
) {
    if let Some(new) = new_name {
        *name = new;
    }
    if let Some(new) = new_description {
        *description = new;
    }
}

pub(super) fn delete(core: &Core, resource: Resource, id: &str) -> Outcome {
    change(core, |_, tagging| {
        if resource == Resource::Category {
            tagging.categories.remove(id).ok_or_else(|| Refusal::not_found("category", id))?;
            let own = tagging.tags.values().filter(|tag| tag.category_id == id);
            let own: Vec<String> = own.map(|tag| tag.id.clone()).collect();
            own.iter().for_each(|tag| tagging.remove_tag(tag));
        } else if tagging.tags.contains_key(id) {
            tagging.remove_tag(id);
        } else {
            return Err(Refusal::not_found("tag", id));
        }
        Ok(Success::Nothing)
    })
}

/// Notes or forgets that `user` uses a category or a tag.
pub(super) fn set_use(
    core: &Core,
    resource: Resource,
    id: &str,
    user: &str,
    uses: bool,
) -> Outcome {
    change(core, |_, tagging| {
        let used_by = if resource == Resource::Category {
            let category = tagging.categories.get_mut(id);
            &mut category.ok_or_else(|| Refusal::not_found("category", id))?.used_by
        } else {
            let tag = tagging.tags.get_mut(id);
            &mut tag.ok_or_else(|| Refusal::not_found("tag", id))?.used_by
        };
        if uses {
            used_by.insert(user.to_owned());
        } else {
            used_by.remove(user);
        }
        Ok(Success::Nothing)
    })
}

/// Ids of the categories or tags that `user` uses.
pub(super) fn used_by(tagging: &Tagging, categories: bool, user: &str) -> Vec<String> {
    if categories {
        let all = tagging.categories.values();
        all.filter(|one| one.used_by.contains(user)).map(|one| one.id.clone()).collect()
    } else {
        let all = tagging.tags.values();
        all.filter(|one| one.used_by.contains(user)).map(|one| one.id.clone()).collect()
    }
}
