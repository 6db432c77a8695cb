//! The journal of a simulated life: the real one, written without leaving the thread, with a death or a failure at a
//! chosen write.

use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

use orchestrator::{BoxFuture, CODE_JOURNAL, Call, Intent, Journal, OpenWork, StepEnd, TaskError};
use state::RunJournal;

use crate::fault::Side;
use crate::life::Life;
use crate::log::Log;
use crate::traffic::Traffic;

/// What happens to the writes of one life.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Fate {
    /// It dies at this write.
    pub(crate) crash: Option<(u64, Side)>,
    /// From this write on none succeeds.
    pub(crate) fails_from: Option<u64>,
}

/// What the engine writes to.
#[derive(Debug)]
pub(crate) struct Mortal {
    pub(crate) inner: RunJournal,
    pub(crate) fate: Fate,
    pub(crate) life: Arc<Life>,
    pub(crate) log: Log,
    pub(crate) traffic: Arc<Mutex<Traffic>>,
    pub(crate) writes: AtomicU64,
}

impl Mortal {
    async fn write(
        &self,
        what: String,
        work: BoxFuture<'_, Result<(), TaskError>>,
        note: impl FnOnce(&mut Traffic),
    ) -> Result<(), TaskError> {
        self.life.stop_if_dead().await;
        let number = self.writes.fetch_add(1, Ordering::Relaxed) + 1;
        self.crash_at(number, Side::Before).await;
        if self.fate.fails_from.is_some_and(|from| number >= from) {
            self.log.line("journal", &format!("write {number} fails: {what}"));
            let error = TaskError::new(CODE_JOURNAL, "cannot write to the journal", "journal.db");
            return Err(error.caused_by("No space left on device"));
        }
        let written = at_once(work);
        self.log.line("journal", &format!("write {number}: {what}"));
        if written.is_ok() {
            note(&mut self.traffic.lock().unwrap_or_else(PoisonError::into_inner));
        }
        self.crash_at(number, Side::After).await;
        written
    }

    async fn crash_at(&self, number: u64, side: Side) {
        if self.fate.crash == Some((number, side)) {
            self.log.line("agent", &format!("dies at write {number}, {side:?}"));
            self.life.end();
        }
        self.life.stop_if_dead().await;
    }
}

impl Journal for Mortal {
    fn intend(&self, intent: Intent) -> BoxFuture<'_, Result<(), TaskError>> {
        let (ordinal, subject) = (intent.ordinal, intent.at.subject.clone());
        let what = format!("intent {ordinal}, {}", intent.at.step);
        let note = move |traffic: &mut Traffic| traffic.intended(ordinal, subject);
        Box::pin(self.write(what, self.inner.intend(intent), note))
    }

    fn calling(&self, ordinal: u64, call: Call) -> BoxFuture<'_, Result<(), TaskError>> {
        let what = format!("intent {ordinal} is about to ask for {} on {}", call.work, call.object);
        Box::pin(self.write(what, self.inner.calling(ordinal, call), |_| ()))
    }

    fn started(&self, ordinal: u64, reference: String) -> BoxFuture<'_, Result<(), TaskError>> {
        let what = format!("intent {ordinal} set off {reference}");
        Box::pin(self.write(what, self.inner.started(ordinal, reference), |_| ()))
    }

    fn ended(&self, ordinal: u64, end: StepEnd) -> BoxFuture<'_, Result<(), TaskError>> {
        let what = format!("intent {ordinal} ended: {}", end.word());
        let note = move |traffic: &mut Traffic| traffic.ended(ordinal);
        Box::pin(self.write(what, self.inner.ended(ordinal, end), note))
    }

    fn settled(&self, work: &OpenWork, how: String) -> BoxFuture<'_, Result<(), TaskError>> {
        let what = format!("intent {} of {} is settled: {how}", work.ordinal, work.run);
        Box::pin(self.write(what, self.inner.settled(work, how), |_| ()))
    }
}

/// Wakes a thread that waits for one future.
struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Waits for work that another thread does, without giving the turn away: simulated time stands still meanwhile.
pub(crate) fn at_once<T>(work: impl Future<Output = T>) -> T {
    let mut work = pin!(tokio::task::unconstrained(work));
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut context = Context::from_waker(&waker);
    loop {
        match work.as_mut().poll(&mut context) {
            Poll::Ready(done) => return done,
            Poll::Pending => thread::park(),
        }
    }
}
