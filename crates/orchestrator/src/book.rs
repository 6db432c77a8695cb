//! The journal as a run uses it: [`Book`] numbers intents, knows what is open, and halts the run when something
//! cannot be written. [`Entry`] is one try at a step.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio_util::sync::CancellationToken;

use crate::event::{Emitter, EventKind, Place};
use crate::failure::{Failure, TaskError};
use crate::journal::{Call, Intent, Journal, OpenWork, StepEnd};

/// What one run writes down, and what it has to wait for before it decides.
#[derive(Debug)]
pub(crate) struct Book {
    journal: Arc<dyn Journal>,
    last: AtomicU64,
    halt: CancellationToken,
    broken: Mutex<Option<Failure>>,
    /// Of earlier runs, and of earlier tries of this one.
    open: Mutex<Vec<OpenWork>>,
}

/// The entry of one try at a step.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    book: Arc<Book>,
    emitter: Arc<Emitter>,
    at: Place,
    ordinal: u64,
    /// What this try asked for.
    calls: Arc<Mutex<Vec<OpenWork>>>,
}

impl Book {
    /// A book that cancels `halt` when the journal fails, with what earlier runs left `open`.
    pub(crate) fn new(
        journal: Arc<dyn Journal>,
        open: Vec<OpenWork>,
        halt: CancellationToken,
    ) -> Arc<Self> {
        let (last, broken, open) = (AtomicU64::new(0), Mutex::new(None), Mutex::new(open));
        Arc::new(Self { journal, last, halt, broken, open })
    }

    /// Why the run was halted, if it was.
    pub(crate) fn broken(&self) -> Option<Failure> {
        locked(&self.broken).clone()
    }

    /// Makes the intent durable; `None` when the step must not be done.
    pub(crate) async fn intend(
        self: &Arc<Self>,
        emitter: &Arc<Emitter>,
        at: Place,
        attempt: u32,
    ) -> Option<Entry> {
        let ordinal = self.last.fetch_add(1, Ordering::Relaxed) + 1;
        let entry = Entry {
            book: Arc::clone(self),
            emitter: Arc::clone(emitter),
            at: at.clone(),
            ordinal,
            calls: Arc::default(),
        };
        let written = self.journal.intend(Intent { ordinal, at, attempt }).await;
        entry.noted(&written).then_some(entry)
    }

    fn halt(&self, emitter: &Emitter, error: &TaskError) {
        let failure = Failure::from(error);
        let text = format!("{failure}: {}; nothing more is begun", failure.root_cause());
        let mut broken = locked(&self.broken);
        if broken.is_none() {
            *broken = Some(failure);
            emitter.emit(EventKind::Notice { at: None, text });
        }
        self.halt.cancel();
    }
}

impl Entry {
    /// Makes durable what a server is about to be asked for; an error when it must not be asked.
    pub(crate) async fn calling(&self, call: Call) -> Result<(), TaskError> {
        let written = self.book.journal.calling(self.ordinal, call.clone()).await;
        if self.noted(&written) {
            let (run, at) = (self.emitter.run().clone(), self.at.clone());
            let work = OpenWork { run, ordinal: self.ordinal, at, call, reference: None };
            locked(&self.calls).push(work);
        }
        written
    }

    /// Notes what a server calls the work that the step set off.
    pub(crate) async fn started(&self, reference: String) {
        if let Some(call) = locked(&self.calls).last_mut() {
            call.reference = Some(reference.clone());
        }
        let written = self.book.journal.started(self.ordinal, reference).await;
        self.noted(&written);
    }

    /// Notes how the step ended. When nobody knows how, what it asked for stays open.
    pub(crate) async fn ended(&self, end: StepEnd) {
        let calls = std::mem::take(&mut *locked(&self.calls));
        if end.is_unknown() {
            locked(&self.book.open).extend(calls);
        }
        let written = self.book.journal.ended(self.ordinal, end).await;
        self.noted(&written);
    }

    /// What is open for the subject of this step.
    pub(crate) fn open_here(&self) -> Vec<OpenWork> {
        self.open(|work| work.at.task == self.at.task && work.at.subject == self.at.subject)
    }

    /// What is open on an object, for whatever step it was asked for.
    pub(crate) fn open_on(&self, object: &str) -> Vec<OpenWork> {
        self.open(|work| work.call.object == object)
    }

    fn open(&self, fits: impl Fn(&OpenWork) -> bool) -> Vec<OpenWork> {
        locked(&self.book.open).iter().filter(|work| fits(work)).cloned().collect()
    }

    /// Notes that nothing of this goes on any more. Steps that found it out together note it once for each intent.
    pub(crate) async fn settled(&self, work: &OpenWork, how: String) {
        let same = |open: &OpenWork| open.run == work.run && open.ordinal == work.ordinal;
        let was_last = {
            let mut open = locked(&self.book.open);
            let before = open.len();
            open.retain(|open| open != work);
            open.len() < before && !open.iter().any(same)
        };
        if !was_last {
            return;
        }
        let written = self.book.journal.settled(work, how).await;
        self.noted(&written);
    }

    fn noted(&self, written: &Result<(), TaskError>) -> bool {
        if let Err(error) = written {
            self.book.halt(&self.emitter, error);
        }
        written.is_ok()
    }
}

/// A thread that panicked while it held one of these left it whole.
fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
