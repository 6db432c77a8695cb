//! The one loop of `WaitForUpdatesEx` behind all watches of a client.
//!
//! It owns a property collector, so nobody else's waits get in its way. What a lost session, a restarted
//! server or a lost answer took away is built again and told again in full; the watches only see states.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::MutexGuard;
use vim25::types::{
    InvalidCollectorVersion, InvalidLogin, ManagedObjectNotFound, PropertyFilterSpec,
    RequestCanceled, UpdateSet, WaitOptions,
};
use vim25::{MoRef, methods};

use super::Watch;
use super::registry::Registry;
use super::trouble::Trouble;
use crate::call::{CallError, CallProblem};
use crate::session::{CallOptions, Session};

/// The pause before the next wait, for each watch beside the first. What changes meanwhile comes in one answer, and
/// what begins to be watched meanwhile has no wait to end.
const PAUSE_PER_WATCH: Duration = Duration::from_millis(2);
/// The longest such pause: what anybody learns may be as late as this.
const LONGEST_PAUSE: Duration = Duration::from_millis(100);

/// The watches of a client, and the loop that feeds them.
pub(crate) struct Updates {
    session: Arc<Session>,
    registry: tokio::sync::Mutex<Registry>,
    removed: Mutex<Vec<u64>>,
    next_id: AtomicU64,
}

impl Updates {
    pub(crate) fn new(session: Arc<Session>) -> Self {
        Self {
            session,
            registry: tokio::sync::Mutex::default(),
            removed: Mutex::default(),
            next_id: AtomicU64::new(1),
        }
    }

    /// Watches what `spec` selects.
    pub(crate) async fn watch(
        self: &Arc<Self>,
        mut spec: PropertyFilterSpec,
    ) -> Result<Watch, CallError> {
        spec.report_missing_objects_in_results = Some(true);
        let id = self.next_id.fetch_add(1, Ordering::Relaxed);
        // Taken before anything is sent: a future dropped half-way must not leave its entry behind.
        let guard = WatchGuard { id, updates: Arc::clone(self) };
        let mut registry = self.registry.lock().await;
        let state = registry.add(id, spec);
        if let Err(error) = self.attach(&mut registry, id).await {
            registry.entries.remove(&id);
            return Err(error);
        }
        let poke = registry.running && registry.parked;
        registry.poked |= poke;
        if !std::mem::replace(&mut registry.running, true) {
            tokio::spawn(run(Arc::downgrade(self)));
        }
        let collector = registry.collector.clone();
        drop(registry);
        if let (true, Some(this)) = (poke, collector) {
            // Some servers do not look at new filters during a wait that has begun.
            let call = methods::CancelWaitForUpdates { this, ..Default::default() };
            let _ = self.session.invoke(&call, CallOptions::ONCE).await;
        }
        Ok(Watch::new(state, guard))
    }

    /// Makes the filter of watch `id`; once more with a new collector if the old one is gone.
    async fn attach(&self, registry: &mut Registry, id: u64) -> Result<(), CallError> {
        let had_collector = registry.collector.is_some();
        let this = self.collector(registry).await?;
        match self.create_filter(registry, id, &this).await {
            Err(error) if had_collector && lost(&error, &this) => {
                registry.forget_server_objects();
                let this = self.collector(registry).await?;
                self.create_filter(registry, id, &this).await
            }
            outcome => outcome,
        }
    }

    async fn collector(&self, registry: &mut Registry) -> Result<MoRef, CallError> {
        if registry.generation != self.session.generation() {
            registry.forget_server_objects();
        }
        if let Some(collector) = &registry.collector {
            return Ok(collector.clone());
        }
        let this = self.session.content.property_collector.clone();
        let call = methods::CreatePropertyCollector { this, ..Default::default() };
        let collector = self.session.invoke(&call, CallOptions::default()).await?;
        registry.collector = Some(collector.clone());
        registry.generation = self.session.generation();
        Ok(collector)
    }

    async fn create_filter(
        &self,
        registry: &mut Registry,
        id: u64,
        collector: &MoRef,
    ) -> Result<(), CallError> {
        let Some(entry) = registry.entries.get_mut(&id) else { return Ok(()) };
        let call = methods::CreateFilter {
            this: collector.clone(),
            spec: entry.spec.clone(),
            partial_updates: false,
            ..Default::default()
        };
        entry.filter = Some(self.session.invoke(&call, CallOptions::default()).await?);
        Ok(())
    }

    /// Gets everything ready for the next wait. `None` when nobody watches any more.
    async fn prepare(&self) -> Result<Option<methods::WaitForUpdatesEx>, CallError> {
        let mut registry = self.registry.lock().await;
        registry.parked = false;
        self.sweep(&mut registry).await;
        if registry.entries.is_empty() {
            registry.running = false;
            return Ok(None);
        }
        let this = self.collector(&mut registry).await?;
        self.create_filters(&mut registry, &this).await?;
        registry.about_to_wait();
        registry.parked = true;
        let seconds = i32::try_from(self.session.times.long_poll.as_secs().max(1)).unwrap_or(30);
        let options = WaitOptions { max_wait_seconds: Some(seconds), ..Default::default() };
        Ok(Some(methods::WaitForUpdatesEx {
            this,
            version: Some(registry.version.clone()),
            options: Some(Box::new(options)),
            ..Default::default()
        }))
    }

