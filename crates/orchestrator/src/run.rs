//! What a run is given from outside: its id, time, randomness, where events go, and how to stop it.
//!
//! [`RunContext`] serves both a plan and an apply; [`ApplyOptions`] adds what only acting needs.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::approval::{AnyPlan, Approval};
use crate::clock::Clock;
use crate::event::{Emitter, RunId, Sink};
use crate::journal::{Journal, NoJournal, OpenWork};
use crate::limits::Limits;
use crate::outside::Outside;
use crate::retry::RetryPolicy;

/// What every run is given.
#[derive(Clone)]
pub struct RunContext {
    /// Its id.
    pub run: RunId,
    /// Where the time comes from.
    pub clock: Arc<dyn Clock>,
    /// Where events go.
    pub sink: Arc<dyn Sink>,
    /// Where the spread of pauses comes from; equal seeds give equal pauses.
    pub seed: u64,
    /// When and how often to try again.
    pub retry: RetryPolicy,
    /// Who runs it, and on what; told with the first event.
    pub facts: Arc<RunFacts>,
    /// What is said from outside while it goes on.
    pub outside: Outside,
}

/// What the first event says of a run besides its tasks, for whoever reads about it later.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RunFacts {
    /// The program with its version.
    pub program: String,
    /// The servers that were reached when it began.
    pub servers: Vec<ServerFacts>,
}

/// Which server it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerFacts {
    /// Its name in the playbook.
    pub name: String,
    /// Product, version and build, as it calls itself.
    pub product: String,
    /// What tells it from every other server; empty when it does not say.
    pub instance: String,
}

/// What an apply is given besides.
#[derive(Debug, Clone)]
pub struct ApplyOptions {
    /// How much may go on at the same time.
    pub limits: Limits,
    /// How to stop it.
    pub cancel: Cancel,
    /// How long one step may take; without, as long as it needs.
    pub step_deadline: Option<Duration>,
    /// Where intents go before they are carried out.
    pub journal: Arc<dyn Journal>,
    /// What earlier runs began and did not see the end of. It is waited for before something is decided that it
    /// bears on.
    pub open: Vec<OpenWork>,
    /// What was approved before.
    pub approval: Arc<dyn Approval>,
}

impl Default for ApplyOptions {
    /// The usual limits, no deadline, nothing is remembered, and whatever is planned is approved.
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            cancel: Cancel::default(),
            step_deadline: None,
            journal: Arc::new(NoJournal),
            open: Vec::new(),
            approval: Arc::new(AnyPlan),
        }
    }
}

/// The two ways to stop a run: first ask, then stop waiting.
#[derive(Debug, Clone, Default)]
pub struct Cancel {
    /// No new step is started; running ones are waited for.
    pub soft: CancellationToken,
    /// Running steps are no longer waited for; their outcome is unknown.
    pub hard: CancellationToken,
}

impl RunContext {
    /// A run with the usual retries and seed 0.
    pub fn new(run: impl Into<RunId>, clock: Arc<dyn Clock>, sink: Arc<dyn Sink>) -> Self {
        let (retry, facts) = (RetryPolicy::default(), Arc::default());
        let outside = Outside::default();
        Self { run: run.into(), clock, sink, seed: 0, retry, facts, outside }
    }

    pub(crate) fn emitter(&self) -> Arc<Emitter> {
        let (clock, sink) = (Arc::clone(&self.clock), Arc::clone(&self.sink));
        Arc::new(Emitter::new(self.run.clone(), clock, sink))
    }
}

impl fmt::Debug for RunContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunContext")
            .field("run", &self.run)
            .field("seed", &self.seed)
            .field("retry", &self.retry)
            .finish_non_exhaustive()
    }
}

impl Cancel {
    /// Asks for the next stage: first soft, then hard. For a key that is pressed twice.
    pub fn escalate(&self) {
        if self.soft.is_cancelled() {
            self.hard.cancel();
        }
        self.soft.cancel();
    }

    /// Stops with this one, and can also be stopped softly by itself.
    pub(crate) fn child(&self) -> Self {
        Self { soft: self.soft.child_token(), hard: self.hard.clone() }
    }

    /// Whether the run is to stop in either way.
    #[must_use]
    pub fn is_stopping(&self) -> bool {
        self.soft.is_cancelled() || self.hard.is_cancelled()
    }

    /// Waits until the run is to stop in either way.
    pub async fn stopping(&self) {
        tokio::select! {
            biased;
            () = self.soft.cancelled() => {}
            () = self.hard.cancelled() => {}
        }
    }
}
