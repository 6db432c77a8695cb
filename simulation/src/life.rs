//! Whether the agent still lives: [`Life`].

use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::Notify;

/// One life of the agent; it ends once.
#[derive(Debug, Default)]
pub(crate) struct Life {
    dead: AtomicBool,
    died: Notify,
}

impl Life {
    /// Ends it: nothing that the agent does from now on reaches anybody.
    pub(crate) fn end(&self) {
        self.dead.store(true, Ordering::Relaxed);
        self.died.notify_one();
    }

    /// Goes on for ever once it has ended, and not at all before.
    pub(crate) async fn stop_if_dead(&self) {
        if self.dead.load(Ordering::Relaxed) {
            std::future::pending::<()>().await;
        }
    }

    /// Waits for its end.
    pub(crate) async fn ended(&self) {
        self.died.notified().await;
    }
}