    async fn create_filters(
        &self,
        registry: &mut Registry,
        collector: &MoRef,
    ) -> Result<(), CallError> {
        let without: Vec<u64> = registry
            .entries
            .iter()
            .filter(|(_, entry)| entry.filter.is_none() && !entry.spec.object_set.is_empty())
            .map(|(id, _)| *id)
            .collect();
        for id in without {
            let Err(error) = self.create_filter(registry, id, collector).await else { continue };
            let gone = error.fault::<ManagedObjectNotFound>().map(|fault| fault.obj.clone());
            match (error.problem(), gone) {
                (_, Some(object)) if object != *collector => {
                    registry.object_is_gone(&object);
                }
                (CallProblem::Fault(_), None) if !error.is_not_authenticated() => {
                    // The server refuses this filter; the others are not to suffer.
                    if let Some(entry) = registry.entries.remove(&id) {
                        entry.fail(&error);
                    }
                }
                _ => return Err(error),
            }
        }
        Ok(())
    }

    /// Takes in the outcome of a wait. An error is one that the loop must be patient with.
    async fn digest(&self, outcome: Result<Option<UpdateSet>, CallError>) -> Result<(), CallError> {
        let mut registry = self.registry.lock().await;
        registry.parked = false;
        let error = match outcome {
            Ok(set) => {
                let unknown = registry.apply(set);
                self.destroy(unknown).await;
                return Ok(());
            }
            Err(error) => error,
        };
        if error.fault::<RequestCanceled>().is_some() && std::mem::take(&mut registry.poked) {
            return Ok(());
        }
        let gone = error.fault::<ManagedObjectNotFound>().map(|fault| fault.obj.clone());
        let filters = gone.map(|object| registry.object_is_gone(&object)).unwrap_or_default();
        if !filters.is_empty() {
            self.destroy(filters).await;
            return Ok(());
        }
        self.recover(&mut registry, &error);
        Err(error)
    }

    /// What has to be built or told again after `error`.
    fn recover(&self, registry: &mut MutexGuard<'_, Registry>, error: &CallError) {
        let answered = matches!(error.problem(), CallProblem::Fault(_));
        if answered && error.fault::<InvalidCollectorVersion>().is_none() {
            registry.forget_server_objects();
        } else {
            // The answer that was lost may have held updates that the server will not tell again.
            registry.resync();
        }
    }

    /// Ends when it is time for the next wait.
    async fn rest(&self) {
        let others = self.registry.lock().await.entries.len().saturating_sub(1);
        let others = u32::try_from(others).unwrap_or(u32::MAX);
        let pause = PAUSE_PER_WATCH.saturating_mul(others).min(LONGEST_PAUSE);
        tokio::select! {
            () = self.session.wire.clock.sleep(pause) => {}
            () = self.session.closed.cancelled() => {}
        }
    }

    async fn sweep(&self, registry: &mut Registry) {
        let removed = std::mem::take(&mut *lock(&self.removed));
        let filters: Vec<MoRef> =
            removed.iter().filter_map(|id| registry.entries.remove(id)?.filter).collect();
        self.destroy(filters).await;
    }

    /// Tidies up at the server; it forgets filters with the session anyway.
    async fn destroy(&self, filters: Vec<MoRef>) {
        for this in filters {
            let call = methods::DestroyPropertyFilter { this, ..Default::default() };
            let _ = self.session.invoke(&call, CallOptions::ONCE).await;
        }
    }
}

/// Takes its watch out of the registry when it goes.
pub(super) struct WatchGuard {
    id: u64,
    updates: Arc<Updates>,
}

impl Drop for WatchGuard {
    fn drop(&mut self) {
        lock(&self.updates.removed).push(self.id);
    }
}

fn lock<T>(shared: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Is `object` what was not found?
fn lost(error: &CallError, object: &MoRef) -> bool {
    error.fault::<ManagedObjectNotFound>().is_some_and(|fault| fault.obj == *object)
}

/// No patience helps with this.
fn is_hopeless(error: &CallError) -> bool {
    match error.problem() {
        CallProblem::Closed | CallProblem::TooOld { .. } | CallProblem::Decode(_) => true,
        CallProblem::Transport(cause) => cause.is_permanent(),
        CallProblem::Relogin(cause) => {
            cause.fault::<InvalidLogin>().is_some() || is_hopeless(cause)
        }
        CallProblem::Fault(_) | CallProblem::Http { .. } => false,
    }
}

/// Waits, again and again, until nobody watches or the session is closed.
async fn run(updates: std::sync::Weak<Updates>) {
    let mut trouble = Trouble::default();
    while let Some(this) = updates.upgrade() {
        let Err(error) = round(&this).await else {
            trouble = Trouble::default();
            this.rest().await;
            continue;
        };
        let Some(error) = error else { return };
        let clock = &this.session.wire.clock;
        let over = trouble.began(clock.now()) >= this.session.times.updates_patience;
        if over || is_hopeless(&error) {
            this.registry.lock().await.fail_all(&error);
            return;
        }
        let pause = trouble.pause(&this.session.wire);
        tracing::warn!(%error, "waiting for updates failed, trying again in {} ms", pause.as_millis());
        tokio::select! {
            biased;
            () = clock.sleep(pause) => {}
            () = this.session.closed.cancelled() => {}
        }
    }
}

/// One wait. `Err(None)` ends the loop.
async fn round(this: &Arc<Updates>) -> Result<(), Option<CallError>> {
    let session = &this.session;
    let Some(call) = this.prepare().await.map_err(Some)? else { return Err(None) };
    let extra_patience = session.times.long_poll + Duration::from_secs(5);
    let options = CallOptions { extra_patience, attempts: 1 };
    let outcome = tokio::select! {
        biased;
        outcome = session.invoke(&call, options) => outcome,
        () = session.closed.cancelled() => {
            let closed = CallError::new("WaitForUpdatesEx", call.this, "", CallProblem::Closed);
            return Err(Some(closed));
        }
    };
    this.digest(outcome.map(|set| set.map(|set| *set))).await.map_err(Some)
}
