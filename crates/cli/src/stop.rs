//! Signals: the first Ctrl-C asks to stop, the second stops waiting, and SIGTERM does both.
//!
//! [`Stop`] turns them into the engine's [`Cancel`]; work that only reads is dropped at the first one.

use std::io;

use orchestrator::Cancel;
use tokio::signal::unix::{SignalKind, signal};

use crate::error::CliError;

/// Told when the operator wants to stop.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stop {
    cancel: Cancel,
}

#[derive(Debug, thiserror::Error)]
#[error("cannot listen to signals")]
struct SignalError(#[source] io::Error);

impl Stop {
    /// Listens from now on; signals no longer end the process by themselves.
    pub(crate) fn listen() -> Result<Self, CliError> {
        let stop = Stop::default();
        let failed = |cause| CliError::new(SignalError(cause));
        let mut interrupt = signal(SignalKind::interrupt()).map_err(failed)?;
        let mut terminate = signal(SignalKind::terminate()).map_err(failed)?;
        let cancel = stop.cancel.clone();
        tokio::spawn(async move {
            loop {
                tokio::select! {
                    Some(()) = interrupt.recv() => cancel.escalate(),
                    Some(()) = terminate.recv() => {
                        cancel.soft.cancel();
                        cancel.hard.cancel();
                    }
                    else => return,
                }
            }
        });
        Ok(stop)
    }

    /// For the engine.
    pub(crate) fn cancel(&self) -> Cancel {
        self.cancel.clone()
    }

    /// Does `work`, which changes nothing, until it ends or somebody wants to stop.
    pub(crate) async fn or<T>(
        &self,
        work: impl Future<Output = Result<T, CliError>>,
    ) -> Result<T, CliError> {
        tokio::select! {
            biased;
            () = self.cancel.stopping() => Err(CliError::stopped()),
            done = work => done,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exit::Exit;

    #[tokio::test]
    async fn work_that_only_reads_ends_when_asked_to_stop() {
        let stop = Stop::default();
        assert_eq!(stop.or(async { Ok(1) }).await.ok(), Some(1));
        stop.cancel().escalate();
        let ended = stop.or(std::future::pending::<Result<(), CliError>>()).await;
        assert_eq!(ended.unwrap_err().exit_code(), Exit::CANCELLED);
    }
}
