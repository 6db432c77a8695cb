//! How many steps may use one thing at the same time.
//!
//! A limit has a name (its kind, such as [`HOST`]) and applies to every instance of that kind apart. A kind
//! without a number of its own allows one step at a time. The waiting itself is in `tokens.rs`.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use crate::plan::Token;

/// Work in flight on one vCenter.
pub const VCENTER: &str = "vcenter";
/// Work in flight on one cluster.
pub const CLUSTER: &str = "cluster";
/// Work in flight on one host.
pub const HOST: &str = "host";
/// Work in flight on one datastore.
pub const DATASTORE: &str = "datastore";
/// Work in flight between the same two hosts.
pub const HOST_PAIR: &str = "host_pair";
/// Subjects of one task that are at work, while its waves grow.
pub(crate) const WAVE: &str = "(wave)";

/// The numbers behind the names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    kinds: BTreeMap<String, NonZeroU32>,
    instances: BTreeMap<Token, NonZeroU32>,
}

impl Default for Limits {
    /// 16 per vCenter, 8 per cluster, 2 per host, 2 per pair of hosts, 4 per datastore.
    fn default() -> Self {
        Self { kinds: BTreeMap::new(), instances: BTreeMap::new() }
            .kind(VCENTER, number(16))
            .kind(CLUSTER, number(8))
            .kind(HOST, number(2))
            .kind(DATASTORE, number(4))
            .kind(HOST_PAIR, number(2))
            .kind(WAVE, NonZeroU32::MAX)
    }
}

impl Limits {
    /// Sets the number for every instance of a kind.
    #[must_use]
    pub fn kind(mut self, limit: &str, number: NonZeroU32) -> Self {
        self.kinds.insert(limit.to_owned(), number);
        self
    }

    /// Sets the number for one instance, in place of its kind's.
    #[must_use]
    pub fn instance(mut self, token: Token, number: NonZeroU32) -> Self {
        self.instances.insert(token, number);
        self
    }

    /// How many steps may hold `token` at once.
    #[must_use]
    pub fn of(&self, token: &Token) -> u32 {
        let own = self.instances.get(token).or_else(|| self.kinds.get(&token.limit));
        own.map_or(1, |number| number.get())
    }
}

fn number(number: u32) -> NonZeroU32 {
    NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN)
}
