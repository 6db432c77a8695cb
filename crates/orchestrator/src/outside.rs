//! A way into the stream of events for what goes on outside the engine while it runs, such as connections to
//! servers: [`Outside`].
//!
//! Whoever holds one says what happened; during a run that becomes an event in sequence with all others. Between
//! runs nobody listens, and it is not kept.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, SystemTime};

use crate::event::{Emitter, EventKind};

/// Which server something is said about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerName {
    /// Its name in the playbook.
    pub name: String,
    /// `host:port`.
    pub address: String,
}

/// Takes what is said from outside; clones lead into the same run.
#[derive(Clone, Default)]
pub struct Outside {
    run: Arc<Mutex<Weak<Emitter>>>,
}

impl Outside {
    /// A server does not answer as it should since then, and is waited for until then.
    pub fn server_silent(
        &self,
        server: ServerName,
        since: SystemTime,
        until: SystemTime,
        cause: impl Into<String>,
    ) {
        self.emit(EventKind::ServerSilent { server, since, until, cause: cause.into() });
    }

    /// A server of which that was said answers again.
    pub fn server_answers(&self, server: ServerName, silent: Duration) {
        self.emit(EventKind::ServerAnswers { server, silent });
    }

    /// From now on all goes to this run.
    pub(crate) fn open(&self, emitter: &Arc<Emitter>) {
        *self.run() = Arc::downgrade(emitter);
    }

    /// Nothing comes from here any more, so that the run can say its last word.
    pub(crate) fn shut(&self) {
        *self.run() = Weak::new();
    }

    fn emit(&self, kind: EventKind) {
        // Under the lock, so that nothing comes after it was shut.
        let run = self.run();
        if let Some(emitter) = run.upgrade() {
            emitter.emit(kind);
        }
    }

    fn run(&self) -> MutexGuard<'_, Weak<Emitter>> {
        self.run.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Outside {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outside").finish_non_exhaustive()
    }
}
