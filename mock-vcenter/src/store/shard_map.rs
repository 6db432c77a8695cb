//! A map whose clones share what did not change.
//!
//! [`ShardMap`] spreads its entries over a fixed number of shards; a clone costs one reference count, and the
//! first change after a clone copies one shard, not the whole. Iteration order is the same in every run.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher, Hash};
use std::sync::Arc;

const SHARDS: usize = 256;

type FixedHasher = BuildHasherDefault<DefaultHasher>;
type Shard<K, V> = Arc<HashMap<K, V, FixedHasher>>;

/// A hash map with cheap clones.
#[derive(Clone)]
pub(crate) struct ShardMap<K, V> {
    shards: Arc<Vec<Shard<K, V>>>,
    len: usize,
}

impl<K: Clone + Eq + Hash, V: Clone> ShardMap<K, V> {
    pub(crate) fn new() -> Self {
        let empty: Shard<K, V> = Arc::default();
        Self { shards: Arc::new(vec![empty; SHARDS]), len: 0 }
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    pub(crate) fn get<Q>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        self.shards[shard_of(key)].get(key)
    }

    pub(crate) fn get_mut<Q>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        // A look before the copy: a miss must not copy a shard.
        self.get(key)?;
        self.shard_mut(shard_of(key)).get_mut(key)
    }

    pub(crate) fn insert(&mut self, key: K, value: V) -> Option<V> {
        let before = self.shard_mut(shard_of(&key)).insert(key, value);
        self.len += usize::from(before.is_none());
        before
    }

    pub(crate) fn remove<Q>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        self.get(key)?;
        self.len -= 1;
        self.shard_mut(shard_of(key)).remove(key)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.shards.iter().flat_map(|shard| shard.iter())
    }

    fn shard_mut(&mut self, index: usize) -> &mut HashMap<K, V, FixedHasher> {
        Arc::make_mut(&mut Arc::make_mut(&mut self.shards)[index])
    }
}

fn shard_of<Q: Hash + ?Sized>(key: &Q) -> usize {
    // The shard takes the upper bits, the map inside the lower ones.
    (FixedHasher::default().hash_one(key) >> 56) as usize % SHARDS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clone_does_not_see_later_changes() {
        let mut map = ShardMap::new();
        for number in 0..1000u32 {
            map.insert(number, number);
        }
        let before = map.clone();
        *map.get_mut(&7).unwrap() = 70;
        map.remove(&8);
        map.insert(2000, 2000);
        assert_eq!((before.get(&7), before.get(&8), before.get(&2000)), (Some(&7), Some(&8), None));
        assert_eq!((map.get(&7), map.get(&8), map.get(&2000)), (Some(&70), None, Some(&2000)));
        assert_eq!((before.len(), map.len(), map.iter().count()), (1000, 1000, 1000));
    }

    #[test]
    fn a_change_copies_one_shard_and_a_miss_none() {
        let mut map = ShardMap::new();
        for number in 0..10_000u32 {
            map.insert(number, ());
        }
        let before = map.clone();
        assert!(map.get_mut(&99_999).is_none());
        assert!(Arc::ptr_eq(&map.shards, &before.shards));
        map.insert(99_999, ());
        let copied =
            map.shards.iter().zip(before.shards.iter()).filter(|(a, b)| !Arc::ptr_eq(a, b));
        assert_eq!(copied.count(), 1);
    }
}
