//! The state of all objects at one version.
//!
//! A [`Snapshot`] never changes; the store makes the next one beside it. It also keeps the links between
//! objects backwards, in the order in which they came about.

use std::sync::Arc;

use vim25::MoRef;

use crate::clock::Clock;

use super::object::{ManagedObject, Stored};
use super::shard_map::ShardMap;

/// The link under which every object is found by its kind.
const KIND: &str = "(kind)";

pub(super) type LinkKey = (MoRef, &'static str);

#[derive(Clone)]
pub(super) struct Entry {
    pub(super) object: Arc<dyn Stored>,
    /// Position in the order of creation.
    pub(super) born: u64,
}

/// All objects at one version.
#[derive(Clone)]
pub struct Snapshot {
    pub(super) version: u64,
    /// Tells the time to what follows from it.
    pub(super) clock: Clock,
    pub(super) objects: ShardMap<MoRef, Entry>,
    pub(super) links: ShardMap<LinkKey, Arc<Vec<MoRef>>>,
    pub(super) next_id: u64,
    pub(super) born: u64,
    pub(super) random: u64,
}

/// The key under which all objects of `kind` are listed.
pub(super) fn kind_key(kind: &str) -> LinkKey {
    (MoRef::new(kind, ""), KIND)
}

impl Snapshot {
    pub(super) fn empty(seed: u64, clock: Clock) -> Self {
        Self {
            version: 0,
            clock,
            objects: ShardMap::new(),
            links: ShardMap::new(),
            next_id: 1,
            born: 0,
            random: seed,
        }
    }

    /// The version of this state; grows by one with each commit.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version
    }

    /// Number of objects.
    #[must_use]
    pub fn len(&self) -> usize {
        self.objects.len()
    }

    /// True without any object.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.objects.len() == 0
    }

    /// The object as a `T`; `None` when it is gone or of another kind.
    #[must_use]
    pub fn get<T: ManagedObject>(&self, id: &MoRef) -> Option<&T> {
        self.objects.get(id)?.object.as_type()
    }

    /// True when the object exists.
    #[must_use]
    pub fn contains(&self, id: &MoRef) -> bool {
        self.objects.get(id).is_some()
    }

    /// The objects that refer to `target` under the link `name`, in the order in which they began to.
    #[must_use]
    pub fn referrers(&self, target: &MoRef, name: &'static str) -> &[MoRef] {
        self.links.get(&(target.clone(), name)).map_or(&[], |sources| sources.as_slice())
    }

    /// All objects of exactly this managed type, in order of creation.
    #[must_use]
    pub fn of_kind(&self, kind: &str) -> &[MoRef] {
        self.links.get(&kind_key(kind)).map_or(&[], |sources| sources.as_slice())
    }

    /// All objects in order of creation.
    #[must_use]
    pub fn all(&self) -> Vec<&MoRef> {
        let mut all: Vec<_> = self.objects.iter().map(|(id, entry)| (entry.born, id)).collect();
        all.sort_unstable();
        all.into_iter().map(|(_, id)| id).collect()
    }

    pub(super) fn next_number(&mut self) -> u64 {
        let number = self.next_id;
        self.next_id += 1;
        number
    }

    pub(super) fn next_born(&mut self) -> u64 {
        self.born += 1;
        self.born
    }

    /// The next of a fixed sequence (splitmix64): good enough for ids, the same in every run.
    pub(super) fn next_random(&mut self) -> u64 {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.random ^ (self.random >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(crate) fn stored(&self, id: &MoRef) -> Option<&dyn Stored> {
        self.objects.get(id).map(|entry| &*entry.object)
    }
}
