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
use vim25::{MoRef, methods};

use super::trouble::Trouble;
use super::updates::Updates;
use crate::call::{CallError, CallProblem};
use crate::session::CallOptions;

/// Waits, again and again, until nobody watches or the session is closed.
pub(super) async fn run(updates: Weak<Updates>) {
    let mut trouble = Trouble::default();
    while let Some(this) = updates.upgrade() {
        let Err(error) = this.round().await else {
            trouble = Trouble::default();
            this.sleep(this.pause()).await;
            continue;
        };
        let Some(error) = error else { return };
        let over =
            trouble.began(this.session.wire.clock.now()) >= this.session.times.updates_patience;
        if over || is_hopeless(&error) {
            this.registry().fail_all(&error);
            return;
        }
        this.recover(&error);
        let pause = trouble.pause(&this.session.wire);
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
        let mut wait = pin!(self.session.invoke(&call, options));
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
