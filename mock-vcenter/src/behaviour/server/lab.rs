//! What can be reached over the network but is in no inventory: [`Lab`].

use std::collections::BTreeMap;
use std::sync::Arc;

use vim25::{MoRef, Str};

use crate::store::{At, ManagedObject, Property, Snapshot, Transaction};

use super::blueprint::Volume;
use super::facts::Server;

/// Machines outside of the inventory and all storage, mounted or not.
#[derive(Clone, Default)]
pub struct Lab {
    servers: Arc<BTreeMap<Str, Arc<Server>>>,
    volumes: Arc<BTreeMap<Str, Volume>>,
}

impl Lab {
    /// Where the store keeps it.
    #[must_use]
    pub fn id() -> MoRef {
        MoRef::new("(mock)", "lab")
    }

    /// The lab; an empty one when there is none.
    #[must_use]
    pub fn of(tx: &Transaction<'_>) -> Self {
        tx.get::<Self>(&Self::id()).cloned().unwrap_or_default()
    }

    /// The lab in a snapshot.
    #[must_use]
    pub fn seen(snapshot: &Snapshot) -> Self {
        snapshot.get::<Self>(&Self::id()).cloned().unwrap_or_default()
    }

    /// The machine that answers under this name or address.
    #[must_use]
    pub fn server(&self, name: &str) -> Option<&Arc<Server>> {
        let wanted = |server: &&Arc<Server>| {
            server.name.eq_ignore_ascii_case(name) || server.address == name
        };
        self.servers.values().find(wanted)
    }

    /// The storage behind a datastore.
    #[must_use]
    pub fn volume(&self, name: &str) -> Option<&Volume> {
        self.volumes.get(name)
    }

    /// Puts a machine outside.
    pub fn put_server(&mut self, server: Server) {
        Arc::make_mut(&mut self.servers).insert(server.name.clone(), Arc::new(server));
    }

    /// Takes a machine from outside.
    pub fn take_server(&mut self, name: &str) -> Option<Server> {
        let taken = Arc::make_mut(&mut self.servers).remove(name)?;
        Some(Arc::unwrap_or_clone(taken))
    }

    /// Adds storage.
    pub fn put_volume(&mut self, name: &str, gigabytes: i64) {
        let volume =
            Volume { name: name.into(), capacity: gigabytes << 30, other_use: 1_200 << 20 };
        Arc::make_mut(&mut self.volumes).insert(name.into(), volume);
    }

    /// Puts this lab into the store.
    pub fn apply(self, tx: &mut Transaction<'_>) {
        tx.insert(Self::id(), self);
    }
}

impl ManagedObject for Lab {
    fn kind(&self) -> &'static str {
        "(mock)"
    }

    fn property<'a>(&'a self, _name: &str, _at: &At<'a>) -> Option<Property<'a>> {
        None
    }
}
