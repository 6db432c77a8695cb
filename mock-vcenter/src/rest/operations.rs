//! What can be asked of tagging, whatever the dialect.

use std::collections::BTreeSet;

use hyper::Method;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use vim25::MoRef;

use crate::core::Core;
use crate::dispatch::Nature;
use crate::store::{Origin, Snapshot, Transaction};

use super::dialect::{Asked, Resource, Success};
use super::refusal::{Kind, Refusal};
use super::tagging::{Cardinality, Category, Tag, Tagging, category_id};

type Outcome = Result<Success, Refusal>;

/// An operation that is modelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operation {
    List,
    Create,
    Get,
    Update,
    Delete,
    ListTagsForCategory,
    Attach,
    Detach,
    AttachToMany,
    ListAttachedObjects,
    ListAttachedObjectsOnTags,
    ListAttachedTags,
    ListAttachedTagsOnObjects,
}

impl Operation {
    /// Which one is asked for; `None` when it is not modelled.
    pub(super) fn of(method: &Method, asked: &Asked) -> Option<Self> {
        use Resource::{Association, Category, Tag};
        let action = asked.action.as_deref();
        Some(match (asked.resource, method.as_str(), asked.id.is_some(), action) {
            (Category | Tag, "GET", false, None) => Self::List,
            (Category | Tag, "POST", false, None) => Self::Create,
            (Category | Tag, "GET", true, None) => Self::Get,
            (Category | Tag, "PATCH", true, None) => Self::Update,
            (Category | Tag, "DELETE", true, None) => Self::Delete,
            (Tag, "POST", _, Some("list-tags-for-category")) => Self::ListTagsForCategory,
            (Association, "POST", true, Some("attach")) => Self::Attach,
            (Association, "POST", true, Some("detach")) => Self::Detach,
            (Association, "POST", true, Some("attach-tag-to-multiple-objects")) => {
                Self::AttachToMany
            }
            (Association, "POST", true, Some("list-attached-objects")) => Self::ListAttachedObjects,
            (Association, "POST", false, Some("list-attached-objects-on-tags")) => {
                Self::ListAttachedObjectsOnTags
            }
            (Association, "POST", false, Some("list-attached-tags")) => Self::ListAttachedTags,
            (Association, "POST", false, Some("list-attached-tags-on-objects")) => {
                Self::ListAttachedTagsOnObjects
            }
            _ => return None,
        })
    }

    pub(super) fn nature(self) -> Nature {
        match self {
            Self::Create
            | Self::Update
            | Self::Delete
            | Self::Attach
            | Self::Detach
            | Self::AttachToMany => Nature::Mutating,
            _ => Nature::Read,
        }
    }

    /// What it needs; reading needs a session only.
    pub(super) fn privilege(self, resource: Resource) -> Option<&'static str> {
        match (self, resource) {
            (Self::Create, Resource::Category) => Some("InventoryService.Tagging.CreateCategory"),
            (Self::Update, Resource::Category) => Some("InventoryService.Tagging.EditCategory"),
            (Self::Delete, Resource::Category) => Some("InventoryService.Tagging.DeleteCategory"),
            (Self::Create, _) => Some("InventoryService.Tagging.CreateTag"),
            (Self::Update, _) => Some("InventoryService.Tagging.EditTag"),
            (Self::Delete, _) => Some("InventoryService.Tagging.DeleteTag"),
            (Self::Attach | Self::Detach | Self::AttachToMany, _) => {
                Some("InventoryService.Tagging.AttachTag")
            }
            _ => None,
        }
    }
}

