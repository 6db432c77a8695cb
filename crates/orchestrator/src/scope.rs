//! What a running step may use of the engine: progress, notices, the clock, the wish to stop.
//!
//! [`StepScope`] is handed to every [`Task::apply`](crate::Task::apply). It reaches nothing else of the run.

use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::book::Entry;
use crate::clock::Clock;
use crate::event::{Emitter, EventKind, Place, Sink};
use crate::failure::TaskError;
use crate::journal::{Call, OpenWork};
use crate::plan::Token;
use crate::tokens::Held;

/// The engine as seen by one running step.
#[derive(Debug, Clone)]
pub struct StepScope {
    place: Place,
    emitter: Arc<Emitter>,
    stop: CancellationToken,
    deadline: Option<Duration>,
    attempt: u32,
    entry: Option<Entry>,
    /// What is held for the step, and what of it are the limits of its own.
    holds: Option<(Weak<Held>, Vec<Token>)>,
}

impl StepScope {
    pub(crate) fn new(place: Place, emitter: Arc<Emitter>, stop: CancellationToken) -> Self {
        Self { place, emitter, stop, deadline: None, attempt: 1, entry: None, holds: None }
    }

    /// A scope outside any run, whose events go to `sink`: for tests of a single step.
    pub fn detached(clock: Arc<dyn Clock>, sink: Arc<dyn Sink>) -> Self {
        let place = Place { task: "detached".into(), subject: String::new(), step: String::new() };
        let emitter = Arc::new(Emitter::new("detached".into(), clock, sink));
        Self::new(place, emitter, CancellationToken::new())
    }

    pub(crate) fn attempt_no(mut self, attempt: u32) -> Self {
        self.attempt = attempt;
        self
    }

    pub(crate) fn noted_in(mut self, entry: Entry) -> Self {
        self.entry = Some(entry);
        self
    }

    pub(crate) fn holding(mut self, held: Weak<Held>, limits: &[Token]) -> Self {
        self.holds = Some((held, limits.to_vec()));
        self
    }

    pub(crate) fn until(mut self, deadline: Option<Duration>) -> Self {
        self.deadline = deadline;
        self
    }

    /// Says how far the step is: `percent` when known (0 to 100), and what it is doing.
    pub fn progress(&self, percent: Option<u8>, text: impl Into<String>) {
        let percent = percent.map(|percent| percent.min(100));
        self.emitter.emit(EventKind::StepProgress {
            at: self.place.clone(),
            percent,
            text: text.into(),
        });
    }

    /// Tells the operator something worth knowing, such as whom the step waits for.
    pub fn notice(&self, text: impl Into<String>) {
        self.emitter.emit(EventKind::Notice { at: Some(self.place.clone()), text: text.into() });
    }

    /// Writes down which work in its background a server is about to be asked for. To be called right before, for
    /// every call whose work outlives its answer: after a crash it is looked for by what is written here.
    ///
    /// # Errors
    /// When it is not durable; then the server must not be asked.
    pub async fn calling(&self, call: Call) -> Result<(), TaskError> {
        match &self.entry {
            Some(entry) => entry.calling(call).await,
            None => Ok(()),
        }
    }

    /// Writes down what a server calls the work that this step set off in its background, such as a vim task's
    /// reference. To be called right after it is known and before anything else is waited for: after a crash the
    /// work is found again by it. When it cannot be written, this step goes on and no further one is begun.
    pub async fn started(&self, reference: impl Into<String>) {
        if let Some(entry) = &self.entry {
            entry.started(reference.into()).await;
        }
    }

    /// What an earlier run, or an earlier try of this one, began for the subject of this step and did not see the
    /// end of. To be waited for before the step looks and decides.
    #[must_use]
    pub fn open_here(&self) -> Vec<OpenWork> {
        self.entry.as_ref().map(Entry::open_here).unwrap_or_default()
    }

    /// The same for an object, as [`Call::object`] names it, for whatever step it was begun.
    #[must_use]
    pub fn open_on(&self, object: &str) -> Vec<OpenWork> {
        self.entry.as_ref().map(|entry| entry.open_on(object)).unwrap_or_default()
    }

    /// Notes that nothing of `work` goes on any more; `how` says what was found.
    pub async fn settled(&self, work: &OpenWork, how: impl Into<String>) {
        if let Some(entry) = &self.entry {
            entry.settled(work, how.into()).await;
        }
    }

    /// Gives the limits of the step back before it ends: all that loads a server, a host or a datastore is over, and
    /// what it still waits for costs nobody anything. Saying it again changes nothing.
    pub fn load_is_over(&self) {
        if let Some((held, limits)) = &self.holds
            && let Some(held) = held.upgrade()
        {
            held.give_back(limits);
        }
    }

    /// Fires when the run is stopping. A step that has sent nothing yet may then end early with
    /// [`TaskError::cancelled`](crate::TaskError::cancelled); one that has should rather finish. When the
    /// operator no longer wants to wait, the engine drops the step.
    #[must_use]
    pub fn cancelled(&self) -> &CancellationToken {
        &self.stop
    }

    /// When the engine gives up on this step, on the clock's monotonic time.
    #[must_use]
    pub fn deadline(&self) -> Option<Duration> {
        self.deadline
    }

    /// The clock of the run.
    #[must_use]
    pub fn clock(&self) -> &dyn Clock {
        self.emitter.clock()
    }

    /// 1 for the first try.
    #[must_use]
    pub fn attempt(&self) -> u32 {
        self.attempt
    }
}
