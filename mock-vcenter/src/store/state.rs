//! The store itself: the current snapshot, the writers' turn and the history.

use std::sync::{Arc, Mutex, PoisonError, RwLock};

use crate::clock::Clock;
use crate::fault::Fault;

use super::commit::{Commit, Observer};
use super::history::{History, Touched};
use super::snapshot::Snapshot;
use super::transaction::{Delayed, Draft, Origin, Transaction};

/// All managed objects of one server; clones are the same store.
#[derive(Clone)]
pub struct Store {
    shared: Arc<Shared>,
}

struct Shared {
    clock: Clock,
    current: RwLock<Arc<Snapshot>>,
    turn: Mutex<()>,
    history: Mutex<History>,
    observers: RwLock<Vec<Arc<dyn Observer>>>,
}

impl Store {
    /// An empty store whose invented ids follow from `seed`.
    #[must_use]
    pub fn new(clock: Clock, seed: u64) -> Self {
        let empty = Snapshot::empty(seed, clock.clone());
        let shared = Shared {
            clock,
            current: RwLock::new(Arc::new(empty)),
            turn: Mutex::default(),
            history: Mutex::default(),
            observers: RwLock::default(),
        };
        Self { shared: Arc::new(shared) }
    }

    /// The clock that timers of transactions run on.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.shared.clock
    }

    /// The state as of now.
    #[must_use]
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.shared.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Lets `observer` learn of every later commit.
    pub fn observe(&self, observer: Arc<dyn Observer>) {
        self.shared.observers.write().unwrap_or_else(PoisonError::into_inner).push(observer);
    }

    /// Runs `change` on a draft of the state and makes it the state, or nothing of it when it fails.
    ///
    /// # Errors
    /// Whatever `change` returns.
    pub fn commit<T>(
        &self,
        origin: &Origin,
        change: impl FnOnce(&mut Transaction<'_>) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        // A panic inside `change` loses its draft only, so a poisoned turn is as good as any.
        let turn = self.shared.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let before = self.snapshot();
        let now = self.shared.clock.now();
        let mut draft = Draft::new(&before);
        let mut transaction = Transaction::new(&mut draft, origin, now);
        let result = change(&mut transaction)?;
        let delayed = transaction.finish();
        self.publish(before, draft);
        drop(turn);
        for timer in delayed {
            self.start_timer(timer);
        }
        Ok(result)
    }

    /// What was touched by the commits after version `from` up to `to`.
    pub(crate) fn touched(&self, from: u64, to: u64) -> Touched {
        self.shared.history.lock().unwrap_or_else(PoisonError::into_inner).between(from, to)
    }

    fn publish(&self, before: Arc<Snapshot>, draft: Draft) {
        let Some((after, changes, dependencies)) = draft.into_next() else { return };
        let after = Arc::new(after);
        let commit = Commit { changes, before, after: after.clone(), dependencies };
        let shared = &self.shared;
        {
            let mut history = shared.history.lock().unwrap_or_else(PoisonError::into_inner);
            history.push(commit.version(), commit.dependencies.clone());
        }
        *shared.current.write().unwrap_or_else(PoisonError::into_inner) = after;
        for observer in shared.observers.read().unwrap_or_else(PoisonError::into_inner).iter() {
            observer.committed(&commit);
        }
    }

    fn start_timer(&self, timer: Delayed) {
        let store = self.clone();
        let Delayed { delay, origin, action } = timer;
        self.shared.clock.after(delay, move || {
            if let Err(fault) = store.commit(&origin, action) {
                tracing::debug!(%fault, "a timed change did not take place");
            }
        });
    }
}