/// Does it.
pub(super) fn run(core: &Core, operation: Operation, asked: &Asked, body: Json) -> Outcome {
    let id = asked.id.clone().unwrap_or_default();
    let snapshot = core.store.snapshot();
    let tagging = snapshot.get::<Tagging>(&Tagging::id()).cloned().unwrap_or_default();
    let seen = Seen { tagging: &tagging, snapshot: &snapshot };
    match (operation, asked.resource) {
        (Operation::List, Resource::Category) => {
            found(&tagging.categories.keys().collect::<Vec<_>>())
        }
        (Operation::List, _) => found(&tagging.tags.keys().collect::<Vec<_>>()),
        (Operation::Get, Resource::Category) => found(seen.category(&id)?),
        (Operation::Get, _) => found(seen.tag(&id)?),
        (Operation::ListTagsForCategory, _) => {
            let wanted: OfCategory = match asked.id {
                Some(_) => OfCategory { category_id: id },
                None => read(body)?,
            };
            let category = seen.category(&wanted.category_id)?;
            let own = tagging.tags.values().filter(|tag| tag.category_id == category.id);
            found(&own.map(|tag| &tag.id).collect::<Vec<_>>())
        }
        (Operation::ListAttachedObjects, _) => found(&seen.objects(&id)?),
        (Operation::ListAttachedObjectsOnTags, _) => {
            let wanted: OfTags = read(body)?;
            let each = wanted
                .tag_ids
                .iter()
                .map(|tag| Ok(json!({ "tag_id": tag, "object_ids": seen.objects(tag)? })));
            found(&each.collect::<Result<Vec<Json>, Refusal>>()?)
        }
        (Operation::ListAttachedTags, _) => {
            let wanted: OfObject = read(body)?;
            found(&seen.tags_of(&wanted.object_id))
        }
        (Operation::ListAttachedTagsOnObjects, _) => {
            let wanted: OfObjects = read(body)?;
            let each = wanted
                .object_ids
                .iter()
                .map(|object| json!({ "object_id": object, "tag_ids": seen.tags_of(object) }));
            found(&each.collect::<Vec<Json>>())
        }
        (Operation::Create, Resource::Category) => create_category(core, read(body)?),
        (Operation::Create, _) => create_tag(core, read(body)?),
        (Operation::Update, resource) => update(core, resource, &id, &read(body)?),
        (Operation::Delete, resource) => delete(core, resource, &id),
        (Operation::Attach, _) => {
            let wanted: OfObject = read(body)?;
            attach(core, &id, &[wanted.object_id]).map(|()| Success::Nothing)
        }
        (Operation::AttachToMany, _) => {
            let wanted: OfObjects = read(body)?;
            attach(core, &id, &wanted.object_ids)?;
            found(&json!({ "success": true, "error_messages": [] }))
        }
        (Operation::Detach, _) => detach(core, &id, &read::<OfObject>(body)?.object_id),
    }
}

/// An object of the inventory, as this API writes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct ObjectId {
    id: String,
    #[serde(rename = "type")]
    kind: String,
}

impl ObjectId {
    fn reference(&self) -> MoRef {
        MoRef::new(self.kind.as_str(), self.id.as_str())
    }
}

#[derive(Deserialize)]
struct OfObject {
    object_id: ObjectId,
}

#[derive(Deserialize)]
struct OfObjects {
    object_ids: Vec<ObjectId>,
}

#[derive(Deserialize)]
struct OfTags {
    tag_ids: Vec<String>,
}

#[derive(Deserialize)]
struct OfCategory {
    category_id: String,
}

#[derive(Deserialize)]
struct CategorySpec {
    name: String,
    description: String,
    cardinality: Cardinality,
    associable_types: BTreeSet<String>,
}

#[derive(Deserialize)]
struct TagSpec {
    name: String,
    description: String,
    category_id: String,
}

#[derive(Deserialize)]
struct UpdateSpec {
    name: Option<String>,
    description: Option<String>,
}

fn read<T: DeserializeOwned>(body: Json) -> Result<T, Refusal> {
    serde_json::from_value(body).map_err(|error| Refusal::invalid(error.to_string()))
}

fn found(what: &impl Serialize) -> Outcome {
    let found = serde_json::to_value(what).map_err(|error| Refusal::invalid(error.to_string()))?;
    Ok(Success::Found(found))
}

/// The state at one moment.
struct Seen<'a> {
    tagging: &'a Tagging,
    snapshot: &'a Snapshot,
}

impl Seen<'_> {
    fn category(&self, id: &str) -> Result<&Category, Refusal> {
        self.tagging.categories.get(id).ok_or_else(|| Refusal::not_found("category", id))
    }

    fn tag(&self, id: &str) -> Result<&Tag, Refusal> {
        self.tagging.tags.get(id).ok_or_else(|| Refusal::not_found("tag", id))
    }

    /// What still exists of what the tag is attached to.
    fn objects(&self, tag: &str) -> Result<Vec<ObjectId>, Refusal> {
        self.tag(tag)?;
        let attached = self.tagging.attached.get(tag).into_iter().flatten();
        let there = attached.filter(|object| self.snapshot.contains(object));
        let id = |object: &MoRef| ObjectId {
            id: object.value.to_string(),
            kind: object.kind.to_string(),
        };
        Ok(there.map(id).collect())
    }

    fn tags_of(&self, object: &ObjectId) -> Vec<String> {
        let object = object.reference();
        let attached = self.tagging.attached.iter();
        attached.filter(|(_, to)| to.contains(&object)).map(|(tag, _)| tag.clone()).collect()
    }
}

