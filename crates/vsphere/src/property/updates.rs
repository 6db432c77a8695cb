//! All watches of a client, and the calls that the filters behind them take.
//!
//! They own a property collector, so nobody else's waits get in their way. The loop that waits is in
//! `update_loop`.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use vim25::types::{ManagedObjectNotFound, PropertyFilterSpec, WaitOptions};
use vim25::{MoRef, methods};

use super::registry::Registry;
use super::silence::Trouble;
use super::{Watch, update_loop};
use crate::call::CallError;
use crate::session::{CallOptions, Session};

/// The pause before the next wait, for each watch beside the first. What changes meanwhile comes in one answer, and
/// what begins to be watched meanwhile shares a filter.
const PAUSE_PER_WATCH: Duration = Duration::from_millis(2);
/// The longest such pause: what anybody learns may be as late as this.
const LONGEST_PAUSE: Duration = Duration::from_millis(100);

/// The watches of a client, and the loop that feeds them.
pub(crate) struct Updates {
    pub(super) session: Arc<Session>,
    registry: Mutex<Registry>,
    pub(crate) trouble: Trouble,
    /// Told of each new watch.
    pub(super) news: Notify,
}

impl Updates {
    pub(crate) fn new(session: Arc<Session>) -> Self {
        Self {
            session,
            registry: Mutex::default(),
            trouble: Trouble::default(),
            news: Notify::new(),
        }
    }

    /// Watches what `spec` selects. What the server says against it, the watch's state tells.
    pub(crate) fn watch(self: &Arc<Self>, mut spec: PropertyFilterSpec) -> Watch {
        spec.report_missing_objects_in_results = Some(true);
        let mut registry = self.registry();
        let (id, state) = registry.add(spec);
        if !std::mem::replace(&mut registry.running, true) {
            tokio::spawn(update_loop::run(Arc::downgrade(self)));
        }
        drop(registry);
        self.news.notify_one();
        Watch::new(state, WatchGuard { id, updates: Arc::clone(self) })
    }

    pub(super) fn registry(&self) -> MutexGuard<'_, Registry> {
        self.registry.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How long to let things gather.
    pub(super) fn pause(&self) -> Duration {
        let others = u32::try_from(self.registry().count().saturating_sub(1)).unwrap_or(u32::MAX);
        PAUSE_PER_WATCH.saturating_mul(others).min(LONGEST_PAUSE)
    }

    /// Gets everything ready for the next wait. `None` when nobody watches any more.
    pub(super) async fn prepare(&self) -> Result<Option<methods::WaitForUpdatesEx>, CallError> {
        self.destroy_worn_out().await;
        {
            let mut registry = self.registry();
            if registry.count() == 0 {
                registry.running = false;
                return Ok(None);
            }
        }
        let this = self.filtering_collector().await?;
        let mut registry = self.registry();
        registry.about_to_wait();
        let seconds = i32::try_from(self.session.times.long_poll.as_secs().max(1)).unwrap_or(30);
        let options = WaitOptions { max_wait_seconds: Some(seconds), ..Default::default() };
        Ok(Some(methods::WaitForUpdatesEx {
            this,
            version: Some(registry.version.clone()),
            options: Some(Box::new(options)),
            ..Default::default()
        }))
    }

    /// The collector, with a filter for every watch; a new one if the old one is gone.
    async fn filtering_collector(&self) -> Result<MoRef, CallError> {
        let had_collector = self.registry().collector.is_some();
        let this = self.collector().await?;
        match self.create_filters(&this).await {
            Err(error) if had_collector && lost(&error, &this) => {
                self.registry().forget_server_objects();
                let this = self.collector().await?;
                self.create_filters(&this).await.map(|()| this)
            }
            outcome => outcome.map(|()| this),
        }
    }

    async fn collector(&self) -> Result<MoRef, CallError> {
        {
            let mut registry = self.registry();
            if registry.generation != self.session.generation() {
                registry.forget_server_objects();
            }
            if let Some(collector) = &registry.collector {
                return Ok(collector.clone());
            }
        }
        let this = self.session.content.property_collector.clone();
        let call = methods::CreatePropertyCollector { this, ..Default::default() };
        let collector = self.ask(&call, CallOptions::default(), Duration::ZERO).await?;
        let mut registry = self.registry();
        registry.collector = Some(collector.clone());
        registry.generation = self.session.generation();
        Ok(collector)
    }

    async fn create_filters(&self, collector: &MoRef) -> Result<(), CallError> {
        loop {
            let Some(batch) = self.registry().next_batch() else { return Ok(()) };
            let call = methods::CreateFilter {
                this: collector.clone(),
                spec: batch.spec.clone(),
                partial_updates: false,
                ..Default::default()
            };
            match self.ask(&call, CallOptions::default(), Duration::ZERO).await {
                Ok(filter) => self.registry().serve(filter, batch.members),
                Err(error) => self.registry().refused(&batch, error)?,
            }
        }
    }

    /// Tidies up at the server; it forgets all this with the session anyway.
    async fn destroy_worn_out(&self) {
        let Some(this) = self.registry().take_worn_out() else { return };
        let call = methods::DestroyPropertyCollector { this, ..Default::default() };
        let _ = self.ask(&call, CallOptions::ONCE, Duration::ZERO).await;
    }
}

/// Takes its watch out of the registry when it goes.
pub(super) struct WatchGuard {
    id: u64,
    updates: Arc<Updates>,
}

impl Drop for WatchGuard {
    fn drop(&mut self) {
        self.updates.registry().remove(self.id);
    }
}

/// Is `object` what was not found?
fn lost(error: &CallError, object: &MoRef) -> bool {
    error.fault::<ManagedObjectNotFound>().is_some_and(|fault| fault.obj == *object)
}
