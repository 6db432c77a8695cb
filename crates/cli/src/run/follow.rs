//! Runs the engine while a consumer follows its events: [`Run`].

use std::hash::{BuildHasher, RandomState};
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use orchestrator::{Event, Outside, RunContext, RunFacts, Sink, TokioClock};
use report::{Consumer, follow};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

use crate::connection::Sessions;

/// What is passed to the engine each time: an id, the time, chance.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    id: String,
    seed: u64,
    facts: Arc<RunFacts>,
    outside: Outside,
}

/// Takes events and says nothing.
pub(crate) struct Silent;

impl Consumer for Silent {
    fn take(&mut self, _event: &Event) -> io::Result<()> {
        Ok(())
    }
}

/// Passes events on until it is shut: tasks that were left behind may hold it for long.
struct Tap(Mutex<Option<UnboundedSender<Event>>>);

impl Tap {
    fn shut(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}

impl Sink for Tap {
    fn emit(&self, event: Event) {
        if let Some(sender) = &*self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            sender.emit(event);
        }
    }
}

impl Run {
    /// A new run on what this is about, with an id that sorts by time.
    fn new(facts: RunFacts) -> Self {
        let seed = RandomState::new().hash_one(std::process::id());
        let seconds = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let id = format!("{seconds:x}-{:04x}", seed & 0xffff);
        Run { id, seed, facts: Arc::new(facts), outside: Outside::default() }
    }

    /// A new run on the servers of these sessions, which tells what becomes of them.
    pub(crate) fn on(sessions: &Sessions) -> Self {
        Run { outside: sessions.outside(), ..Run::new(sessions.facts()) }
    }

    /// Its id.
    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// The plan of this run, which has an id of its own.
    pub(crate) fn planning(&self) -> Self {
        Run { id: format!("{}-plan", self.id), ..self.clone() }
    }

    /// Does `work` while `consumer` follows. A consumer that fails no longer hears of the run; the run goes on.
    pub(crate) async fn follow<T>(
        &self,
        consumer: &mut dyn Consumer,
        work: impl AsyncFnOnce(&RunContext) -> T,
    ) -> T {
        let (sender, events) = unbounded_channel();
        let tap = Arc::new(Tap(Mutex::new(Some(sender))));
        let clock = Arc::new(TokioClock::starting_at(SystemTime::now()));
        let sink: Arc<dyn Sink> = tap.clone();
        let mut context = RunContext::new(self.id.as_str(), clock.clone(), sink);
        context.seed = self.seed;
        context.facts = Arc::clone(&self.facts);
        context.outside = self.outside.clone();
        let working = async {
            let done = work(&context).await;
            tap.shut();
            done
        };
        let (done, followed) = tokio::join!(working, follow(events, consumer, &*clock));
        if let Err(error) = followed {
            tracing::warn!(%error, "progress could not be written");
        }
        done
    }
}

#[cfg(test)]
mod tests {
    use orchestrator::RunSummary;

    use super::*;

    #[tokio::test]
    async fn following_ends_with_the_work_even_if_somebody_keeps_the_sink() {
        let mut kept = None;
        let run = Run::new(RunFacts::default());
        let summary = run
            .follow(&mut Silent, async |context: &RunContext| {
                kept = Some(Arc::clone(&context.sink));
                RunSummary::of(context.run.clone(), Vec::new(), false, std::time::Duration::ZERO)
            })
            .await;
        assert_eq!(summary.run.as_str(), run.id);
        assert!(kept.is_some());
        assert!(run.planning().id.ends_with("-plan"));
    }
}