/// Changes the state in a transaction; what is refused leaves it as it was.
fn change<T>(
    core: &Core,
    edit: impl FnOnce(&mut Transaction<'_>, &mut Tagging) -> Result<T, Refusal>,
) -> Result<T, Refusal> {
    let mut refusal = None;
    let changed = core.store.commit(&Origin::default(), |tx| {
        let mut tagging = tx.get::<Tagging>(&Tagging::id())?.clone();
        match edit(tx, &mut tagging) {
            Ok(done) => {
                *tx.edit::<Tagging>(&Tagging::id())? = tagging;
                Ok(Some(done))
            }
            Err(refused) => {
                refusal = Some(refused);
                Ok(None)
            }
        }
    });
    match (changed, refusal) {
        (Ok(Some(done)), _) => Ok(done),
        (_, Some(refusal)) => Err(refusal),
        (Err(fault), None) => Err(Refusal::new(Kind::InternalServerError, fault.to_string())),
        (Ok(None), None) => Err(Refusal::new(Kind::InternalServerError, "Nothing was changed.")),
    }
}

fn create_category(core: &Core, spec: CategorySpec) -> Outcome {
    change(core, |tx, tagging| {
        if tagging.categories.values().any(|one| one.name == spec.name) {
            return Err(exists("category", &spec.name));
        }
        let id = category_id(&tx.new_uuid());
        let CategorySpec { name, description, cardinality, associable_types } = spec;
        let used_by = Vec::new();
        let category =
            Category { id: id.clone(), name, description, cardinality, associable_types, used_by };
        tagging.categories.insert(id.clone(), category);
        Ok(Success::Made(id))
    })
}

fn create_tag(core: &Core, spec: TagSpec) -> Outcome {
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

fn update(core: &Core, resource: Resource, id: &str, spec: &UpdateSpec) -> Outcome {
    change(core, |_, tagging| {
        let (name, description) = if resource == Resource::Category {
            let category = tagging.categories.get_mut(id);
            let category = category.ok_or_else(|| Refusal::not_found("category", id))?;
            (&mut category.name, &mut category.description)
        } else {
            let tag = tagging.tags.get_mut(id).ok_or_else(|| Refusal::not_found("tag", id))?;
            (&mut tag.name, &mut tag.description)
        };
        name.clone_from(spec.name.as_ref().unwrap_or(&name.clone()));
        description.clone_from(spec.description.as_ref().unwrap_or(&description.clone()));
        Ok(Success::Nothing)
    })
}

fn delete(core: &Core, resource: Resource, id: &str) -> Outcome {
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

/// Attaching what is attached already changes nothing.
fn attach(core: &Core, tag: &str, objects: &[ObjectId]) -> Result<(), Refusal> {
    change(core, |tx, tagging| {
        let known = tagging.tags.get(tag).ok_or_else(|| Refusal::not_found("tag", tag))?;
        let category = &tagging.categories[&known.category_id];
        for object in objects {
            let reference = object.reference();
            if !tx.view().contains(&reference) {
                return Err(Refusal::not_found("object", &object.id));
            }
            let types = &category.associable_types;
            if !types.is_empty() && !types.contains(&object.kind) {
                return Err(Refusal::invalid(format!(
                    "Tags of category {} cannot be attached to a {}.",
                    category.name, object.kind
                )));
            }
            let others = tagging
                .tags
                .values()
                .filter(|other| other.category_id == category.id && other.id != tag);
            let has = |other: &Tag| {
                tagging.attached.get(&other.id).is_some_and(|to| to.contains(&reference))
            };
            if category.cardinality == Cardinality::Single && others.into_iter().any(has) {
                return Err(Refusal::invalid(format!(
                    "The object has a tag of category {} already.",
                    category.name
                )));
            }
        }
        let attached = tagging.attached.entry(tag.to_owned()).or_default();
        attached.extend(objects.iter().map(ObjectId::reference));
        Ok(())
    })
}

fn detach(core: &Core, tag: &str, object: &ObjectId) -> Outcome {
    change(core, |_, tagging| {
        if !tagging.tags.contains_key(tag) {
            return Err(Refusal::not_found("tag", tag));
        }
        if let Some(attached) = tagging.attached.get_mut(tag) {
            attached.remove(&object.reference());
        }
        Ok(Success::Nothing)
    })
}
