//! Carries out what is asked of tagging: reads the body, then looks or changes.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use crate::core::Core;
use crate::rest::dialect::{Asked, Resource, Success};
use crate::rest::refusal::{Kind, Refusal};
use crate::store::{Origin, Transaction};

use super::association::{self, ObjectId, Seen};
use super::definition;
use super::operation::Operation;
use super::state::Tagging;

pub(super) type Outcome = Result<Success, Refusal>;

/// Does it.
pub(in crate::rest) fn run(
    core: &Core,
    operation: Operation,
    asked: &Asked,
    body: Json,
) -> Outcome {
    let id = asked.id.as_deref().unwrap_or_default();
    match operation {
        Operation::Create if asked.resource == Resource::Category => {
            definition::create_category(core, read(body)?)
        }
        Operation::Create => definition::create_tag(core, read(body)?),
        Operation::Update => definition::update(core, asked.resource, id, read(body)?),
        Operation::Delete => definition::delete(core, asked.resource, id),
        Operation::AddToUsedBy | Operation::RemoveFromUsedBy => {
            let wanted: OfUser = read(body)?;
            let add = operation == Operation::AddToUsedBy;
            definition::set_use(core, asked.resource, id, &wanted.used_by_entity, add)
        }
        Operation::Attach => association::attach(core, id, &read::<OfObject>(body)?.object_id),
        Operation::Detach => association::detach(core, id, &read::<OfObject>(body)?.object_id),
        Operation::AttachToMany | Operation::DetachFromMany => {
            let wanted: OfObjects = read(body)?;
            association::known_tag(core, id)?;
            let pairs = wanted.object_ids.iter().map(|object| (id, object));
            association::batch(core, pairs, operation == Operation::AttachToMany)
        }
        Operation::AttachMany | Operation::DetachMany => {
            let wanted: OfObjectAndTags = read(body)?;
            let pairs = wanted.tag_ids.iter().map(|tag| (tag.as_str(), &wanted.object_id));
            association::batch(core, pairs, operation == Operation::AttachMany)
        }
        _ => look(core, operation, asked, body),
    }
}

fn look(core: &Core, operation: Operation, asked: &Asked, body: Json) -> Outcome {
    let id = asked.id.as_deref().unwrap_or_default();
    let of_category = asked.resource == Resource::Category;
    let snapshot = core.store.snapshot();
    let tagging = snapshot.get::<Tagging>(&Tagging::id()).cloned().unwrap_or_default();
    let seen = Seen { tagging: &tagging, snapshot: &snapshot };
    match operation {
        Operation::List if of_category => found(&tagging.categories.keys().collect::<Vec<_>>()),
        Operation::List => found(&tagging.tags.keys().collect::<Vec<_>>()),
        Operation::ListUsed => {
            let user = read::<OfUser>(body)?.used_by_entity;
            found(&definition::used_by(&tagging, of_category, &user))
        }
        Operation::Get if of_category => found(seen.category(id)?),
        Operation::ListTagsForCategory => {
            let wanted = match &asked.id {
                Some(id) => id.clone(),
                None => read::<OfCategory>(body)?.category_id,
            };
            let category = seen.category(&wanted)?;
            let own = tagging.tags.values().filter(|tag| tag.category_id == category.id);
            found(&own.map(|tag| &tag.id).collect::<Vec<_>>())
        }
        Operation::ListAttachedObjects => found(&seen.objects(id)?),
        Operation::ListAttachedObjectsOnTags => {
            let wanted: OfTags = read(body)?;
            let known =
                wanted.tag_ids.iter().filter_map(|tag| Some((tag, seen.objects(tag).ok()?)));
            let each = known.map(|(tag, objects)| json!({ "tag_id": tag, "object_ids": objects }));
            found(&each.collect::<Vec<Json>>())
        }
        Operation::ListAttachedTags => found(&seen.tags_of(&read::<OfObject>(body)?.object_id)),
        Operation::ListAttachableTags => {
            found(&seen.attachable(&read::<OfObject>(body)?.object_id))
        }
        Operation::ListAttachedTagsOnObjects => {
            let wanted: OfObjects = read(body)?;
            let each = wanted
                .object_ids
                .iter()
                .map(|object| json!({ "object_id": object, "tag_ids": seen.tags_of(object) }));
            found(&each.collect::<Vec<Json>>())
        }
        // Nobody holds a permission on a tag here, so there is none to take back.
        Operation::RevokePermissions if of_category => seen.category(id).map(|_| Success::Nothing),
        Operation::RevokePermissions => seen.tag(id).map(|_| Success::Nothing),
        _ => found(seen.tag(id)?),
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
struct OfObjectAndTags {
    object_id: ObjectId,
    tag_ids: Vec<String>,
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
struct OfUser {
    used_by_entity: String,
}

fn read<T: DeserializeOwned>(body: Json) -> Result<T, Refusal> {
    serde_json::from_value(body).map_err(|error| Refusal::invalid(error.to_string()))
}

pub(super) fn found(what: &impl Serialize) -> Outcome {
    let found = serde_json::to_value(what).map_err(|error| Refusal::invalid(error.to_string()))?;
    Ok(Success::Found(found))
}

/// Changes the state in a transaction; what is refused leaves it as it was.
pub(super) fn change<T>(
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
