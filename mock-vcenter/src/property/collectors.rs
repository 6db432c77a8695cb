//! All collectors of a server and who is to be woken by what: [`Collectors`].

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use vim25::types::UpdateSet;
use vim25::{MoRef, Str};

use crate::fault::Fault;
use crate::store::{Commit, Dependency, Observer, Store};

use super::collector::Collector;
use super::retrieve::Pages;

type Key = (Str, MoRef);

/// The collectors by session and reference, and the index from dependencies to them.
#[derive(Default)]
pub(crate) struct Collectors {
    collectors: Mutex<BTreeMap<Key, Arc<Collector>>>,
    index: Mutex<Index>,
    pub(super) pages: Pages,
}

#[derive(Default)]
struct Index {
    watchers: HashMap<Dependency, HashSet<u64>>,
    by_number: HashMap<u64, Arc<Collector>>,
    last_number: u64,
}

/// How long a client is ready to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Patience {
    None,
    For(Duration),
    Endless,
}

impl Collectors {
    /// The collector `id` of a session, made when it is first used.
    pub(super) fn of_session(&self, session: &Str, id: &MoRef) -> Arc<Collector> {
        let key = (session.clone(), id.clone());
        let mut collectors = self.collectors();
        let made = collectors.entry(key).or_insert_with(|| {
            let mut index = self.index();
            index.last_number += 1;
            let collector = Arc::new(Collector::new(index.last_number));
            index.by_number.insert(collector.number, collector.clone());
            collector
        });
        made.clone()
    }

    /// Forgets a collector of a session; its waits end.
    pub(super) fn close(&self, session: &Str, id: &MoRef) {
        let closed = self.collectors().remove(&(session.clone(), id.clone()));
        if let Some(collector) = closed {
            self.forget(&collector);
        }
    }

    /// Forgets a filter wherever it is.
    pub(super) fn remove_filter(&self, id: &MoRef) {
        let collectors: Vec<_> = self.collectors().values().cloned().collect();
        for collector in collectors {
            if collector.remove(id) {
                return;
            }
        }
    }

    /// Forgets all that belongs to a session; its waits end.
    pub(crate) fn close_session(&self, session: &Str) {
        let mut closed = Vec::new();
        self.collectors().retain(|(owner, _), collector| {
            let keep = owner != session;
            if !keep {
                closed.push(collector.clone());
            }
            keep
        });
        for collector in &closed {
            self.forget(collector);
        }
        self.pages.close_session(session);
    }

    /// What changed since `version`, once something did or patience is over.
    ///
    /// # Errors
    /// `RequestCanceled` when the wait is cancelled or the session ends, or what the collector says.
    pub(super) async fn wait(
        &self,
        store: &Store,
        collector: &Collector,
        version: &str,
        limit: Option<usize>,
        patience: Patience,
    ) -> Result<Option<UpdateSet>, Fault> {
        let mut cancelled = collector.cancellations();
        let over = async {
            match patience {
                Patience::None => {}
                Patience::For(time) => store.clock().sleep(time).await,
                Patience::Endless => std::future::pending().await,
            }
        };
        tokio::pin!(over);
        loop {
            // Registered before looking, so that a commit in between is not missed.
            let woken = collector.wake.notified();
            tokio::pin!(woken);
            woken.as_mut().enable();
            let asked = collector.ask(store, version, limit)?;
            let watches_more = !asked.watch.is_empty();
            self.watch(collector, asked.watch);
            if asked.updates.is_some() {
                return Ok(asked.updates);
            }
            if patience == Patience::None {
                return Ok(None);
            }
            // A commit may have come before the index knew of the new dependencies.
            if watches_more && store.snapshot().version() != asked.looked_at {
                continue;
            }
            tokio::select! {
                biased;
                () = woken => {}
                () = &mut over => return Ok(None),
                _ = cancelled.changed() => return Err(Fault::cancelled()),
            }
        }
    }

    fn watch(&self, collector: &Collector, dependencies: Vec<Dependency>) {
        if dependencies.is_empty() {
            return;
        }
        let mut index = self.index();
        if !index.by_number.contains_key(&collector.number) {
            return;
        }
        for dependency in dependencies {
            index.watchers.entry(dependency).or_default().insert(collector.number);
        }
    }

    fn forget(&self, collector: &Collector) {
        let mut index = self.index();
        index.by_number.remove(&collector.number);
        index.watchers.retain(|_, numbers| {
            numbers.remove(&collector.number);
            !numbers.is_empty()
        });
        drop(index);
        collector.cancel();
    }

    fn collectors(&self) -> MutexGuard<'_, BTreeMap<Key, Arc<Collector>>> {
        self.collectors.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn index(&self) -> MutexGuard<'_, Index> {
        self.index.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Observer for Collectors {
    fn committed(&self, commit: &Commit) {
        let index = self.index();
        if index.watchers.is_empty() {
            return;
        }
        let hit: HashSet<u64> = commit
            .dependencies
            .iter()
            .filter_map(|dependency| index.watchers.get(dependency))
            .flatten()
            .copied()
            .collect();
        for number in hit {
            if let Some(collector) = index.by_number.get(&number) {
                collector.wake.notify_waiters();
            }
        }
    }
}
