//! A watch, as its holder sees it.

use std::fmt;

use tokio::sync::watch;
use vim25::types::PropertyFilterSpec;

use super::WatchState;
use super::updates::WatchGuard;
use crate::reader::Reader;

/// Follows the properties of some objects until it is dropped.
pub struct Watch {
    state: watch::Receiver<WatchState>,
    _guard: WatchGuard,
}

impl Watch {
    pub(super) fn new(state: watch::Receiver<WatchState>, guard: WatchGuard) -> Self {
        Self { state, _guard: guard }
    }

    /// The present state; it counts as seen.
    pub fn state(&mut self) -> watch::Ref<'_, WatchState> {
        self.state.borrow_and_update()
    }

    /// Ends when there is a state that was not seen. When nothing more will come it ends at once, and
    /// the state says why.
    pub async fn changed(&mut self) {
        // A sender that is gone has left its last word in the state.
        let _ = self.state.changed().await;
    }
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watch").finish_non_exhaustive()
    }
}

impl Reader {
    /// Follows all that `spec` selects. If the server refuses it, the watch's state says so.
    #[must_use]
    pub fn watch(&self, spec: PropertyFilterSpec) -> Watch {
        self.shared.updates.watch(spec)
    }
}
