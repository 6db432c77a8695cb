//! What is attached to what: looking, attaching and detaching, one by one and many at once.

use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use vim25::MoRef;

use crate::core::Core;
use crate::rest::dialect::Success;
use crate::rest::refusal::Refusal;
use crate::store::Snapshot;

use super::answer::{Outcome, change};
use super::state::{Cardinality, Category, Tag, Tagging};

/// An object of the inventory, as this API writes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ObjectId {
    id: String,
    #[serde(rename = "type")]
    kind: String,
}

impl ObjectId {
    fn reference(&self) -> MoRef {
        MoRef::new(self.kind.as_str(), self.id.as_str())
    }
}

/// The state at one moment.
pub(super) struct Seen<'a> {
    pub(super) tagging: &'a Tagging,
    pub(super) snapshot: &'a Snapshot,
}

impl Seen<'_> {
    pub(super) fn category(&self, id: &str) -> Result<&Category, Refusal> {
        self.tagging.categories.get(id).ok_or_else(|| Refusal::not_found("category", id))
    }

    pub(super) fn tag(&self, id: &str) -> Result<&Tag, Refusal> {
        self.tagging.tags.get(id).ok_or_else(|| Refusal::not_found("tag", id))
    }

    /// What still exists of what the tag is attached to.
    pub(super) fn objects(&self, tag: &str) -> Result<Vec<ObjectId>, Refusal> {
        self.tag(tag)?;
        let attached = self.tagging.attached.get(tag).into_iter().flatten();
        let there = attached.filter(|object| self.snapshot.contains(object));
        let id = |object: &MoRef| ObjectId {
            id: object.value.to_string(),
            kind: object.kind.to_string(),
        };
        Ok(there.map(id).collect())
    }

    pub(super) fn tags_of(&self, object: &ObjectId) -> Vec<String> {
        let object = object.reference();
        let attached = self.tagging.attached.iter();
        attached.filter(|(_, to)| to.contains(&object)).map(|(tag, _)| tag.clone()).collect()
    }

    /// Tags that could be attached to an object and are not.
    pub(super) fn attachable(&self, object: &ObjectId) -> Vec<String> {
        let own = self.tags_of(object);
        let others = self.tagging.tags.keys().filter(|tag| !own.contains(tag));
        others.filter(|tag| self.check(tag, object).is_ok()).cloned().collect()
    }

    /// Refuses a tag that an object cannot have.
    fn check(&self, tag: &str, object: &ObjectId) -> Result<(), Refusal> {
        let category = self.category(&self.tag(tag)?.category_id)?;
        let reference = object.reference();
        if !self.snapshot.contains(&reference) {
            return Err(Refusal::invalid(format!(
                "The object {}:{} does not exist.",
                object.kind, object.id
            )));
        }
        let types = &category.associable_types;
        // Clients write types with and without the name of their space, and get back what they wrote.
        let mut bare = types.iter().map(|known| known.strip_prefix("urn:vim25:").unwrap_or(known));
        if !types.is_empty() && !bare.any(|known| known == object.kind) {
            return Err(Refusal::invalid(format!(
                "Tags of category {} cannot be attached to a {}.",
                category.name, object.kind
            )));
        }
        let mut others = self.tags_of(object).into_iter().filter(|other| other != tag);
        let same = |other: String| {
            self.tagging.tags.get(&other).is_some_and(|other| other.category_id == category.id)
        };
        if category.cardinality == Cardinality::Single && others.any(same) {
            return Err(Refusal::invalid(format!(
                "The object has a tag of category {} already.",
                category.name
            )));
        }
        Ok(())
    }
}

/// Refuses a tag that there is not.
pub(super) fn known_tag(core: &Core, tag: &str) -> Result<(), Refusal> {
    let snapshot = core.store.snapshot();
    let tagging = snapshot.get::<Tagging>(&Tagging::id());
    match tagging.is_some_and(|tagging| tagging.tags.contains_key(tag)) {
        true => Ok(()),
        false => Err(Refusal::not_found("tag", tag)),
    }
}

/// Attaching what is attached already changes nothing.
pub(super) fn attach(core: &Core, tag: &str, object: &ObjectId) -> Outcome {
    change(core, |tx, tagging| attach_in(tx.view(), tagging, tag, object))
}

fn attach_in(snapshot: &Snapshot, tagging: &mut Tagging, tag: &str, object: &ObjectId) -> Outcome {
    Seen { tagging, snapshot }.check(tag, object)?;
    tagging.attached.entry(tag.to_owned()).or_default().insert(object.reference());
    Ok(Success::Nothing)
}

/// Detaching what is not attached changes nothing.
pub(super) fn detach(core: &Core, tag: &str, object: &ObjectId) -> Outcome {
    change(core, |_, tagging| detach_in(tagging, tag, object))
}

fn detach_in(tagging: &mut Tagging, tag: &str, object: &ObjectId) -> Outcome {
    if !tagging.tags.contains_key(tag) {
        return Err(Refusal::not_found("tag", tag));
    }
    if let Some(attached) = tagging.attached.get_mut(tag) {
        attached.remove(&object.reference());
    }
    Ok(Success::Nothing)
}

/// Attaches or detaches each pair by itself: what cannot be done is told, the rest is done.
pub(super) fn batch<'a>(
    core: &Core,
    pairs: impl Iterator<Item = (&'a str, &'a ObjectId)>,
    attaching: bool,
) -> Outcome {
    change(core, |tx, tagging| {
        let failed = pairs.filter_map(|(tag, object)| {
            let done = match attaching {
                true => attach_in(tx.view(), tagging, tag, object),
                false => detach_in(tagging, tag, object),
            };
            done.err()
        });
        let messages: Vec<Json> = failed.map(|refusal| refusal.message()).collect();
        Ok(Success::Found(json!({ "success": messages.is_empty(), "error_messages": messages })))
    })
}
