//! The one loop of `WaitForUpdatesEx` behind all watches of a client.
//!
//! What a lost session, a restarted server or a lost answer took away is built again and told again in
//! full; the watches only see states.

use std::pin::pin;
use std::sync::{Arc, Weak};
use std::time::Duration;

use vim25::types::{
    InvalidCollectorVersion, InvalidLogin, ManagedObjectNotFound, RequestCanceled, UpdateSet,
};
use vim25::{Method, MoRef, methods};

use super::silence::{reason, silent_since};
use super::updates::Updates;
use crate::call::{CallError, CallProblem};
use crate::session::{CallOptions, Session};
use crate::transport::{TimeoutPhase, TransportError};

/// How long after it was due an answer is missed.
const LATE: Duration = Duration::from_secs(8);

/// Waits, again and again, until nobody watches or the session is closed.
pub(super) async fn run(updates: Weak<Updates>) {
    while let Some(this) = updates.upgrade() {
        let wire = &this.session.wire;
        let asked = wire.clock.now();
        let Err(error) = this.round().await else {
            this.trouble.is_over(wire);
            this.sleep(this.pause()).await;
            continue;
        };
        let Some(error) = error else {
            // Who watches later has all the patience again.
            this.trouble.given_up();
            return;
        };
        let now = wire.clock.now();
        let began = this.trouble.began(silent_since(&error, asked, now));
        let patience = this.session.times.updates_patience;
        let over = now.saturating_duration_since(began) >= patience;
        if over || is_hopeless(&error) {
            this.trouble.given_up();
            this.registry().fail_all(&error);
            return;
        }
        this.trouble.tell(wire, patience, || reason(&error));
        this.recover(&error);
        let pause = this.trouble.pause(wire);
        tracing::warn!(%error, "waiting for updates failed, trying again in {} ms", pause.as_millis());
        this.sleep(pause).await;
    }
}

impl Updates {
    /// One wait. `Err(None)` ends the loop; other errors are ones to be patient with.
    async fn round(&self) -> Result<(), Option<CallError>> {
        let Some(call) = self.prepare().await.map_err(Some)? else { return Err(None) };
        let extra_patience = self.session.times.long_poll + Duration::from_secs(5);
        let options = CallOptions { extra_patience, attempts: 1 };
        let mut wait = pin!(self.ask(&call, options, self.session.times.long_poll));
        let mut poked = false;
        let outcome = loop {
            tokio::select! {
                biased;
                outcome = &mut wait => break outcome,
                () = self.session.closed.cancelled() => {
                    let this = call.this.clone();
                    let closed = CallError::new("WaitForUpdatesEx", this, "", CallProblem::Closed);
                    return Err(Some(closed));
                }
                () = self.poke(&call.this), if !poked => poked = true,
            }
        };
        self.digest(outcome.map(|set| set.map(|set| *set))).map_err(Some)
    }

    /// Sends a call whose answer is `due` by then. One that is late is told of, and waited for as long as the patience
    /// with this server lasts.
    pub(super) async fn ask<M: Method>(
        &self,
        call: &M,
        options: CallOptions,
        due: Duration,
    ) -> Result<M::Output, CallError> {
        let Session { wire, times, .. } = &*self.session;
        let mut answer = pin!(self.session.invoke(call, options));
        let late_at = wire.clock.now() + due;
        tokio::select! {
            biased;
            outcome = &mut answer => return outcome,
            () = wire.clock.sleep(due + LATE) => {}
        }
        let began = self.trouble.began(late_at);
        let name = M::method().name;
        self.trouble.tell(wire, times.updates_patience, || format!("no answer to `{name}`"));
        let spent = wire.clock.now().saturating_duration_since(began);
        tokio::select! {
            biased;
            outcome = &mut answer => outcome,
            () = wire.clock.sleep(times.updates_patience.saturating_sub(spent)) => {
                let server = wire.url.authority();
                let (phase, within) = (TimeoutPhase::FirstByte, times.updates_patience);
                let problem = TransportError::Timeout { server, phase, within };
                Err(CallError::new(name, MoRef::default(), "", problem))
            }
        }
    }

    /// Ends the wait that is going on once somebody begins to watch: some servers do not look at new
    /// filters during a wait that has begun.
    async fn poke(&self, collector: &MoRef) {
        loop {
            self.news.notified().await;
            self.session.wire.clock.sleep(self.pause()).await;
            if self.registry().lacks_filters() {
                break;
            }
        }
        self.registry().poked = true;
        let call = methods::CancelWaitForUpdates { this: collector.clone(), ..Default::default() };
        let _ = self.session.invoke(&call, CallOptions::ONCE).await;
    }

    /// Takes in the outcome of a wait.
    fn digest(&self, outcome: Result<Option<UpdateSet>, CallError>) -> Result<(), CallError> {
        let mut registry = self.registry();
        let error = match outcome {
            Ok(set) => {
                registry.apply(set);
                return Ok(());
            }
            Err(error) => error,
        };
        if error.fault::<RequestCanceled>().is_some() && std::mem::take(&mut registry.poked) {
            return Ok(());
        }
        let gone = error.fault::<ManagedObjectNotFound>();
        if gone.is_some_and(|fault| registry.object_is_gone(&fault.obj)) {
            Ok(())
        } else {
            Err(error)
        }
    }

    /// What has to be built or told again after `error`.
    fn recover(&self, error: &CallError) {
        let mut registry = self.registry();
        let answered = matches!(error.problem(), CallProblem::Fault(_));
        if answered && error.fault::<InvalidCollectorVersion>().is_none() {
            registry.forget_server_objects();
        } else {
            // The answer that was lost may have held updates that the server will not tell again.
            registry.resync();
        }
    }

    /// Ends early when the session is closed.
    async fn sleep(self: &Arc<Self>, pause: Duration) {
        tokio::select! {
            biased;
            () = self.session.wire.clock.sleep(pause) => {}
            () = self.session.closed.cancelled() => {}
        }
    }
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
