//! Counts what is at work, so that a run that is stopping can say what it still waits for.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use crate::event::{Emitter, EventKind};

/// Steps at work, and whether somebody waits for their end.
#[derive(Debug, Default)]
pub(crate) struct AtWork {
    steps: AtomicUsize,
    tasks: AtomicUsize,
    stopping: AtomicBool,
}

/// A step at work until it is dropped.
pub(crate) struct Busy {
    at_work: Arc<AtWork>,
    emitter: Arc<Emitter>,
}

impl AtWork {
    /// One more step is at work.
    pub(crate) fn step(self: &Arc<Self>, emitter: &Arc<Emitter>) -> Busy {
        self.steps.fetch_add(1, Ordering::AcqRel);
        Busy { at_work: Arc::clone(self), emitter: Arc::clone(emitter) }
    }

    /// So many tasks run.
    pub(crate) fn tasks(&self, running: usize) {
        self.tasks.store(running, Ordering::Release);
    }

    /// Says what is waited for, and from now on each time that it becomes less.
    pub(crate) fn stop(&self, emitter: &Emitter) {
        self.stopping.store(true, Ordering::Release);
        self.tell(emitter, self.steps.load(Ordering::Acquire));
    }

    fn tell(&self, emitter: &Emitter, steps: usize) {
        let running = self.tasks.load(Ordering::Acquire);
        emitter.emit(EventKind::Stopping { running, steps });
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        let left = self.at_work.steps.fetch_sub(1, Ordering::AcqRel).saturating_sub(1);
        if left > 0 && self.at_work.stopping.load(Ordering::Acquire) {
            self.at_work.tell(&self.emitter, left);
        }
    }
}
